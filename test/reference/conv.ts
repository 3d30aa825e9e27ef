/**
 * Oracles of convolution over two axes.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, OperandValue, Reference } from "./reference.ts";

/** C, H, W, O, kh, kw, groups, stride, padding, dilation (two each), B */
type Shape = readonly number[];

const shapes: Shape[] = [
  [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0],
  [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1],
  [2, 5, 4, 3, 3, 2, 1, 1, 1, 0, 0, 1, 1, 2], // pixels across rows
  [2, 4, 11, 7, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1], // eight neighbours, edges
  [4, 7, 9, 6, 3, 3, 2, 2, 1, 1, 2, 1, 2, 2], // groups, strides, dilation
  [3, 6, 7, 3, 2, 3, 3, 3, 2, 1, 0, 2, 1, 1], // depthwise, pixels that no window meets
  [2, 1, 13, 5, 1, 4, 1, 1, 3, 0, 2, 1, 1, 2], // one axis
  [2, 6, 12, 3, 3, 3, 1, 2, 1, 1, 1, 1, 1, 1], // eight neighbours, rows that do not meet
  [33, 3, 4, 9, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1], // K past the depth of a panel
  [1, 17, 17, 2, 2, 2, 1, 1, 1, 0, 0, 1, 1, 1], // 256 pixels
  [1, 17, 18, 33, 2, 3, 1, 1, 1, 1, 1, 1, 1, 1], // past 256 pixels, and O kh kw past 196
];

/** A call's sizes with the output's. */
export function convSizes(shape: Shape): { params: number[]; cells: number[] } {
  const [C, H, W, O, kh, kw, groups, sh, sw, ph, pw, dh, dw, B] = shape;
  const Ho = Math.floor((H + 2 * ph - dh * (kh - 1) - 1) / sh) + 1;
  const Wo = Math.floor((W + 2 * pw - dw * (kw - 1) - 1) / sw) + 1;
  return { params: [C, H, W, O, Ho, Wo, kh, kw, groups, sh, sw, ph, pw, dh, dw], cells: [B] };
}

/** Every product of the convolution: indices into x, w and y, and the output's channel. */
export function* products(params: readonly number[], B: number): Generator<[number, number, number]> {
  const [C, H, W, O, Ho, Wo, kh, kw, groups, sh, sw, ph, pw, dh, dw] = params;
  for (let y = 0; y < B * O * Ho * Wo; y++) {
    const [ow, oh, o] = [y % Wo, Math.floor(y / Wo) % Ho, Math.floor(y / Wo / Ho) % O];
    const b = Math.floor(y / Wo / Ho / O);
    const first = Math.floor(o / (O / groups)) * (C / groups);
    for (let k = 0; k < C / groups * kh * kw; k++) {
      const [j, i, c] = [k % kw, Math.floor(k / kw) % kh, Math.floor(k / kw / kh)];
      const [h, w] = [oh * sh - ph + i * dh, ow * sw - pw + j * dw];
      if (h < 0 || h >= H || w < 0 || w >= W) continue;
      yield [((b * C + first + c) * H + h) * W + w, o * (C / groups) * kh * kw + k, y];
    }
  }
}

type Names = readonly ("x" | "w" | "y")[];

/** Sums a[..] b[..] over the products into the third; `bias` is the operand that begins the sums. */
function convolution(names: Names, bias: boolean): Reference {
  const place = { x: 0, w: 1, y: 2 };
  const lengths = ({ params, cells: [B] }: { params: readonly number[]; cells: readonly number[] }) => {
    const [C, H, W, O, Ho, Wo, kh, kw, groups] = params;
    return { x: B * C * H * W, w: O * C / groups * kh * kw, y: B * O * Ho * Wo };
  };
  return {
    *cases(random: Random): Generator<Case> {
      for (const [index, shape] of shapes.entries()) {
        const call = convSizes(shape);
        const length = lengths(call);
        const operands: OperandValue[] = names.slice(0, 2).map((n) => random.floats(length[n]));
        const channels = names[2] === "y" ? shape[3] : shape[0];
        if (bias) operands.push(index % 2 ? random.floats(channels) : null);
        operands.push(new Float32Array(length[names[2]]));
        yield { label: `[${shape}]`, operands, ...call };
      }
    },
    oracle({ operands, params, cells }: Case): Expected[] {
      const [a, b, add] = operands;
      const operand = operands.length - 1;
      const [C, H, W, O, Ho, Wo] = params;
      const [plane, channels] = names[2] === "y" ? [Ho * Wo, O] : [H * W, C];
      const length = operands[operand]!.length;
      const start = (e: number) => bias && add ? add[Math.floor(e / plane) % channels] : 0;
      const values = Float64Array.from({ length }, (_, e) => start(e));
      const scale = values.map((v) => Math.abs(v) + 1e-30);
      const [ia, ib, iy] = names.map((n) => place[n]);
      for (const at of products(params, cells[0])) {
        const term = a![at[ia]] * b![at[ib]];
        values[at[iy]] += term;
        scale[at[iy]] += Math.abs(term);
      }
      return [{ operand, values, scale }];
    },
  };
}

export const conv2d_f32: Reference = convolution(["x", "w", "y"], true);
export const conv2d_backward_input_f32: Reference = convolution(["y", "w", "x"], true);
export const conv2d_backward_weight_f32: Reference = convolution(["x", "y", "w"], false);
