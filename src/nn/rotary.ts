/**
 * Tables of rotary positions, with the ways in which models stretch them to longer contexts.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { type Bounds, checkNumber, checkOptions, type ChecksOf, refuse } from "../check_options.ts";
import { WickError } from "../error.ts";
import { storageBytes } from "../tensor/dtype.ts";
import { type Position, rope } from "../tensor/ops/attention.ts";
import { Tensor } from "../tensor/tensor.ts";
import { Module } from "./module.ts";
import { Buffer, FLOATS } from "./parameter.ts";

/** How angles are stretched; `attention` multiplies cos and sin beside all else [1]. */
export type RopeScaling =
  | { type: "none"; attention?: number }
  /** Positions divided by `factor` (Chen et al. 2023). */
  | { type: "linear"; factor: number; attention?: number }
  /** NTK-by-parts and a warmer softmax (YaRN, Peng et al. 2023). */
  | {
    type: "yarn";
    factor: number;
    originalContext: number;
    betaFast: number;
    betaSlow: number;
    extrapolation: number;
    attention?: number;
    /** What cos and sin are multiplied with [that of {@linkcode yarnWarmth}, or 1 without extrapolation]. */
    warmth?: number;
  };

/** What a table is made from. */
export interface RopeOptions {
  base: number;
  scaling: RopeScaling;
  /** Each pair's frequency is divided by its factor (Llama 3's `rope_freqs`). */
  factors?: ArrayLike<number>;
}

/** The angles' frequencies for `dims` turned dimensions, and what cos and sin are multiplied with, in float64. */
export function ropeFrequencies(
  dims: number,
  { base, scaling, factors }: RopeOptions,
): { frequencies: Float64Array; magnitude: number } {
  const plain = Float64Array.from(
    { length: dims / 2 },
    (_, i) => base ** (-2 * i / dims) / (factors?.[i] ?? 1),
  );
  const { attention = 1 } = scaling;
  if (scaling.type === "none") return { frequencies: plain, magnitude: attention };
  if (scaling.type === "linear") {
    return { frequencies: plain.map((f) => f / scaling.factor), magnitude: attention };
  }
  const ramp = yarnRamp(dims, base, scaling);
  const frequencies = plain.map((f, i) => f / scaling.factor * (1 - ramp[i]) + f * ramp[i]);
  const warmth = scaling.warmth ?? (scaling.extrapolation === 0 ? 1 : yarnWarmth(scaling.factor));
  return { frequencies, magnitude: attention * warmth };
}

/** What YaRN multiplies cos and sin with: 1 + 0.1 `multiplier` ln `factor`, and 1 where nothing is stretched. */
export function yarnWarmth(factor: number, multiplier = 1): number {
  return factor <= 1 ? 1 : 1 + 0.1 * multiplier * Math.log(factor);
}

/** For each pair how much of its own frequency stays: 1 for those that turn often in the original context. */
function yarnRamp(dims: number, base: number, s: Extract<RopeScaling, { type: "yarn" }>): Float64Array {
  const pairOf = (turns: number) =>
    dims * Math.log(s.originalContext / (turns * 2 * Math.PI)) / (2 * Math.log(base));
  const low = Math.max(0, Math.floor(pairOf(s.betaFast)));
  const high = Math.min(dims - 1, Math.ceil(pairOf(s.betaSlow)));
  return Float64Array.from({ length: dims / 2 }, (_, i) => {
    const along = (i - low) / Math.max(0.001, high - low);
    return (1 - Math.min(1, Math.max(0, along))) * s.extrapolation;
  });
}

/** Room for a table [S, R]; R is even. */
export function emptyRopeTable(device: Device, length: number, dims: number): Tensor {
  return new Tensor(device.allocate(storageBytes("f32", [length, dims])), "f32", [length, dims]);
}

/** Fills a table [S, R]: for position p and pair i, cos at [p, 2i] and sin at [p, 2i + 1]. */
export function fillRopeTable(table: Tensor, options: RopeOptions): void {
  const [length, dims] = table.shape;
  const { frequencies, magnitude } = ropeFrequencies(dims, options);
  const row = new Float32Array(dims);
  const bytes = new Uint8Array(row.buffer);
  for (let p = 0; p < length; p++) {
    frequencies.forEach((frequency, i) => {
      row[2 * i] = Math.cos(p * frequency) * magnitude;
      row[2 * i + 1] = Math.sin(p * frequency) * magnitude;
    });
    table.device.write(table.storage, p * bytes.length, bytes);
  }
}

/** Options of {@linkcode RotaryEmbedding}. */
export interface RotaryOptions {
  /** Which dimensions turn together: (i, i + R / 2) or (2i, 2i + 1) ["halved"]. */
  pairs?: "interleaved" | "halved";
  /** [10000] */
  base?: number;
  /** [none] */
  scaling?: RopeScaling;
}

const checks: ChecksOf<RotaryOptions> = {
  pairs: ["interleaved", "halved"],
  base: { above: 0 },
  scaling: (action, value) => checkScaling(action, value),
};

const scalings: Readonly<Record<RopeScaling["type"], Readonly<Record<string, Bounds>>>> = {
  none: {},
  linear: { factor: { above: 0 } },
  yarn: {
    factor: { above: 0 },
    originalContext: { above: 0 },
    betaFast: {},
    betaSlow: {},
    extrapolation: {},
  },
};

/** All that a kind of stretching needs, and no more. */
function checkScaling(action: string, value: unknown): void {
  const { type } = Object(value) as Partial<RopeScaling>;
  if (type === undefined || !Object.hasOwn(scalings, type)) {
    return refuse(action, "scaling", `{ type: ${Object.keys(scalings).join(" or ")} ... }`, value);
  }
  const needed = scalings[type], given = value as Record<string, unknown>;
  checkOptions(`${action} of scaling ${type}`, given, { type: "any", attention: {}, warmth: {}, ...needed });
  for (const [name, bounds] of Object.entries(needed)) {
    checkNumber(`${action} of scaling ${type}`, name, given[name], bounds);
  }
}

/**
 * Turns queries and keys by their positions (Su et al. 2021). Its table is made at the first use; layers may share
 * one.
 */
export class RotaryEmbedding extends Module {
  /** What each pair's frequency is divided by, [R / 2], where a checkpoint has it (Llama 3's `rope_freqs`). */
  readonly factors: Buffer;
  /** Which dimensions turn together. */
  readonly pairs: "interleaved" | "halved";
  readonly #options: RotaryOptions;
  #table?: Tensor;

  /** For positions below `length` and heads whose first `dims` elements (an even number) turn. */
  constructor(readonly length: number, readonly dims: number, options: RotaryOptions = {}) {
    super();
    for (const [name, value] of Object.entries({ length, dims })) {
      checkNumber("make a RotaryEmbedding", name, value, { from: 0, whole: true });
    }
    checkOptions("make a RotaryEmbedding", options, checks);
    this.factors = new Buffer([dims / 2], undefined, { optional: true, takes: FLOATS });
    this.pairs = options.pairs ?? "halved";
    this.#options = options;
  }

  /** x [T, H, D] or [B, T, H, D] turned, its first row at `position`. */
  forward(x: Tensor, position: Position = 0): Tensor {
    if (this.#table?.device !== x.device) {
      if (this.factors.find()) {
        throw new WickError(
          "INVALID_STATE",
          "Cannot turn by a checkpoint's factors before ready() has read them",
        );
      }
      this.allocate(x.device);
      this.#fill();
    }
    return rope(x, this.#table!, position, this.pairs);
  }

  /** Makes room for the table, which `ready` fills. */
  allocate(device: Device): void {
    if (this.#table?.device === device) return;
    this.#table?.dispose();
    this.#table = emptyRopeTable(device, this.length, this.dims);
  }

  /** Fills the table by the factors of a checkpoint. */
  async ready(): Promise<void> {
    const factors = this.factors.find();
    if (factors) this.allocate(factors.device);
    this.#fill(await factors?.data());
  }

  /** Gives the table's memory back. */
  override [Symbol.dispose](): void {
    super[Symbol.dispose]();
    this.#table?.dispose();
    this.#table = undefined;
  }

  #fill(factors?: ArrayLike<number>): void {
    const { base = 10000, scaling = { type: "none" } } = this.#options;
    if (this.#table) fillRopeTable(this.#table, { base, scaling, factors });
  }
}
