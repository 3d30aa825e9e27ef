/**
 * Random tensors, drawn on the device.
 *
 * @module
 */
import type { Kernel } from "../device/kernel.ts";
import { deviceNamed } from "../device/open.ts";
import * as rows from "../device/kernels/random.ts";
import { WickError } from "../error.ts";
import { fresh, run } from "./dispatch.ts";
import { nextDraw } from "./draw.ts";
import type { MakeOptions } from "./filled.ts";
import { Generator, integerRange } from "./generator.ts";
import { checkShape, sizeOf } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/** Options of random tensors. */
export interface RandomOptions extends Omit<MakeOptions, "dtype"> {
  /** [the default one: see {@linkcode manualSeed}] */
  generator?: Generator;
}

let shared: Generator | undefined;

/** The generator of what names none; seeded by the runtime's entropy unless `manualSeed` was called. */
export function defaultGenerator(): Generator {
  return shared ??= new Generator(crypto.getRandomValues(new Uint32Array(1))[0]);
}

/** Begins the default generator anew, so that what is drawn from here on can be repeated. */
export function manualSeed(seed: number): Generator {
  return shared = new Generator(seed);
}

/**
 * f32 uniform in [0, 1): multiples of 2^-24.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { Generator, rand } from "@wick/wick";
 * using x = rand([2, 3], { generator: new Generator(1) });
 * using y = rand([2, 3], { generator: new Generator(1) });
 * deepEqual(await x.data(), await y.data());
 * ```
 */
export function rand(shape: readonly number[], options: RandomOptions = {}): Tensor {
  return drawn("rand", rows.random_uniform_f32, "f32", shape, [0, 1], options);
}

/** f32 from the standard normal distribution. */
export function randn(shape: readonly number[], options: RandomOptions = {}): Tensor {
  return drawn("randn", rows.random_normal_f32, "f32", shape, [0, 1], options);
}

/** i32 uniform from `low` to `high` - 1. */
export function randint(
  low: number,
  high: number,
  shape: readonly number[],
  options: RandomOptions = {},
): Tensor {
  return drawn("randint", rows.random_integer_i32, "i32", shape, [low, integerRange(low, high)], options);
}

/** 1 with `probability`, else 0, as comparisons give it. */
export function bernoulli(
  probability: number,
  shape: readonly number[],
  options: RandomOptions = {},
): Tensor {
  if (!(probability >= 0 && probability <= 1)) {
    throw new WickError("INVALID_ARGUMENT", `Probability must be in 0..1, got ${probability}`, {
      param: "probability",
    });
  }
  using u = rand(shape, options);
  return u.lt(probability);
}

function drawn(
  name: string,
  row: Kernel,
  dtype: "f32" | "i32",
  shape: readonly number[],
  range: readonly [number, number],
  options: RandomOptions,
): Tensor {
  checkShape(name, shape);
  const { generator = defaultGenerator(), scope } = options;
  const device = deviceNamed(options.device);
  const y = fresh(device, dtype, shape, { scope });
  const { key, n } = nextDraw(generator, device);
  run(row, [y], [sizeOf(shape), ...key, ...range], [1, n]);
  return y;
}
