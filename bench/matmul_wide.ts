/**
 * Rates of the matmuls of f64, i32 and i64: square products, operands turned, and one row.
 *
 * `deno run -A bench/matmul_wide.ts`
 *
 * @module
 */
import { best, report, Stage } from "./stage.ts";

const bytes = { matmul_f64: 8, matmul_i32: 4, matmul_i64: 8 };

function bench(kernel: keyof typeof bytes, M: number, size: number, aTurned = false, bTurned = false): void {
  const [N, K, width] = [size, size, bytes[kernel]];
  const stage = new Stage(width * (M * K + N * K + M * N) + 32 * K + 4096);
  const [a, b, y] = [M * K, N * K, M * N].map((count) => stage.floats(count * width / 4));
  const scratch = 32 * K;
  const strides = [0, 0, ...(aTurned ? [1, M] : [K, 1]), 0, 0, ...(bTurned ? [1, K] : [N, 1])];
  const words = [a, b, y, stage.bytes(scratch), scratch, 1, 1, N, K, ...strides];
  const seconds = best(stage.row(kernel, words, [M]));
  const rates: Record<string, number> = M === 1 ? { "GB/s": width * N * K } : { "Gop/s": 2 * M * N * K };
  report(`${kernel} ${M}x${K}${aTurned ? "t" : ""} x ${K}x${N}${bTurned ? "t" : ""}`, seconds, rates);
}

for (const kernel of Object.keys(bytes) as (keyof typeof bytes)[]) {
  for (const size of [64, 256, 512]) bench(kernel, size, size);
  bench(kernel, 512, 512, true);
  bench(kernel, 512, 512, false, true);
  bench(kernel, 1, 1024);
}
