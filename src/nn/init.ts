/**
 * First values of parameters, as PyTorch's `nn.init` draws them. Shapes are [out, in, ...kernel].
 *
 * @module
 */
import { checkNumber } from "../check_options.ts";
import { WickError } from "../error.ts";
import type { Generator } from "../tensor/generator.ts";
import { show, sizeOf } from "../tensor/shape.ts";
import type { Initial } from "./parameter.ts";

type Shape = readonly number[];

const ACTION = "draw first values";

/** Inputs and outputs of one unit: sizes of dimensions 1 and 0, times the kernel's. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot count the fans of ${show(shape)}: it needs two dimensions or more`,
    );
  }
  const kernel = sizeOf(shape.slice(2));
  return { fanIn: shape[1] * kernel, fanOut: shape[0] * kernel };
}

/** Uniform in +-gain sqrt(6 / (fanIn + fanOut)) (Glorot and Bengio 2010). */
export function xavierUniform(generator: Generator, shape: Shape, gain = 1): Float32Array {
  checkNumber(ACTION, "gain", gain);
  const { fanIn, fanOut } = fans(shape);
  const bound = gain * Math.sqrt(6 / (fanIn + fanOut));
  return generator.uniform(sizeOf(shape), -bound, bound);
}

/** Normal with deviation gain sqrt(2 / (fanIn + fanOut)). */
export function xavierNormal(generator: Generator, shape: Shape, gain = 1): Float32Array {
  checkNumber(ACTION, "gain", gain);
  const { fanIn, fanOut } = fans(shape);
  return generator.normal(sizeOf(shape), 0, gain * Math.sqrt(2 / (fanIn + fanOut)));
}

/** Uniform in +-gain sqrt(3 / fanIn) (He et al. 2015); the gain of ReLU is sqrt(2). */
export function kaimingUniform(generator: Generator, shape: Shape, gain: number = Math.SQRT2): Float32Array {
  checkNumber(ACTION, "gain", gain);
  const bound = gain * Math.sqrt(3 / fans(shape).fanIn);
  return generator.uniform(sizeOf(shape), -bound, bound);
}

/** Normal with deviation gain / sqrt(fanIn). */
export function kaimingNormal(generator: Generator, shape: Shape, gain: number = Math.SQRT2): Float32Array {
  checkNumber(ACTION, "gain", gain);
  return generator.normal(sizeOf(shape), 0, gain / Math.sqrt(fans(shape).fanIn));
}

/** Normal, drawn again where it falls outside low .. high. */
export function truncatedNormal(
  generator: Generator,
  shape: Shape,
  mean = 0,
  deviation = 1,
  low = -2,
  high = 2,
): Float32Array {
  checkNumber(ACTION, "mean", mean);
  if (!(low < high && deviation > 0)) {
    throw new WickError("INVALID_ARGUMENT", `Cannot truncate to ${low}..${high} with deviation ${deviation}`);
  }
  const out = generator.normal(sizeOf(shape), mean, deviation);
  for (;;) {
    const outside = [...out.keys()].filter((i) => !(out[i] >= low && out[i] <= high));
    if (outside.length === 0) return out;
    const again = generator.normal(outside.length, mean, deviation);
    outside.forEach((i, j) => out[i] = again[j]);
  }
}

/** Rows (or, where there are more rows than columns, columns) of unit length at right angles (Saxe et al. 2014). */
export function orthogonal(generator: Generator, shape: Shape, gain = 1): Float32Array {
  checkNumber(ACTION, "gain", gain);
  const rows = shape[0];
  const columns = sizeOf(shape.slice(1));
  const tall = rows > columns;
  const [n, length] = tall ? [columns, rows] : [rows, columns];
  const drawn = generator.normal(n * length);
  const basis: Float64Array[] = [];
  for (let i = 0; i < n; i++) {
    const v = Float64Array.from(drawn.subarray(i * length, (i + 1) * length));
    for (let pass = 0; pass < 2; pass++) { // the second pass removes what rounding left
      for (const u of basis) {
        const dot = v.reduce((sum, x, k) => sum + x * u[k], 0);
        u.forEach((x, k) => v[k] -= dot * x);
      }
    }
    const norm = Math.hypot(...v);
    basis.push(v.map((x) => x / norm));
  }
  const at = (r: number, c: number) => tall ? basis[c][r] : basis[r][c];
  return Float32Array.from(
    { length: rows * columns },
    (_, i) => gain * at(Math.floor(i / columns), i % columns),
  );
}

/** Uniform in +-bound. */
export function uniform(bound: number): Initial {
  checkNumber(ACTION, "bound", bound);
  return (generator, shape) => generator.uniform(sizeOf(shape), -bound, bound);
}

/** Normal with a deviation about 0. */
export function normal(deviation: number): Initial {
  checkNumber(ACTION, "deviation", deviation, { from: 0 });
  return (generator, shape) => generator.normal(sizeOf(shape), 0, deviation);
}

/** The same value everywhere. */
export function constant(value: number): Initial {
  checkNumber(ACTION, "value", value);
  return (_, shape) => new Float32Array(sizeOf(shape)).fill(value);
}
