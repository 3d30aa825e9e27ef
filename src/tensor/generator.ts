/**
 * Random values for tensors: a stream of Philox 4x32-10 draws (Salmon et al. 2011) that is a function of seed and
 * place alone, so the same on every device and runtime.
 *
 * Counter words: (index of the group of four words, its high half, the call's number, 0x74656e73); key: the
 * seed's low and high words. The n-th call on a generator never meets the others' words.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { philox4x32 } from "./philox.ts";

/** The fourth counter word of tensors' draws ("tens"), which keeps them apart from other uses of one seed. */
const STREAM = 0x74656e73;

/** Draws random arrays. */
export class Generator {
  private calls = 0;
  private readonly words = new Uint32Array(4);

  /** A stream that begins anew. */
  constructor(
    /** An integer from 0 to 2^53 - 1. */
    readonly seed: number,
  ) {
    if (!(Number.isSafeInteger(seed) && seed >= 0)) {
      throw new WickError("INVALID_ARGUMENT", `Seed must be an integer in 0..2^53 - 1, got ${seed}`, {
        param: "seed",
      });
    }
  }

  /** `length` values uniform in [low, high). */
  uniform(length: number, low = 0, high = 1): Float32Array {
    const out = new Float32Array(length);
    this.fill(length, (i, word) => out[i] = low + (high - low) * (word / 2 ** 32));
    // rounding to f32 may reach `high`
    return out.map((v) => v < high ? v : Math.fround(high - (high - low) * 2 ** -24));
  }

  /** `length` normal values (Box and Muller 1958). */
  normal(length: number, mean = 0, deviation = 1): Float32Array {
    const out = new Float32Array(length);
    let radius = 0;
    this.fill(length + length % 2, (i, word) => {
      if (i % 2 === 0) {
        radius = Math.sqrt(-2 * Math.log((word + 1) / 2 ** 32)); // (0, 1]
      } else {
        const angle = 2 * Math.PI * (word / 2 ** 32);
        out[i - 1] = mean + deviation * radius * Math.cos(angle);
        if (i < length) out[i] = mean + deviation * radius * Math.sin(angle);
      }
    });
    return out;
  }

  /** Hands out the words of one call. */
  private fill(length: number, take: (i: number, word: number) => void): void {
    const call = this.calls++;
    const [low, high] = [this.seed >>> 0, Math.floor(this.seed / 2 ** 32)];
    for (let i = 0; i < length; i++) {
      if (i % 4 === 0) philox4x32(i / 4, 0, call, STREAM, low, high, this.words);
      take(i, this.words[i % 4]);
    }
  }
}
