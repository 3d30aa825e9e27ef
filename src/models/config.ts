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
    return this.check(key, this.#take(key) ?? fallback, ...integerIn(low, high));
  }

  /** The same for all layers, which an array may hold for each. */
  perLayer(key: string, layers: number, low: number, high: number, fallback?: number): number {
    const value = this.#take(key) ?? fallback;
    if (typeof value !== "object") return this.check(key, value, ...integerIn(low, high));
    const [first, ...others] = [...value];
    if (value.length !== layers) this.refuse(key, `one number, or one for each of ${layers} layers`, value);
    if (others.some((other) => other !== first)) {
      this.unsupported(key, `one number for all ${layers} layers`, "several that differ");
    }
    return this.check(key, typeof first === "bigint" ? Number(first) : first, ...integerIn(low, high));
  }

  /** `<architecture>.<key>` as a real number in low .. high. */
  real(key: string, low: number, high: number, fallback?: number): number {
    return this.check(
      key,
      this.#take(key) ?? fallback,
      `a number in ${low}..${high}`,
      (v): v is number => typeof v === "number" && v >= low && v <= high,
    );
  }

  /** `<architecture>.<key>` as one of several texts. */
  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const given: MetadataValue = this.#take(key) ?? fallback;
    const value = this.check(
      key,
      given,
      `one of ${choices.join(", ")}`,
      (v): v is T => typeof v === "string",
    );
    if (choices.includes(value)) return value;
    this.unsupported(key, `one of ${choices.join(", ")}`, shown(value));
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
      this.unsupported(
        key,
        `absent, as it changes what the architecture ${this.architecture} computes`,
        shown(value),
      );
    }
  }

  /** The value of a key, which is read from now on. */
  #take(key: string): MetadataValue | undefined {
    this.#read.add(key);
    return this.metadata.get(`${this.architecture}.${key}`);
  }

  private check<T extends MetadataValue>(
    key: string,
    value: MetadataValue | undefined,
    expected: string,
    valid: (value: MetadataValue) => value is T,
  ): T {
    if (value !== undefined && valid(value)) return value;
    this.refuse(key, expected, value);
  }

  /** Throws UNSUPPORTED_ARCHITECTURE for a value that is right, and not built. */
  unsupported(key: string, requirement: string, found: string): never {
    const name = `${this.architecture}.${key}`;
    throw new WickError(
      "UNSUPPORTED_ARCHITECTURE",
      `Cannot build the model: its ${name} must be ${requirement}, got ${found}`,
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

/** What an integer must be, in words and as a check. */
function integerIn(low: number, high: number): [string, (value: MetadataValue) => value is number] {
  return [
    `an integer in ${low}..${high}`,
    (v): v is number => typeof v === "number" && Number.isInteger(v) && v >= low && v <= high,
  ];
}

/** A value in a message: its type where it is no number, cut short. */
function shown(value: MetadataValue): string {
  if (typeof value === "object") return `an array of ${value.length}`;
  return typeof value === "string" ? quotedName(value) : String(value);
}
