/**
 * What the conformance test doesn't ask of the quantized matmuls: the same bits for any number of tokens, parts
 * and any mechanism of the dot product; every half; ggml's own blocks.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { kernels } from "../../src/device/kernels/mod.ts";
import { Dot, dotOf } from "../../src/quant/dot.ts";
import type { BlockDtype } from "../../src/quant/format.ts";
import { blockFormats } from "../../src/quant/formats.ts";
import { halfValue } from "../../src/quant/half.ts";
import { interleave } from "../../src/quant/interleave.ts";
import { q8Bytes } from "../../src/quant/q8.ts";
import { type Build, call, openBuild } from "../device/call.ts";
import { Random, testSeed } from "../random.ts";
import { activationsOf, products, quantized, randomWeights, weightsOf } from "../reference/quantized.ts";
import { repositoryPath } from "../shared.ts";

const random = new Random(testSeed());
const builds = [await openBuild("simd"), await openBuild("relaxed")];
const dtypes = [...blockFormats.keys()];

interface Product {
  dtype: BlockDtype;
  w: Uint8Array;
  x: Uint8Array | Float32Array;
  T: number;
  N: number;
  K: number;
  dot?: Dot;
  parts?: number;
}

/** y of matmul_<dtype>_q8 or, for floats, matmul_<dtype>_f32. */
function multiply(build: Build, { dtype, w, x, T, N, K, dot = Dot.pairs, parts = 1 }: Product): Float32Array {
  const floats = x instanceof Float32Array;
  const kernel = kernels.get(`matmul_${dtype}_${floats ? "f32" : "q8"}`)!;
  const params = floats ? [N, K] : [N, K, dot];
  const test = { label: "", operands: [w, x, new Float32Array(T * N)], params, cells: [T] };
  return call(build, kernel, test, parts)[2] as Float32Array;
}

function bits(y: Float32Array): Int32Array {
  return new Int32Array(y.buffer);
}

/** A product of T rows, two chunks and a bit wide. */
function wide(dtype: BlockDtype, T: number, N = 19): Product {
  const { block } = blockFormats.get(dtype)!;
  const K = 1024 + 2 * block;
  return { dtype, w: randomWeights(random, dtype, N, K), x: quantized(random.floats(T * K)), T, N, K };
}

/** Activation blocks with bytes in -63 .. 63: two products with a byte to 255 stay within an i16. */
function smaller(x: Uint8Array): Uint8Array {
  const halved = x.slice(), view = new DataView(halved.buffer);
  for (let at = 0; at < x.length; at += 48) {
    const q = Array.from(new Int8Array(halved.buffer, at + 16, 32), (v) => Math.trunc(v / 2));
    const sum = (part: number[]) => part.reduce((a, v) => a + v, 0);
    [sum(q), sum(q.slice(0, 16)), sum(q.slice(16))].forEach((v, i) => view.setInt32(at + 4 + 4 * i, v, true));
    q.forEach((v, i) => view.setInt8(at + 16 + i, v));
  }
  return halved;
}

for (const build of builds) {
  const probe = (build.exports as unknown as { probe_dot(): number }).probe_dot();
  const best = dotOf(probe);

  Deno.test(`${build.name}: a row's bits don't depend on the number of tokens or parts`, () => {
    for (const dtype of dtypes) {
      const all = wide(dtype, 9);
      const floats = random.floats(9 * all.K);
      for (const x of [all.x as Uint8Array, floats]) {
        const together = bits(multiply(build, { ...all, x }));
        deepEqual(bits(multiply(build, { ...all, x, parts: 3 })), together, `${dtype} in parts`);
        for (const T of [1, 2, 3, 5]) {
          const part = x.subarray(0, x.length / 9 * T) as typeof x;
          const few = bits(multiply(build, { ...all, x: part, T }));
          deepEqual(few, together.subarray(0, T * all.N), `${dtype}, ${T} tokens`);
        }
      }
    }
  });

  Deno.test(`${build.name}: pairs and quads (dot ${best}) give the same bits`, () => {
    for (const dtype of dtypes) {
      const exact = dtype === "q8_0" || dtype === "iq4_nl" ? [best] : [Dot.unsigned, Dot.signed];
      for (const T of [1, 3, 4, 6]) {
        const product = wide(dtype, T);
        const pairs = bits(multiply(build, product));
        for (const dot of exact) {
          deepEqual(bits(multiply(build, { ...product, dot })), pairs, `${dtype} dot ${dot}, ${T} tokens`);
        }
      }
    }
  });

  // Modes of 8-bit codes that a machine lacks can still be asked where its own instruction agrees with them: an
  // unsigned second operand whose pairs of products stay below 32768, a signed one that is never negative.
  const unsigned = [-65535, -66047, 0].includes(probe);
  Deno.test({
    name: `${build.name}: 8-bit codes as an unsigned second operand give the bits of pairs`,
    ignore: !unsigned,
    fn: () => {
      for (const dtype of ["q8_0", "iq4_nl"] as const) {
        for (const T of [1, 3, 4, 6]) {
          const product = wide(dtype, T);
          const x = smaller(product.x as Uint8Array);
          const pairs = bits(multiply(build, { ...product, x }));
          deepEqual(
            bits(multiply(build, { ...product, x, dot: Dot.unsigned })),
            pairs,
            `${dtype}, ${T} tokens`,
          );
        }
      }
    },
  });

  Deno.test(`${build.name}: 8-bit weights as a signed second operand give the bits of pairs`, () => {
    for (const T of [1, 3, 4, 6]) {
      const K = 1088, N = 19, format = blockFormats.get("q8_0")!;
      const blocks = random.bytes(N * K / 32 * format.bytes).map((b) => b & 127);
      for (let at = 0; at < blocks.length; at += format.bytes) blocks[at + 1] = 0x2c;
      const product: Product = {
        dtype: "q8_0",
        w: interleave(format, blocks, N, K),
        x: quantized(random.floats(T * K)),
        T,
        N,
        K,
      };
      const pairs = bits(multiply(build, product));
      deepEqual(bits(multiply(build, { ...product, dot: Dot.signed })), pairs, `${T} tokens`);
    }
  });

  Deno.test(`${build.name}: integers are exact where every product is as large as it can be`, () => {
    for (const dtype of dtypes) {
      const { block, bytes, fields } = blockFormats.get(dtype)!;
      for (const fill of [0, 255]) {
        const blocks = new Uint8Array(2 * bytes).fill(fill);
        for (const { offset, granule } of fields) {
          for (const at of [offset, offset + bytes]) {
            if (granule === 2) blocks.set([0, 0x3c], at); // 1
            else if (granule === 1 && dtype === "mxfp4") blocks[at] = 128;
          }
        }
        const w = interleave(blockFormats.get(dtype)!, blocks, 2, block);
        const x = quantized(new Float32Array(5 * block).fill(-127));
        const exact = products(weightsOf(dtype, w, 2, block), activationsOf(x), 5, 2, block).values;
        const y = multiply(build, { dtype, w, x, T: 5, N: 2, K: block, dot: best });
        y.forEach((v, i) =>
          ok(Math.abs(v - exact[i]) <= 1e-6 * Math.abs(exact[i]), `${dtype}: ${v}, ${exact[i]}`)
        );
      }
    }
  });

  Deno.test(`${build.name}: every half is exact as a scale`, () => {
    const N = 65536, blocks = new Uint8Array(N * 34);
    const view = new DataView(blocks.buffer);
    for (let h = 0; h < N; h++) {
      view.setUint16(h * 34, h, true);
      blocks[h * 34 + 2] = 1;
    }
    const w = interleave(blockFormats.get("q8_0")!, blocks, N, 32);
    const x = new Uint8Array(q8Bytes(4, 32));
    for (let t = 0; t < 4; t++) {
      const head = new DataView(x.buffer, 48 * t);
      head.setFloat32(0, 1, true), head.setInt32(4, 1, true), head.setInt32(8, 1, true), head.setInt8(16, 1);
    }
    for (const T of [1, 4]) {
      const y = multiply(build, { dtype: "q8_0", w, x: x.subarray(0, q8Bytes(T, 32)), T, N, K: 32 });
      for (let h = 0; h < N; h++) {
        const value = halfValue(h);
        ok(y[h] === value || Number.isNaN(y[h]) && Number.isNaN(value), `half ${h}: ${y[h]}, not ${value}`);
      }
    }
  });

  Deno.test(`${build.name}: ggml's own blocks times activations`, () => {
    for (const format of blockFormats.values()) {
      const blocks = Deno.readFileSync(repositoryPath(`test/golden/quant/${format.name}.blocks.bin`));
      const N = blocks.length / format.bytes, K = format.block;
      const w = interleave(format, blocks, N, K);
      for (const T of [1, 5]) {
        const x = quantized(random.floats(T * K));
        const weights = weightsOf(format.dtype, w, N, K);
        const { values, scale } = products(weights, activationsOf(x), T, N, K);
        multiply(build, { dtype: format.dtype, w, x, T, N, K }).forEach((v, i) =>
          ok(Math.abs(v - values[i]) <= 1e-6 * scale[i], `${format.name}[${i}]: ${v}, not ${values[i]}`)
        );
      }
    }
  });
}

Deno.test("the outcomes of the probe", () => {
  equal(dotOf(-66047), Dot.unsigned);
  equal(dotOf(65025), Dot.signed);
  equal(dotOf(-65535), Dot.pairs);
  equal(dotOf(0), Dot.pairs);
});
