/**
 * Reads a model's numbers from metadata, each checked before anything is sized by it.
 *
 * @module
 */
import { quotedName, WickError } from "../error.ts";
import type { Metadata, MetadataValue } from "../formats/metadata.ts";
import { changingKeys, isNeutral } from "./known_keys.ts";

/** Metadata below one architecture's prefix. */
export class MetadataReader {
  readonly #read = new Set<string>();

  constructor(private readonly metadata: Metadata, private readonly architecture: string) {}

  /** `<architecture>.<key>` as an integer in low .. high. */
  integer(key: string, low: number, high: number, fallback?: number): number {
    return this.check(
      key,
      fallback,
      `an integer in ${low}..${high}`,
      (v) => typeof v === "number" && Number.isInteger(v) && v >= low && v <= high,
    );
  }

  /** `<architecture>.<key>` as a real number in low .. high. */
  real(key: string, low: number, high: number, fallback?: number): number {
    return this.check(
      key,
      fallback,
      `a number in ${low}..${high}`,
      (v) => typeof v === "number" && v >= low && v <= high,
    );
  }

  /** `<architecture>.<key>` as one of several texts. */
  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.check(key, fallback, `one of ${choices.join(", ")}`, (v) => typeof v === "string");
    if (choices.includes(value)) return value;
    const name = `${this.architecture}.${key}`;
    throw new WickError(
      "UNSUPPORTED_ARCHITECTURE",
      `Cannot build the model: its ${name} must be one of ${choices.join(", ")}, got ${shown(value)}`,
      { param: name },
    );
  }

  /** Whether there is such a key. */
  has(key: string): boolean {
    return this.metadata.has(`${this.architecture}.${key}`);
  }

  /**
   * Called when the configuration is read.
   *
   * @throws WickError UNSUPPORTED_ARCHITECTURE where a key that was not asked for would change what the model computes
   */
  refuseUnread(): void {
    for (const key of changingKeys) {
      const value = this.metadata.get(`${this.architecture}.${key}`);
      if (value === undefined || this.#read.has(key) || isNeutral(key, value)) continue;
      const name = `${this.architecture}.${key}`;
      throw new WickError(
        "UNSUPPORTED_ARCHITECTURE",
        `Cannot build the model: its ${name} = ${
          shown(value)
        } changes what it computes, and the architecture ` +
          `${this.architecture} is built without it`,
        { param: name },
      );
    }
  }

  private check<T extends MetadataValue>(
    key: string,
    fallback: T | undefined,
    expected: string,
    valid: (value: MetadataValue) => boolean,
  ): T {
    this.#read.add(key);
    const given = this.metadata.get(`${this.architecture}.${key}`) ?? fallback;
    const value = typeof given === "object" ? this.#ofAllLayers(key, given) : given;
    if (value !== undefined && valid(value)) return value as T;
    this.refuse(key, expected, value);
  }

  /** The one value that an array holds for every layer. */
  #ofAllLayers(key: string, values: Iterable<MetadataValue> & { length: number }): MetadataValue {
    const all = [...values], name = `${this.architecture}.${key}`;
    if (all.length > 0 && all.every((value) => value === all[0])) return all[0];
    throw new WickError(
      "UNSUPPORTED_ARCHITECTURE",
      `Cannot build the model: its ${name} differs from layer to layer (an array of ${values.length}), and the architecture ` +
        `${this.architecture} is built with one for all`,
      { param: name },
    );
  }

  /** Throws CORRUPT_FILE for the value of a key. */
  refuse(key: string, expected: string, value: MetadataValue | undefined): never {
    const name = `${this.architecture}.${key}`;
    const found = value === undefined ? "there is none" : `got ${shown(value)}`;
    throw new WickError("CORRUPT_FILE", `Cannot read the model's ${name}: expected ${expected}, ${found}`, {
      param: name,
    });
  }
}

/** A value in a message: its type where it is no number, cut short. */
function shown(value: MetadataValue): string {
  if (typeof value === "object") return `an array of ${value.length}`;
  return typeof value === "string" ? quotedName(value) : String(value);
}
