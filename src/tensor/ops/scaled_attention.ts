/**
 * Attention without a cache: all queries and keys at once, with a gradient.
 *
 * @module
 */
import { attention_train_backward_f32, attention_train_f32 } from "../../device/kernels/attention_train.ts";
import { WickError } from "../../error.ts";
import { asOp } from "../as_op.ts";
import { gradientsEnabled, noGrad, track } from "../autograd.ts";
import { result, run } from "../dispatch.ts";
import type { PlainDtype } from "../dtype.ts";
import type { Generator } from "../generator.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { cast, inWide, someHalf } from "./cast.ts";
import { where } from "./compare.ts";
import { diagonalMask } from "./diagonal_mask.ts";
import { dropout } from "./dropout.ts";

/** Options of {@linkcode scaledDotProductAttention}. */
export interface ScaledAttentionOptions {
  /** Whether query t sees the keys 0 .. t alone [false]. */
  causal?: boolean;
  /**
   * What broadcasts to [B, H, T, S], as PyTorch's `attn_mask`: bool, true where a query sees a key, or floats of q's
   * dtype (or f32) that are added to the scores. A query that sees no key gives NaN, or 0 where there is none.
   */
  mask?: Tensor;
  /** Multiplies q k [1 / sqrt(D)]. */
  scale?: number;
  /** The probability with which a weight is dropped: training only [0]. */
  dropout?: number;
  /** What is drawn from [the default generator]. */
  generator?: Generator;
}

/**
 * softmax(scale q k^T + mask) v for q [B, H, T, D] and k, v [B, G, S, D]: [B, H, T, D] (Vaswani et al. 2017).
 * H is a multiple of G; H / G neighbouring heads share a head of keys (Ainslie et al. 2023). Without mask and
 * dropout it is one kernel, which keeps no scores for its gradient; of f64 it is composed of ops.
 *
 * @throws WickError SHAPE_MISMATCH, DTYPE_MISMATCH for a mask of integers, which may mean truth or numbers to add
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { scaledDotProductAttention, tensor } from "@wick/wick";
 * const q = tensor([[[[0, 0], [0, 0]]]]); // one head of two queries, which like both keys equally
 * const v = tensor([[[[2, 4], [6, 8]]]]);
 * using y = scaledDotProductAttention(q, q, v, { causal: true });
 * deepEqual(await y.toArray(), [[[[2, 4], [4, 6]]]]);
 * ```
 */
export function scaledDotProductAttention(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  options: ScaledAttentionOptions = {},
): Tensor {
  return asOp("scaledDotProductAttention", () => {
    if (options.mask) checkMask(options.mask, q);
    return attend(q, k, v, options);
  });
}

function attend(q: Tensor, k: Tensor, v: Tensor, options: ScaledAttentionOptions): Tensor {
  if (someHalf([q, k, v])) return inWide([q, k, v], (q, k, v) => attend(q, k, v, options));
  check(q, k, v);
  const call = { causal: options.causal ?? false, scale: options.scale ?? 1 / Math.sqrt(q.shape[3]) };
  return options.mask || options.dropout || q.dtype === "f64" || q.size === 0 || k.size === 0
    ? composed(q, k, v, call, options)
    : fused(q, k, v, call);
}

/** The options that every way takes. */
interface Weighing {
  causal: boolean;
  scale: number;
}

/** One kernel; its operands have queries outside heads, which a transposed [B, T, H, D] needs no copy for. */
function fused(q: Tensor, k: Tensor, v: Tensor, call: Weighing): Tensor {
  const [B, H, T, D] = q.shape;
  const [, G, S] = k.shape;
  const params = [T, H, G, D, S, call.scale, call.causal ? 1 : 0];
  const y = noGrad(() => {
    using queries = rowsFirst(q);
    using keys = k.contiguous();
    using values = v.contiguous();
    using y = result("scaledDotProductAttention", [queries, keys, values], "f32", [B, T, H, D]);
    run(attention_train_f32, [queries, keys, values, y], params, [B]);
    return y.transpose(1, 2);
  });
  return track("scaledDotProductAttention", y, [q, k, v], [q, k, v], (dy, [q, k, v]) => {
    if (gradientsEnabled()) return composedGradients(dy, q, k, v, call);
    using queries = rowsFirst(q);
    using keys = k.contiguous();
    using values = v.contiguous();
    using d = rowsFirst(dy);
    const operands = [queries, keys, values, d];
    using dq = result("attention's gradient", operands, "f32", [B, T, H, D]);
    using dkv = result("attention's gradient", operands, "f32", [B, 2, G, S, D]);
    run(attention_train_backward_f32, [...operands, dq, dkv], params, [B]);
    const half = (i: number) => {
      using part = dkv.narrow(1, i, 1);
      return part.squeeze(1);
    };
    return [dq.transpose(1, 2), half(0), half(1)];
  });
}

/** x [B, H, T, D] as contiguous [B, T, H, D]. */
function rowsFirst(x: Tensor): Tensor {
  using moved = x.transpose(1, 2);
  return moved.contiguous();
}

/** The way of ops. */
function composed(
  q: Tensor,
  k: Tensor,
  v: Tensor,
  call: Weighing,
  { mask, dropout: rate, generator }: ScaledAttentionOptions,
): Tensor {
  using all = weights(q, k, call, mask);
  using p = rate ? dropout(all, rate, generator) : all.contiguous();
  using rows = grouped(p, k);
  using y = rows.matmul(v);
  return y.reshape(...q.shape);
}

/** softmax(scale q k^T + mask): [B, H, T, S]. */
function weights(q: Tensor, k: Tensor, { scale, causal }: Weighing, mask?: Tensor): Tensor {
  const [B, H, T] = q.shape;
  const S = k.shape[2];
  using rows = grouped(q, k);
  using columns = k.t();
  using products = rows.matmul(columns);
  using flat = products.mul(scale);
  using scores = flat.reshape(B, H, T, S);
  using masked = mask ? withMask(scores, mask) : scores.contiguous();
  if (!causal) return masked.softmax(-1);
  using earlier = diagonalMask("le", q.device, T, S);
  using seen = where(earlier, masked, -Infinity);
  return seen.softmax(-1);
}

function withMask(scores: Tensor, mask: Tensor): Tensor {
  const y = mask.dtype === "bool" ? where(mask, scores, -Infinity) : added(scores, mask);
  if (show(y.shape) === show(scores.shape)) return y;
  y.dispose();
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot attend with a mask ${mask}: it must broadcast to ${show(scores.shape)}`,
  );
}

/** scores + mask in the dtype of the scores. */
function added(scores: Tensor, mask: Tensor): Tensor {
  using wide = cast(mask, scores.dtype as PlainDtype);
  return scores.add(wide);
}

/** Truth, or floats of a dtype that the scores hold. */
function checkMask(mask: Tensor, { dtype }: Tensor): void {
  if (mask.dtype === "bool" || mask.dtype === dtype || mask.dtype === "f32") return;
  throw new WickError(
    "DTYPE_MISMATCH",
    `Cannot attend with a mask ${mask}: expected bool (true where a query sees a key) or ${dtype} that is added ` +
      `to the scores; convert with to("bool") or to("${dtype}")`,
    { param: "mask" },
  );
}

/** x [B, H, T, C] with the heads that share keys below each other: [B, G, H / G * T, C]. */
function grouped(x: Tensor, k: Tensor): Tensor {
  const [B, H, T, C] = x.shape;
  const G = k.shape[1];
  return x.reshape(B, G, G === 0 ? 0 : H / G * T, C);
}

/** The fused kernel's gradients, in ops. */
function composedGradients(dy: Tensor, q: Tensor, k: Tensor, v: Tensor, call: Weighing): Tensor[] {
  const p = weights(q, k, call);
  const dv = grouped(p, k).t().matmul(grouped(dy, k));
  const dp = grouped(dy, k).matmul(v.t()).reshape(...p.shape);
  const ds = p.mul(dp.sub(dp.mul(p).sum(-1, true))).mul(call.scale);
  const dq = grouped(ds, k).matmul(k).reshape(...q.shape);
  return [dq, grouped(ds, k).t().matmul(grouped(q, k)), dv];
}

function check(q: Tensor, k: Tensor, v: Tensor): void {
  const [B, H, , D] = q.shape;
  const [kB, G, , kD] = k.shape;
  const fits = [q, k, v].every((x) => x.rank === 4 && x.dtype === q.dtype) &&
    (q.dtype === "f32" || q.dtype === "f64") && kB === B && kD === D &&
    (G === 0 ? H === 0 : H % G === 0) && show(k.shape) === show(v.shape);
  if (fits) return;
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot attend with ${q} over ${k} and ${v}: expected [B,H,T,D], [B,G,S,D] and the same, all f32 or all f64, H a multiple of G`,
  );
}
