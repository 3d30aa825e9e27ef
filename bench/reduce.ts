/**
 * Rates of reductions, softmax, scans and sorting on tensors: bytes of the operand a second, elements a second. The
 * best of many, since the machine is shared.
 *
 * `deno run -A bench/reduce.ts`
 *
 * @module
 */
import { scope, type Tensor, tensor } from "../mod.ts";
import { best, report } from "./stage.ts";

let state = 1;
const next = (): number => (state = Math.imul(state, 1664525) + 1013904223 | 0) / 2 ** 31;
const floats = (n: number): Float32Array => Float32Array.from({ length: n }, next);

function bench(
  name: string,
  shape: readonly number[],
  op: (x: Tensor) => unknown,
  unit: "GB/s" | "G/s",
): void {
  const count = shape.reduce((a, b) => a * b, 1);
  using x = tensor(floats(count), { shape });
  const seconds = best(() => {
    using own = scope();
    op(x.alias(x.shape, { scope: own })); // results go with the scope
  });
  report(`${name} of [${shape}]`, seconds, { [unit]: unit === "GB/s" ? 4 * count : count });
}

for (const shape of [[64, 1024], [4096, 1024]]) {
  bench("sum over the last", shape, (x) => x.sum(-1), "GB/s");
  bench("sum over the first", shape, (x) => x.sum(0), "GB/s");
  bench("max over the last", shape, (x) => x.max(-1), "GB/s");
  bench("max over the first", shape, (x) => x.max(0), "GB/s");
  bench("argmax over the last", shape, (x) => x.argmax(-1), "GB/s");
  bench("var over the last", shape, (x) => x.var(-1), "GB/s");
  bench("norm of all", shape, (x) => x.norm(), "GB/s");
  bench("softmax over the last", shape, (x) => x.softmax(-1), "GB/s");
  bench("cumsum along the last", shape, (x) => x.cumsum(-1), "GB/s");
  bench("cumsum along the first", shape, (x) => x.cumsum(0), "GB/s");
}
bench("sum over the middle", [8, 256, 384], (x) => x.sum(1), "GB/s");
bench("sum over the first", [65536, 3], (x) => x.sum(0), "GB/s");
bench("mean of images' channels", [32, 64, 28, 28], (x) => x.mean([0, 2, 3]), "GB/s");
for (const [rows, columns] of [[100_000, 10], [1000, 1000], [1, 1_000_000]]) {
  bench("sort", [rows, columns], (x) => x.sort(), "G/s");
  bench("topK, k = 5,", [rows, columns], (x) => x.topK(5), "G/s");
}
bench("topK, k = 50,", [8, 50_257], (x) => x.topK(50), "G/s");
