/**
 * The check of options and numbers that callers give: of another type they would compute on as NaN.
 *
 * @module
 */
import { checkKeys } from "./check_keys.ts";
import { WickError } from "./error.ts";

/** Where a number must lie; it is finite unless `to` is Infinity. */
export interface Bounds {
  /** The least. */
  readonly from?: number;
  /** What it must exceed. */
  readonly above?: number;
  /** The greatest. */
  readonly to?: number;
  /** What it must not reach. */
  readonly below?: number;
  /** Whether it has no fraction. */
  readonly whole?: boolean;
}

/** What a value must be: a number within bounds, of a type, one of a list, or what a function lets pass. */
export type Check =
  | Bounds
  | "boolean"
  | "function"
  | "any"
  | readonly (string | boolean)[]
  | ((action: string, value: unknown) => void);

/** A check for every option, as a table that the compiler keeps complete. */
export type ChecksOf<Options> = Readonly<Record<keyof Options, Check>>;

/**
 * Refuses what is no object, options that there are none of, and values of the wrong kind; undefined is no option.
 *
 * @throws {WickError} INVALID_ARGUMENT, whose `param` is the name
 */
export function checkOptions(
  action: string,
  options: unknown,
  checks: Readonly<Record<string, Check>>,
): void {
  checkKeys(action, options, checks);
  for (const [name, value] of Object.entries(options as object)) {
    if (value !== undefined) checkValue(action, name, value, checks[name]);
  }
}

/** @throws {WickError} INVALID_ARGUMENT for what is no number, or lies elsewhere */
export function checkNumber(action: string, name: string, value: unknown, bounds: Bounds = {}): void {
  const { from = -Infinity, above = -Infinity, to = Number.MAX_VALUE, below = Infinity, whole } = bounds;
  const fits = typeof value === "number" && value >= from && (value > above || above === -Infinity) &&
    value <= to && (value < below || below === Infinity) && value !== -Infinity &&
    (!whole || Number.isInteger(value));
  if (!fits) refuse(action, name, wanted(bounds), value);
}

function checkValue(action: string, name: string, value: unknown, check: Check): void {
  if (check === "any") return;
  if (typeof check === "function") return check(action, value);
  if (typeof check === "string") {
    const type: string = typeof value;
    if (type !== check) refuse(action, name, `a ${check}`, value);
  } else if (Array.isArray(check)) {
    if (!check.includes(value)) refuse(action, name, check.map((v) => JSON.stringify(v)).join(" or "), value);
  } else checkNumber(action, name, value, check as Bounds);
}

/** Throws: a value that is not what was wanted. */
export function refuse(action: string, name: string, wanted: string, value: unknown): never {
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot ${action}: ${name} must be ${wanted}, got ${shown(value)}`,
    {
      param: name,
    },
  );
}

function wanted({ from, above, to, below, whole }: Bounds): string {
  const bounds = [
    from !== undefined && `${from} or more`,
    above !== undefined && `above ${above}`,
    to !== undefined && to !== Infinity && `${to} or less`,
    below !== undefined && `below ${below}`,
  ].filter(Boolean);
  const kind = whole ? "a whole number" : to === Infinity ? "a number" : "a finite number";
  return bounds.length === 0 ? kind : `${kind}, ${bounds.join(" and ")}`;
}

function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.slice(0, 64));
  if (Array.isArray(value)) return "an array";
  return value !== null && typeof value === "object"
    ? "an object"
    : typeof value === "function"
    ? "a function"
    : String(value);
}
