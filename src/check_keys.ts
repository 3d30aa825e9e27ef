/**
 * The check of option names: TypeScript tells a typed caller of a name that there is not, this tells the others.
 *
 * @module
 */
import { quotedName, WickError } from "./error.ts";

/** The names of an interface's options, as a table that the compiler keeps complete. */
export type KeysOf<Options> = Readonly<Record<keyof Options, true>>;

/**
 * Refuses what is no object, and options that there are none of; undefined is no option.
 *
 * @throws {WickError} INVALID_ARGUMENT, whose `param` is the name, with the nearest one that there is and all of them
 */
export function checkKeys(action: string, options: unknown, known: Readonly<Record<string, unknown>>): void {
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    const got = options === null ? "null" : Array.isArray(options) ? "an array" : typeof options;
    throw new WickError("INVALID_ARGUMENT", `Cannot ${action}: the options must be an object, got ${got}`, {
      param: "options",
    });
  }
  for (const name of Object.keys(options)) {
    if (!Object.hasOwn(known, name)) throw unknown(action, name, Object.keys(known));
  }
}

function unknown(action: string, name: string, known: readonly string[]): WickError {
  const near = nearest(name, known);
  const meant = near === undefined ? "" : `did you mean ${near}? `;
  const all = known.length === 0 ? "there are no options" : `the options are ${known.join(", ")}`;
  return new WickError(
    "INVALID_ARGUMENT",
    `Cannot ${action} with an option ${quotedName(name)}: ${meant}${all}`,
    {
      param: name,
    },
  );
}

/** The known name that takes the fewest changes, and at most one for four characters; case and _ count for none. */
function nearest(name: string, known: readonly string[]): string | undefined {
  const plain = (text: string) => text.slice(0, 64).replaceAll(/[_-]/g, "").toLowerCase();
  const distances = known.map((each) => distance(plain(name), plain(each)));
  const least = Math.min(...distances);
  return least <= Math.ceil(name.length / 4) ? known[distances.indexOf(least)] : undefined;
}

/** Levenshtein's distance: insertions, deletions and replacements that make `b` of `a`. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= b.length; j++) {
      row[j] = Math.min(above[j] + 1, row[j - 1] + 1, above[j - 1] + Number(a[i - 1] !== b[j - 1]));
    }
  }
  return row[b.length];
}
