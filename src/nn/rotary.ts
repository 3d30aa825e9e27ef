/**
 * Tables of rotary positions, with the ways in which models stretch them to longer contexts.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { storageBytes } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";

/** How angles are stretched. */
export type RopeScaling =
  | { type: "none" }
  /** Positions divided by `factor` (Chen et al. 2023). */
  | { type: "linear"; factor: number }
  /** NTK-by-parts and a warmer softmax (YaRN, Peng et al. 2023). */
  | {
    type: "yarn";
    factor: number;
    originalContext: number;
    betaFast: number;
    betaSlow: number;
    extrapolation: number;
    attention: number;
  };

/** What a table is made from. */
export interface RopeOptions {
  /** Positions, S. */
  length: number;
  /** Turned dimensions of a head, R (even). */
  dims: number;
  base: number;
  scaling: RopeScaling;
  /** Each pair's frequency is divided by its factor (Llama 3's `rope_freqs`). */
  factors?: ArrayLike<number>;
}

/** The angles' frequencies, and what cos and sin are multiplied with, in float64. */
export function ropeFrequencies(options: RopeOptions): { frequencies: Float64Array; magnitude: number } {
  const { dims, base, scaling, factors } = options;
  const plain = Float64Array.from({ length: dims / 2 }, (_, i) => base ** (-2 * i / dims) / (factors?.[i] ?? 1));
  if (scaling.type === "none") return { frequencies: plain, magnitude: 1 };
  if (scaling.type === "linear") return { frequencies: plain.map((f) => f / scaling.factor), magnitude: 1 };
  const ramp = yarnRamp(options, scaling);
  const frequencies = plain.map((f, i) => f / scaling.factor * (1 - ramp[i]) + f * ramp[i]);
  const warmth = scaling.extrapolation === 0 ? 1 : 1 + 0.1 * Math.log(scaling.factor);
  return { frequencies, magnitude: scaling.attention * warmth };
}

/** For each pair how much of its own frequency stays: 1 for those that turn often in the original context. */
function yarnRamp({ dims, base }: RopeOptions, s: Extract<RopeScaling, { type: "yarn" }>): Float64Array {
  const pairOf = (turns: number) =>
    dims * Math.log(s.originalContext / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  const low = Math.max(0, Math.floor(pairOf(s.betaFast)));
  const high = Math.min(dims - 1, Math.ceil(pairOf(s.betaSlow)));
  return Float64Array.from({ length: dims / 2 }, (_, i) => {
    const along = (i - low) / Math.max(0.001, high - low);
    return (1 - Math.min(1, Math.max(0, along))) * s.extrapolation;
  });
}

/** The table [S, R] on a device: for position p and pair i, cos at [p, 2i] and sin at [p, 2i + 1]. */
export function ropeTable(device: Device, options: RopeOptions): Tensor {
  const { length, dims } = options;
  const table = new Tensor(device.allocate(storageBytes("f32", [length, dims])), "f32", [length, dims]);
  const { frequencies, magnitude } = ropeFrequencies(options);
  const row = new Float32Array(dims);
  const bytes = new Uint8Array(row.buffer);
  for (let p = 0; p < length; p++) {
    frequencies.forEach((frequency, i) => {
      row[2 * i] = Math.cos(p * frequency) * magnitude;
      row[2 * i + 1] = Math.sin(p * frequency) * magnitude;
    });
    device.write(table.storage, p * bytes.length, bytes);
  }
  return table;
}
