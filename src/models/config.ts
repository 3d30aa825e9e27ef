/**
 * Reads a model's numbers from metadata, each checked before anything is sized by it.
 *
 * @module
 */
import { quotedName, WickError } from "../error.ts";
import type { Metadata, MetadataValue } from "../formats/metadata.ts";

/** Metadata below one architecture's prefix. */
export class MetadataReader {
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
    const valid = (v: MetadataValue) => (choices as readonly unknown[]).includes(v);
    return this.check(key, fallback, `one of ${choices.join(", ")}`, valid);
  }

  /** Whether there is such a key. */
  has(key: string): boolean {
    return this.metadata.has(`${this.architecture}.${key}`);
  }

  private check<T extends MetadataValue>(
    key: string,
    fallback: T | undefined,
    expected: string,
    valid: (value: MetadataValue) => boolean,
  ): T {
    const value = this.metadata.get(`${this.architecture}.${key}`) ?? fallback;
    if (value !== undefined && valid(value)) return value as T;
    this.refuse(key, expected, value);
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
