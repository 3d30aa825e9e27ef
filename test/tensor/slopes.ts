/**
 * What gradients must be: differences of a function whose values are known, best in float64.
 *
 * @module
 */
import { grad, noGrad, type Scope, scope, type Tensor } from "../../mod.ts";
import { WickError } from "../../src/error.ts";
import { laidOut, type Values } from "./layouts.ts";

/** An op under test. */
export type Op = (...inputs: Tensor[]) => Tensor;

/** What an op should give, in float64. */
export type Reference = (...inputs: Values[]) => Values;

/**
 * The sum of weights times size sin(result / size): its gradient depends on the result, so that gradients of linear ops
 * have gradients too; results are small beside `size`, so that their rounding stays small in it.
 */
export interface Loss {
  weights: Float64Array;
  size: number;
}

/** What the derivatives of an op are found from. */
export interface Truth {
  /** The result. */
  at(inputs: readonly Values[]): Promise<Values>;
  /** Of the loss, by each input. */
  slopes(inputs: readonly Values[], loss: Loss): Promise<Float64Array[]>;
  /** Of the sum of the slopes times `along`. */
  bends(inputs: readonly Values[], loss: Loss, along: readonly Values[]): Promise<Float64Array[]>;
  /** How far results, slopes and bends may be off, relative to 1 + their size; `coarse` to 1 + the largest's. */
  tolerance(of: number): { values: number; slopes: number; bends: number; coarse: boolean };
}

/** That of a reference, or of the op itself: in f64 where it takes that, else in f32, coarsely. */
export async function truthOf(
  op: Op,
  reference: Reference | undefined,
  whole: readonly number[],
  inputs: readonly Values[],
): Promise<Truth> {
  if (reference) return precise((given) => Promise.resolve(reference(...given)), whole);
  const itself = (dtype: "f32" | "f64") => async (given: readonly Values[]) => {
    using own = scope();
    const y = noGrad(() => op(...given.map((v, i) => lay(v, dtype, whole.includes(i), own))));
    return { data: Float64Array.from(await y.data(), Number), shape: y.shape };
  };
  try {
    await itself("f64")(inputs);
    return precise(itself("f64"), whole);
  } catch (error) {
    if (!(error instanceof WickError && /^(DTYPE|SHAPE)_MISMATCH$/.test(error.code))) throw error;
    return rough(op, itself("f32"), whole);
  }
}

function lay(values: Values, dtype: "f32" | "f64", isWhole: boolean, own: Scope): Tensor {
  return laidOut(values, "dense", own, { dtype: isWhole ? "i32" : dtype });
}

function sum(numbers: Float64Array, weights: Float64Array): number {
  return numbers.reduce((sum, v, i) => sum + v * weights[i], 0);
}

function lossAt({ data }: Values, { weights, size }: Loss): number {
  return sum(data.map((v) => size * Math.sin(v / size)), weights);
}

/** By values in float64: second differences are exact enough as well. */
function precise(at: Truth["at"], whole: readonly number[]): Truth {
  const value = async (inputs: readonly Values[], loss: Loss) => lossAt(await at(inputs), loss);
  return {
    at,
    slopes: (inputs, loss) =>
      each(inputs, whole, async (moved) => {
        const h = 1e-5;
        return (await value(moved(inputs, h), loss) - await value(moved(inputs, -h), loss)) / (2 * h);
      }),
    bends: (inputs, loss, along) => {
      const h = 1e-4;
      const sides = [h, -h].map((step) =>
        inputs.map(({ data, shape }, k) => ({ data: data.map((v, i) => v + step * along[k].data[i]), shape }))
      );
      return each(inputs, whole, async (moved) => {
        const slope = async (side: readonly Values[]) =>
          await value(moved(side, h), loss) - await value(moved(side, -h), loss);
        return (await slope(sides[0]) - await slope(sides[1])) / (4 * h * h);
      });
    },
    tolerance: (of) => ({ values: of, slopes: 20 * of, bends: 100 * of + 1e-5, coarse: false }),
  };
}

/** By values in f32: steps are large, and second derivatives are differences of the op's own first ones. */
function rough(op: Op, at: Truth["at"], whole: readonly number[]): Truth {
  const difference = (f: (given: readonly Values[]) => Promise<number>, inputs: readonly Values[]) =>
    each(inputs, whole, async (moved) => {
      const h = 1e-2;
      const both = async (by: number) => await f(moved(inputs, by)) - await f(moved(inputs, -by));
      return (8 * await both(h) - await both(2 * h)) / (12 * h); // of fourth order
    });
  const turned = async (given: readonly Values[], loss: Loss, along: readonly Values[]) => {
    using own = scope();
    const lie = (v: Values, i: number) => lay(v, "f32", whole.includes(i), own);
    const w = lie({ data: loss.weights, shape: (await at(given)).shape }, -1);
    const all = given.map(lie);
    const slopes = gradients((...xs) => lossOf(op(...xs), w, loss.size), all, whole);
    let total = 0;
    for (const [i, slope] of slopes.entries()) {
      if (slope) total += sum(Float64Array.from(await slope.data(), Number), along[i].data);
    }
    return total;
  };
  return {
    at,
    slopes: (inputs, loss) => difference(async (given) => lossAt(await at(given), loss), inputs),
    bends: (inputs, loss, along) => difference((given) => turned(given, loss, along), inputs),
    tolerance: () => ({ values: 0, slopes: 2e-3, bends: 2e-3, coarse: true }),
  };
}

/** See {@linkcode Loss}. */
export function lossOf(y: Tensor, w: Tensor, size: number): Tensor {
  return y.mul(1 / size).sin().mul(size).mul(w).reshape(-1).sum(0);
}

/** grad(loss) by the inputs that are no indices; undefined for those. */
export function gradients(
  loss: (...inputs: Tensor[]) => Tensor,
  inputs: readonly Tensor[],
  whole: readonly number[],
): (Tensor | undefined)[] {
  const real = inputs.flatMap((_, i) => whole.includes(i) ? [] : [i]);
  const found = grad((...xs) => loss(...inputs.map((x, i) => real.includes(i) ? xs[real.indexOf(i)] : x)))(
    ...real.map((i) => inputs[i]),
  );
  return inputs.map((_, i) => found[real.indexOf(i)]);
}

/** Puts a step on one element of one of several inputs. */
type Move = (inputs: readonly Values[], by: number) => Values[];

/** What `slope` gives for each element of each input that is no index. */
async function each(
  inputs: readonly Values[],
  whole: readonly number[],
  slope: (moved: Move) => Promise<number>,
): Promise<Float64Array[]> {
  const all: Float64Array[] = [];
  for (const [k, { data }] of inputs.entries()) {
    const of = new Float64Array(whole.includes(k) ? 0 : data.length);
    for (let e = 0; e < of.length; e++) {
      of[e] = await slope((inputs, by) =>
        inputs.map((v, i) => i === k ? { ...v, data: v.data.with(e, v.data[e] + by) } : v)
      );
    }
    all.push(of);
  }
  return all;
}
