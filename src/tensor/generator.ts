/**
 * Random values that are a function of seed and place alone, so the same on every device and runtime.
 *
 * A Generator is a seed and a number of calls. Element i of call n, on the host and on every device, is made of
 * word i mod 4 of Philox 4x32-10 (Salmon et al. 2011) with counter (i / 4, n, 0, 0) and as its key the seed's low
 * and high words; u = (word >>> 8) / 2^24 (see src/device/kernels/random.ts, the rows that draw so).
 *
 * @module
 */
import { WickError } from "../error.ts";
import { philox4x32 } from "./philox.ts";

/**
 * Draws random values: host arrays by its own methods, tensors by `rand`, `randn`, `randint`, `bernoulli` and
 * `dropout`. Each takes one call number. Inside `record` the number lies in a cell, and every replay takes new
 * ones, in the order in which the same ops, run eagerly, would; recording itself takes none.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { Generator, rand } from "@wick/wick";
 * using x = rand([4], { generator: new Generator(7) });
 * deepEqual(await x.data(), new Generator(7).uniform(4));
 * ```
 */
export class Generator {
  #calls: number;

  /** A stream that begins anew, or goes on after `calls` calls. */
  constructor(
    /** An integer from 0 to 2^53 - 1. */
    readonly seed: number,
    calls = 0,
  ) {
    for (const [param, value] of Object.entries({ seed, calls })) {
      if (Number.isSafeInteger(value) && value >= 0) continue;
      const requirement = `${param === "seed" ? "Seed" : "Calls"} must be an integer in 0..2^53 - 1`;
      throw new WickError("INVALID_ARGUMENT", `${requirement}, got ${value}`, { param });
    }
    this.#calls = calls;
  }

  /** Calls so far: with the seed, all that is needed to go on from here. */
  get calls(): number {
    return this.#calls;
  }

  /** Philox's key: the seed's low and high words. */
  get key(): readonly [number, number] {
    return [this.seed >>> 0, Math.floor(this.seed / 2 ** 32)];
  }

  /** @internal Takes the next call's number. */
  take(): number {
    return this.#calls++;
  }

  /** `length` values uniform from `low` to `high`, which rounding reaches only where `low` is not 0. */
  uniform(length: number, low = 0, high = 1): Float32Array {
    const { fround } = Math;
    const [from, width] = [fround(low), fround(fround(high) - fround(low))]; // in f32, as the row does
    return Float32Array.from(this.#words(length), (word) => from + fround(width * unit(word)));
  }

  /** `length` normal values (Box and Muller 1958); devices agree to 2e-6. */
  normal(length: number, mean = 0, deviation = 1): Float32Array {
    const words = this.#words(length + length % 2);
    return Float32Array.from({ length }, (_, i) => {
      const pair = i - i % 2;
      const radius = Math.sqrt(-2 * Math.log(unit(words[pair]) + 2 ** -24)); // of (0, 1]
      const angle = 2 * Math.PI * unit(words[pair + 1]);
      return mean + deviation * radius * (i % 2 === 0 ? Math.cos(angle) : Math.sin(angle));
    });
  }

  /** `length` integers from `low` to `high` - 1. */
  integers(length: number, low: number, high: number): Int32Array {
    const range = BigInt(integerRange(low, high));
    return Int32Array.from(this.#words(length), (word) => low + Number((BigInt(word) * range) >> 32n));
  }

  /** The words of one call. */
  #words(length: number): Uint32Array {
    const n = this.take();
    const out = new Uint32Array(length);
    const four = new Uint32Array(4);
    for (let i = 0; i < length; i += 4) {
      philox4x32(i / 4, n, 0, 0, ...this.key, four);
      out.set(four.subarray(0, length - i), i);
    }
    return out;
  }
}

/** The top 24 bits of a word as a multiple of 2^-24 in [0, 1). */
function unit(word: number): number {
  return (word >>> 8) / 2 ** 24;
}

/** The number of integers from low up to high, which must be in order and fit in i32. */
export function integerRange(low: number, high: number): number {
  const inside = (v: number, most: number) => Number.isInteger(v) && v >= -(2 ** 31) && v <= most;
  if (inside(low, 2 ** 31 - 1) && inside(high, 2 ** 31) && high > low && high - low < 2 ** 32) {
    return high - low;
  }
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot draw integers from ${low} up to ${high}: both must be in i32, the second greater`,
  );
}
