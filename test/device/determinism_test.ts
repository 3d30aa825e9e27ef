/**
 * The determinism contract: what a kernel gives for a row depends, to the bit, on nothing but that row. Many rows at
 * once, the same rows one by one, in chunks, and in parts give the same bits on every build.
 */
import { deepEqual } from "node:assert/strict";
import { kernels } from "../../src/device/kernels/mod.ts";
import { Dot } from "../../src/quant/dot.ts";
import { blockFormats } from "../../src/quant/formats.ts";
import { Random, testSeed } from "../random.ts";
import { quantized, randomWeights } from "../reference/quantized.ts";
import type { Case, OperandValue } from "../reference/reference.ts";
import { type Build, call, openBuild } from "./call.ts";

const seed = testSeed();

/** A call over `rows` rows from row `first` on; `output` is the operand whose bits count. */
interface Rows {
  readonly kernel: string;
  readonly total: number;
  readonly output: number;
  at(first: number, rows: number): Case;
}

/** A call whose operands `sliced` have `width` elements a row; the last cell is the position, where there is one. */
function rowsOf(
  kernel: string,
  total: number,
  operands: OperandValue[],
  widths: Record<number, number>,
  output: number,
  params: number[],
  position?: number,
): Rows {
  return {
    kernel,
    total,
    output,
    at: (first, rows) => ({
      label: `rows ${first} .. ${first + rows - 1}`,
      operands: operands.map((x, i) =>
        i in widths ? x!.slice(first * widths[i], (first + rows) * widths[i]) : x
      ),
      params,
      cells: position === undefined ? [rows] : [rows, position + first],
    }),
  };
}

function* subjects(random: Random): Generator<Rows> {
  const floats = (n: number) => random.floats(n);
  const [M, N, K] = [20, 37, 530];
  const [a, y] = [floats(M * K), new Float32Array(M * N)];
  for (const turned of [true, false]) {
    const params = [1, 1, N, K, 0, 0, K, 1, 0, 0, ...(turned ? [1, K] : [N, 1])];
    yield rowsOf("matmul_f32", M, [a, floats(N * K), y], { 0: K, 2: N }, 2, params);
    const words = Uint16Array.from({ length: N * K }, () => random.integer(0, 0x7bff));
    yield rowsOf("matmul_f32_f16", M, [a, words, y], { 0: K, 2: N }, 2, params);
    yield rowsOf("matmul_f32_bf16", M, [a, words.map((w) => w >> 1), y], { 0: K, 2: N }, 2, params);
  }
  for (const [H, G, D, window] of [[6, 2, 16, 0], [3, 3, 9, 40], [8, 1, 20, 7]]) {
    const [T, S, P] = [75, 120, 30];
    const operands = [floats(T * H * D), floats(G * S * D), floats(G * S * D), new Float32Array(T * H * D)];
    const params = [H, G, D, S, 0.3, window];
    yield rowsOf("attention_f32", T, operands, { 0: H * D, 3: H * D }, 3, params, P);
  }
  // C, H, W, O, Ho, Wo, kernel, groups, stride, padding, dilation: K past the depth of a panel
  const convolution = [66, 5, 9, 4, 5, 9, 3, 3, 2, 1, 1, 1, 1, 1, 1];
  const images = [floats(5 * 66 * 45), floats(4 * 33 * 9), null, new Float32Array(5 * 4 * 45)];
  yield rowsOf("conv2d_f32", 5, images, { 0: 66 * 45, 3: 4 * 45 }, 3, convolution);
  const gradients = [floats(5 * 4 * 45), images[1], null, new Float32Array(5 * 66 * 45)];
  yield rowsOf("conv2d_backward_input_f32", 5, gradients, { 0: 4 * 45, 3: 66 * 45 }, 3, convolution);
  for (const { dtype, block } of blockFormats.values()) {
    const [T, O, I] = [9, 37, (1024 / block + 1) * block]; // past a panel's columns; rows past two groups of eight
    const w = randomWeights(random, dtype, O, I), y = new Float32Array(T * O);
    yield rowsOf(`matmul_${dtype}_f32`, T, [w, floats(T * I), y], { 1: I, 2: O }, 2, [O, I]);
    const blocks = quantized(floats(T * I));
    yield rowsOf(`matmul_${dtype}_q8`, T, [w, blocks, y], { 1: blocks.length / T, 2: O }, 2, [
      O,
      I,
      Dot.pairs,
    ]);
  }
  const [T, C] = [20, 70];
  const [x, out] = [floats(T * C), new Float32Array(T * C)];
  yield rowsOf("rms_norm_f32", T, [x, floats(C), out], { 0: C, 2: C }, 2, [C, 1e-5]);
  yield rowsOf("swiglu_f32", T, [x, floats(T * C), out], { 0: C, 1: C, 2: C }, 2, [C]);
  yield rowsOf("softmax_f32", T, [x, out], { 0: C, 1: C }, 1, [C]);
  yield rowsOf("gelu_erf_backward_f32", T, [x, floats(T * C), out], { 0: C, 1: C, 2: C }, 2, [C]);
  yield rowsOf("rope_halved_f32", T, [x, floats(30 * 12), out], { 0: C, 2: C }, 2, [5, 14, 12, 30], 3);
  yield rowsOf("sum_f32", T, [x, new Float32Array(T)], { 0: C, 1: 1 }, 1, [C]);
  yield rowsOf("var_f32", T, [x, new Float32Array(T)], { 0: C, 1: 1 }, 1, [C, 1]);
  yield rowsOf("sort_f32", T, [x, out, new Int32Array(T * C)], { 0: C, 1: C, 2: C }, 1, [C, 0]);
  for (const row of ["sum", "norm", "prod", "max"]) { // 1029 columns: past a run of blocks
    const columns = [floats(5 * 9 * 1029), new Float32Array(5 * 1029)];
    yield rowsOf(`${row}_middle_f32`, 5, columns, { 0: 9 * 1029, 1: 1029 }, 1, [9, 1029]);
  }
  const columns = [floats(5 * 9 * 1029), new Float32Array(5 * 9 * 1029)];
  yield rowsOf("cumsum_f32", 5, columns, { 0: 9 * 1029, 1: 9 * 1029 }, 1, [9, 1029, 0]);
  yield rowsOf("rope_interleaved_f32", T, [x, floats(30 * 12), out], { 0: C, 2: C }, 2, [5, 14, 12, 30], 3);
}

/** The bits of the output, computed `chunk` rows at a time. */
function bits(build: Build, rows: Rows, chunk: number, parts: number): number[] {
  const out: number[] = [];
  for (let first = 0; first < rows.total; first += chunk) {
    const test = rows.at(first, Math.min(chunk, rows.total - first));
    const y = call(build, kernels.get(rows.kernel)!, test, parts)[rows.output]!;
    out.push(...new Uint32Array(y.buffer, y.byteOffset, y.length));
  }
  return out;
}

for (const name of ["simd", "relaxed", "threads"] as const) {
  Deno.test(`the ${name} build gives a row the same bits in any company`, async (t) => {
    const build = await openBuild(name);
    for (const rows of subjects(new Random(seed))) {
      await t.step(`${rows.kernel}`, () => {
        const whole = bits(build, rows, rows.total, 1);
        for (const [chunk, parts] of [[1, 1], [1, 4], [2, 1], [5, 1], [7, 3], [rows.total, 5]]) {
          deepEqual(bits(build, rows, chunk, parts), whole, `${chunk} rows at a time in ${parts} parts`);
        }
      });
    }
  });
}
