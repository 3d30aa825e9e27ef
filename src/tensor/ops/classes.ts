/**
 * Targets that are classes, and the weights of classes.
 *
 * @module
 */
import type { ChecksOf } from "../../check_options.ts";
import { WickError } from "../../error.ts";
import { isFloat, isHalf } from "../dtype.ts";
import { dimension, show, sizeOf } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cast, throughF32 } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { AS_I32, indices } from "./indices.ts";
import { pick } from "./pick.ts";
import { same } from "./view.ts";

/** Options of losses by class: {@linkcode crossEntropy} and {@linkcode nllLoss}. */
export interface ClassOptions {
  /** Weights of the classes, [V] [1 each]. */
  weights?: Tensor;
  /** Targets that do not count [-100]. */
  ignoreIndex?: number;
  /** The dimension of the classes [1; 0 where there is no other], -1 for the last. */
  classDim?: number;
  /** The mean over targets (weighted by their classes), their sum, or one loss each ["mean"]. */
  reduction?: "mean" | "sum" | "none";
}

/** @internal */
export const classChecks: ChecksOf<ClassOptions> = {
  weights: "any",
  ignoreIndex: { whole: true },
  classDim: { whole: true },
  reduction: ["mean", "sum", "none"],
};

/** Values of classes as rows [T, V], with a target for each row, and the shape that a loss for each has. */
export interface ClassRows extends Disposable {
  readonly rows: Tensor;
  /** [T] (i32), contiguous. */
  readonly targets: Tensor;
  readonly shape: readonly number[];
}

/**
 * Values x [V], [N, V] or [N, V, d1 ..] with targets of the other dimensions, the classes brought to the end.
 *
 * @throws WickError INDEX_OUT_OF_RANGE where a target is outside 0 .. V - 1 and not `ignoreIndex`
 */
export function classRows(op: string, x: Tensor, targets: Tensor, options: ClassOptions): ClassRows {
  const d = classDimension(op, x, options);
  const shape = x.shape.toSpliced(d, 1);
  checkClasses(op, x, d, targets, options.weights);
  const T = sizeOf(shape);
  using dense = indices(`take ${op} of ${x}`, targets, x.shape[d], options.ignoreIndex ?? -100);
  using last = d === x.rank - 1 ? same(x) : x.movedim(d, -1);
  const rows = x.rank === 2 ? same(last) : last.reshape(T, x.shape[d]);
  const ids = targets.rank === 1 ? same(dense) : dense.reshape(T);
  return {
    rows,
    targets: ids,
    shape,
    [Symbol.dispose]: () => {
      rows.dispose();
      ids.dispose();
    },
  };
}

/** The dimension of the classes, from the front. */
export function classDimension(op: string, x: Tensor, { classDim }: ClassOptions): number {
  return dimension(op, classDim ?? Math.min(1, x.rank - 1), x.rank);
}

function checkClasses(op: string, x: Tensor, d: number, targets: Tensor, weights?: Tensor): void {
  const V = x.shape[d];
  const others = x.shape.toSpliced(d, 1);
  if (
    (x.dtype !== "f32" && x.dtype !== "f64") || isFloat(targets.dtype) ||
    show(targets.shape) !== show(others)
  ) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot take ${op} of ${x} and ${targets} with the classes in dimension ${d}: expected floats and ` +
        `integers ${show(others)}; classDim names another dimension` + hintOf(targets, others),
    );
  }
  if (weights && (weights.dtype !== x.dtype || weights.rank !== 1 || weights.shape[0] !== V)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot weigh ${V} classes by ${weights}: expected ${x.dtype}[${V}]`,
    );
  }
}

/** Where ids of classes came as floats, how they come as integers. */
export function hintOf(targets: Tensor, shape: readonly number[]): string {
  return isFloat(targets.dtype) && show(targets.shape) === show(shape) ? AS_I32 : "";
}

/** A loss of f16 or bf16 by way of f32: what is not whole is converted with it. */
export function ofHalves<Options extends ClassOptions>(
  loss: (x: Tensor, targets: Tensor, options: Options) => Tensor,
  x: Tensor,
  targets: Tensor,
  options: Options,
): Tensor {
  const wide = (t: Tensor) => isHalf(t.dtype) ? cast(t, "f32") : same(t);
  using given = wide(targets);
  using weights = options.weights ? wide(options.weights) : null;
  return throughF32(x, (x) => loss(x, given, { ...options, weights: weights ?? undefined }));
}

/** What becomes of the losses [T] of single targets; `weight` gives what their mean divides by. */
export function reducedByClass(
  losses: Tensor,
  { reduction = "mean" }: ClassOptions,
  shape: readonly number[],
  weight: () => Tensor,
): Tensor {
  if (reduction === "none") return shape.length === 1 ? same(losses) : losses.reshape(...shape);
  if (reduction === "sum") return losses.sum(0);
  using sum = losses.sum(0);
  using total = weight();
  return sum.div(total);
}

/**
 * Each target's weight [T]: that of its class among `weights` [V], or 1; 0 where `none` (u8) says that it does not
 * count, and NaN where it is another one outside 0 .. V - 1.
 */
export function weightsOf(targets: Tensor, V: number, weights: Tensor | null, none: Tensor): Tensor {
  using below = compare("lt", targets, 0);
  using above = compare("gt", targets, V - 1); // a constant that pick takes, too
  using given = weights && ofClasses(targets, weights);
  using upTo = where(above, NaN, given ?? 1);
  using inside = where(below, NaN, upTo);
  return where(none, 0, inside);
}

/** weights[target], 0 outside. */
function ofClasses(targets: Tensor, weights: Tensor): Tensor {
  using row = weights.reshape(1, 1, weights.size);
  using ids = targets.reshape(1, 1, targets.size);
  using found = pick(row, ids);
  return found.reshape(targets.size);
}

/** True where a target is `ignoreIndex`. */
export function ignored(targets: Tensor, ignoreIndex: number): Tensor {
  return compare("eq", targets, ignoreIndex);
}
