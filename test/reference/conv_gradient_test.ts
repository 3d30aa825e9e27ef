/**
 * The oracles of the backward rows of convolution, pooling and resizing against central finite differences of the
 * forward oracles, in float64, on random shapes.
 */
import { ok } from "node:assert/strict";
import { Random, testSeed } from "../random.ts";
import { convSizes } from "./conv.ts";
import { references } from "./mod.ts";
import type { Case, OperandValue } from "./reference.ts";

const random = new Random(testSeed());
const ROUNDS = 12;
const STEP = 2 ** -12;

type Numbers = Pick<Case, "params" | "cells">;

const draw = (length: number) => Float64Array.from({ length }, () => random.normal());
const zeros = (length: number) => new Float64Array(length);

function values(name: string, operands: OperandValue[], numbers: Numbers, index = 0): ArrayLike<number> {
  const expected = references.get(name)!.oracle({ label: name, operands, ...numbers });
  return expected[index].values as ArrayLike<number>;
}

/** The slope of sum(dy * forward) in each element of operand `at`, against what the backward row gives. */
function agree(
  name: string,
  operands: OperandValue[],
  numbers: Numbers,
  at: number,
  dy: Float64Array,
  gradient: ArrayLike<number>,
): void {
  const x = operands[at]!;
  ok(gradient.length === x.length, `${name}: ${gradient.length} gradients of ${x.length} elements`);
  const loss = () => dy.reduce((sum, d, i) => sum + d * forward[i], 0);
  let forward = values(name, operands, numbers);
  for (let i = 0; i < x.length; i++) {
    const kept = x[i];
    const side = (step: number) => (x[i] = kept + step, forward = values(name, operands, numbers), loss());
    const slope = (side(STEP) - side(-STEP)) / (2 * STEP);
    x[i] = kept;
    const error = Math.abs(slope - gradient[i]);
    ok(
      error <= 1e-8 * (1 + Math.abs(slope)),
      `${name} ${numbers.params} [${i}]: ${gradient[i]}, not ${slope}`,
    );
  }
}

Deno.test("gradients of a convolution with respect to input and weight equal finite differences", () => {
  for (let round = 0; round < ROUNDS; round++) {
    const n = (low: number, high: number) => random.integer(low, high);
    const [groups, kh, kw] = [n(1, 2), n(1, 3), n(1, 3)];
    const [C, O, B] = [groups * n(1, 2), groups * n(1, 2), n(1, 2)];
    const numbers = convSizes(
      [C, n(5, 6), n(5, 7), O, kh, kw, groups, n(1, 3), n(1, 2), n(0, 2), n(0, 1), n(1, 2), n(1, 2), B],
    );
    const [, H, W, , Ho, Wo] = numbers.params;
    const [x, w, dy] = [draw(B * C * H * W), draw(O * C / groups * kh * kw), draw(B * O * Ho * Wo)];
    const operands = [x, w, null, zeros(dy.length)];
    const dx = values("conv2d_backward_input_f32", [dy, w, null, zeros(x.length)], numbers);
    const dw = values("conv2d_backward_weight_f32", [x, dy, zeros(w.length)], numbers);
    agree("conv2d_f32", operands, numbers, 0, dy, dx);
    agree("conv2d_f32", operands, numbers, 1, dy, dw);
  }
});

/** A pooling's random sizes up to the padding. */
function pooling(dilation: number[]): { windows: number[]; B: number; wide: number; narrow: number } {
  const n = (low: number, high: number) => random.integer(low, high);
  const [C, H, W, kh, kw, sh, sw, B] = [
    n(1, 2),
    n(5, 7),
    n(5, 7),
    n(1, 3),
    n(1, 3),
    n(1, 3),
    n(1, 3),
    n(1, 2),
  ];
  const [ph, pw] = [n(0, kh >> 1), n(0, kw >> 1)];
  const Ho = Math.floor((H + 2 * ph - dilation[0] * (kh - 1) - 1) / sh) + 1;
  const Wo = Math.floor((W + 2 * pw - dilation[1] * (kw - 1) - 1) / sw) + 1;
  return {
    windows: [C, H, W, Ho, Wo, kh, kw, sh, sw, ph, pw],
    B,
    wide: B * C * H * W,
    narrow: B * C * Ho * Wo,
  };
}

Deno.test("gradients of max pooling, overlapping or apart, equal finite differences", () => {
  for (let round = 0; round < ROUNDS; round++) {
    const dilation = [random.integer(1, 2), random.integer(1, 2)];
    const { windows, B, wide, narrow } = pooling(dilation);
    const numbers = { params: [...windows, ...dilation], cells: [B] };
    // values further apart than a step, in any order
    const order = Array.from({ length: wide }, (_, i) => i).sort((a, b) =>
      (a * 7919 % 101) - (b * 7919 % 101)
    );
    const x = Float64Array.from(order, (rank) => rank / 8 - 3);
    const [operands, dy] = [[x, zeros(narrow), new Int32Array(narrow)], draw(narrow)];
    const indices = Int32Array.from(values("max_pool2d_f32", operands, numbers, 1));
    const [C, H, W, Ho, Wo] = windows;
    const back = { params: [Ho * Wo, H * W, C], cells: [B] };
    const dx = values("max_pool2d_backward_f32", [dy, indices, zeros(wide)], back);
    agree("max_pool2d_f32", operands, numbers, 0, dy, dx);
  }
});

Deno.test("gradients of average pooling equal finite differences", () => {
  for (let round = 0; round < ROUNDS; round++) {
    const { windows, B, wide, narrow } = pooling([1, 1]);
    const numbers = { params: [...windows, round % 2, round % 3 ? 0 : 5], cells: [B] };
    const dy = draw(narrow);
    const dx = values("avg_pool2d_backward_f32", [dy, zeros(wide)], numbers);
    agree("avg_pool2d_f32", [draw(wide), zeros(narrow)], numbers, 0, dy, dx);
  }
});

Deno.test("gradients of nearest and bilinear resizing equal finite differences", () => {
  for (let round = 0; round < ROUNDS; round++) {
    const [C, H, W, Ho, Wo] = [2, 5, 6, 9, 9].map((most) => random.integer(1, most));
    const [wide, narrow] = [C * H * W, C * Ho * Wo];
    for (const [kind, align] of [["nearest", []], ["bilinear", [0]], ["bilinear", [1]]] as const) {
      const scale = (i: number, o: number) => align[0] ? (o > 1 ? (i - 1) / (o - 1) : 0) : i / o;
      const numbers = { params: [C, H, W, Ho, Wo, scale(H, Ho), scale(W, Wo), ...align], cells: [1] };
      const dy = draw(narrow);
      const dx = values(`upsample_${kind}2d_backward_f32`, [dy, zeros(wide)], numbers);
      agree(`upsample_${kind}2d_f32`, [draw(wide), zeros(narrow)], numbers, 0, dy, dx);
    }
  }
});
