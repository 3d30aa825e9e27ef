/**
 * Rotary positions and attention over a key-value cache.
 *
 * @module
 */
import type { Cell } from "../../device/device.ts";
import {
  attention_f32,
  kv_append_b16,
  kv_append_b32,
  kv_append_b64,
} from "../../device/kernels/attention.ts";
import type { Kernel } from "../../device/kernel.ts";
import * as ropes from "../../device/kernels/rope.ts";
import { WickError } from "../../error.ts";
import { asOp } from "../as_op.ts";
import { noGrad, refuseGradient, track } from "../autograd.ts";
import { lead, result, run } from "../dispatch.ts";
import { isHalf, isTrainable, itemBytes, type PlainDtype } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { cast, throughF32 } from "./cast.ts";
import { numberOf } from "./cell.ts";
import { where } from "./compare.ts";
import { counting } from "./diagonal_mask.ts";
import { cat, stack } from "./join.ts";
import { tidy } from "./tidy.ts";
import { same } from "./view.ts";

const turns = {
  interleaved: { forth: ropes.rope_interleaved_f32, back: ropes.rope_interleaved_backward_f32 },
  halved: { forth: ropes.rope_halved_f32, back: ropes.rope_halved_backward_f32 },
};

/** Throws where a table of S positions lacks one of those from `position` on; a cell's are known to the kernel alone. */
function checkPositions(x: Tensor, S: number, position: Position): void {
  if (typeof position !== "number" || x.rows) return;
  const T = x.shape.at(-3)!;
  if (Number.isInteger(position) && position >= 0 && position + T <= S) return;
  throw new WickError(
    "INDEX_OUT_OF_RANGE",
    `Cannot rope ${x} from position ${position}: the table has positions 0 .. ${S - 1}`,
    { param: "position" },
  );
}

/** The position of the first row: a number, or a cell that changes between replays. */
export type Position = number | Cell;

/**
 * Rotates pairs of x [T, H, D] or [B, T, H, D] by the angle of their row's position (Su et al. 2021); row t has
 * `position` + t. `table` [S, R] holds cos and sin of each pair for every position; dimensions from R on stay. Where
 * the position is a cell, rows outside 0 .. S - 1 give NaN. "interleaved" pairs are (2i, 2i + 1), "halved" ones (i, i + R / 2).
 *
 * @throws WickError INDEX_OUT_OF_RANGE where the table does not have all positions
 */
export function rope(
  x: Tensor,
  table: Tensor,
  position: Position = 0,
  pairs: "interleaved" | "halved" = "halved",
): Tensor {
  return asOp("rope", () => {
    if (isHalf(x.dtype)) {
      using angles = isHalf(table.dtype) ? cast(table, "f32") : same(table);
      return throughF32(x, (x) => rope(x, angles, position, pairs));
    }
    if (x.dtype !== "f32" && x.dtype !== "f64") {
      throw new WickError("DTYPE_MISMATCH", `Cannot rope ${x}: it takes f32, f64, f16 and bf16`);
    }
    if ((x.rank !== 3 && x.rank !== 4) || (x.rank === 4 && x.rows) || table.rank !== 2) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot rope ${x} by ${table}: it takes ranks 3 and 4, a table of rank 2`,
      );
    }
    const [H, D] = x.shape.slice(-2);
    const [S, R] = table.shape;
    if (!table.isContiguous || (table.dtype !== "f32" && table.dtype !== x.dtype) || R > D || R % 2 !== 0) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot rope ${x} by ${table}: the table must be contiguous f32 [S,R], R even and at most ${D}`,
      );
    }
    refuseGradient("rope by", [table], "angles are constant");
    checkPositions(x, S, position);
    if (x.dtype === "f64") return turned(x, table, position, pairs);
    const turn = (x: Tensor, table: Tensor, row: Kernel) => {
      using dense = x.contiguous();
      const y = result("rope", [dense, table], "f32", x.shape, x.rows);
      if (x.rank === 3) run(row, [dense, table, y], [H, D, R, S], [lead(dense), position]);
      else {
        for (let b = 0; b < x.shape[0]; b++) { // each sequence begins anew
          const [from, to] = [dense, y].map((t) =>
            t.alias(t.shape.slice(1), { offset: t.offset + b * t.strides[0] })
          );
          run(row, [from, table, to], [H, D, R, S], [x.shape[1], position]);
          from.dispose();
          to.dispose();
        }
      }
      return y;
    };
    const { forth, back } = turns[pairs];
    // turning back is linear, and turning forth its gradient
    const rule = (from: Kernel, to: Kernel, x: Tensor, table: Tensor): Tensor =>
      track(
        "rope",
        noGrad(() => turn(x, table, from)),
        [x],
        [table],
        (dy, [table]) => [rule(to, from, dy, table)],
      );
    return rule(forth, back, x, table);
  });
}

/** In f64, of ops, by the angles of a table. */
function turned(x: Tensor, table: Tensor, position: Position, pairs: "interleaved" | "halved"): Tensor {
  return tidy([x, table], (x, table) => {
    const T = x.shape.at(-3)!;
    if (typeof position === "number" && !x.rows) return turnedBy(x, table.narrow(0, position, T), pairs);
    const rows = positions(x, T, position);
    const nearest = rows.clamp(0, table.shape[0] - 1);
    const y = turnedBy(x, table.indexSelect(0, nearest), pairs);
    return where(rows.eq(nearest).reshape(T, 1, 1), y, NaN);
  });
}

/** x [.., T, H, D] by angles [T, R]. */
function turnedBy(x: Tensor, angles: Tensor, pairs: "interleaved" | "halved"): Tensor {
  const [D, R] = [x.shape.at(-1)!, angles.shape[1]];
  const [cos, sin] = angles.to("f64").unsqueeze(1).unflatten(-1, [R / 2, 2]).unbind(-1);
  const part = x.narrow(-1, 0, R), halved = pairs === "halved";
  const [u, v] = halved ? part.chunk(2, -1) : part.unflatten(-1, [R / 2, 2]).unbind(-1);
  const turns = [u.mul(cos).sub(v.mul(sin)), u.mul(sin).add(v.mul(cos))];
  const y = halved ? cat(turns, -1) : stack(turns, -1).flatten(-2);
  return cat([y, x.narrow(-1, R, D - R)], -1);
}

/** The positions of T rows, i32 [T], as dynamic as x and in its scope. */
function positions(x: Tensor, T: number, position: Position): Tensor {
  return counting(x, T, x.rows).add(now(position, x));
}

/** A number as it is, or as its cell holds it when an op runs. */
function now(value: number | Cell, { scope }: Tensor): number | Tensor {
  return typeof value === "number" ? value : numberOf(value, scope);
}

const appends: Readonly<Record<number, Kernel>> = { 2: kv_append_b16, 4: kv_append_b32, 8: kv_append_b64 };

/** Writes x [T, G, D] into `cache` [G, S, D] at position, position + 1 ..., converted to its dtype. */
export function appendToCache(x: Tensor, cache: Tensor, position: Position): void {
  return asOp("append", () => {
    const [, G, D] = cube("append", x);
    cube("append to", cache);
    if (cache.shape[0] !== G || cache.shape[2] !== D) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot append ${x} to ${cache}: heads and their sizes must match`,
      );
    }
    refuseGradient("append to a cache", [x], "a cache keeps values alone");
    using converted = cast(x, cache.dtype as PlainDtype);
    using dense = converted.contiguous();
    run(appends[itemBytes(cache.dtype)], [dense, cache], [G, D, cache.shape[1]], [lead(dense), position]);
  });
}

/** How {@linkcode attention} weighs and sees keys. */
export interface AttentionOptions {
  /** Multiplies q k [1 / sqrt(D)]. */
  scale?: number;
  /** How many of the last positions a query sees, itself included; 0 for all [0]. */
  window?: number;
}

/**
 * Causal attention of queries q [T, H, D] at position, position + 1 ... over caches of keys and values
 * [G, S, D], where H is a multiple of G and every H / G neighbouring heads share a key head (Ainslie et al.
 * 2023): [T, H, D]. Caches are converted to the dtype of q, or where that is f16 or bf16 all to f32.
 */
export function attention(
  q: Tensor,
  keys: Tensor,
  values: Tensor,
  position: Position,
  options: AttentionOptions = {},
): Tensor {
  return asOp("attention", () => {
    if (isHalf(q.dtype)) return throughF32(q, (q) => attention(q, keys, values, position, options));
    const [, H, D] = cube("attention", q);
    refuseGradient("attend over a cache with", [q, keys, values], "a cache keeps values alone");
    const [G] = cube("attention", keys);
    if (H % G !== 0 || keys.shape[2] !== D || values.shape.join() !== keys.shape.join()) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot attend with ${q} over ${keys} and ${values}: head sizes must match and ${H} be a multiple of ${G}`,
      );
    }
    const form = { scale: options.scale ?? 1 / Math.sqrt(D), window: options.window ?? 0 };
    using k = cast(keys, q.dtype as PlainDtype);
    using v = cast(values, q.dtype as PlainDtype);
    return q.dtype === "f64" ? attended(q, k, v, position, form) : fused(q, k, v, position, form);
  });
}

function fused(
  q: Tensor,
  keys: Tensor,
  values: Tensor,
  position: Position,
  { scale, window }: Required<AttentionOptions>,
): Tensor {
  const [H, D] = q.shape.slice(1);
  const [G, S] = keys.shape;
  using dense = q.contiguous();
  const y = result("attention", [dense, keys, values], "f32", q.shape, q.rows);
  run(attention_f32, [dense, keys, values, y], [H, G, D, S, scale, window], [lead(dense), position]);
  return y;
}

/** In f64, of ops, head by head: [T, D] alone may change its leading extent. */
function attended(
  q: Tensor,
  keys: Tensor,
  values: Tensor,
  position: Position,
  { scale, window }: Required<AttentionOptions>,
): Tensor {
  const [T, H] = q.shape;
  const [G, S] = keys.shape;
  return tidy([q, keys, values], (q, keys, values) => {
    const all = counting(q, S);
    const own = positions(q, T, position).unsqueeze(1);
    const inside = own.ge(0).logicalAnd(own.lt(S));
    const upTo = all.le(own);
    const seen = window > 0 ? upTo.logicalAnd(all.gt(own.sub(window))) : upTo; // [T, S]
    // later positions may hold anything yet, NaN too, which a weight of 0 does not take away
    const written = all.sub(now(position, q)).lt(now(q.rows ?? T, q)).unsqueeze(1);
    const heads = q.unbind(1).map((q, h) => {
      const [k, v] = [keys, values].map((x) => x.narrow(0, Math.floor(h * G / H), 1).squeeze(0));
      const weights = where(seen, q.matmul(k.t()).mul(scale), -Infinity).softmax(-1);
      return where(inside, weights.matmul(where(written, v, 0)), NaN);
    });
    return stack(heads, 1);
  });
}

function cube(op: string, x: Tensor): readonly number[] {
  if (x.rank === 3 && isTrainable(x.dtype)) return x.shape;
  throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${x}: it takes floats of rank 3`);
}
