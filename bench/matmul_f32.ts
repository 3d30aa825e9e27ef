/**
 * Rates of matmul_f32 and its 16-bit forms: square products, a model's layers at 128 rows, and one row, which is
 * bound by memory.
 *
 * `deno run -A bench/matmul_f32.ts`
 *
 * @module
 */
import { best, report, Stage } from "./stage.ts";

const bytes: Record<string, number> = { matmul_f32: 4, matmul_f32_f16: 2, matmul_f32_bf16: 2 };

function bench(kernel: string, M: number, N: number, K: number, aTurned = false, bTurned = true): void {
  const stage = new Stage(4 * (M * K + M * N) + bytes[kernel] * N * K + (1 << 19));
  const [a, b, y] = [stage.floats(M * K), stage.floats(N * K * bytes[kernel] / 4), stage.floats(M * N)];
  if (kernel !== "matmul_f32") new Uint16Array(stage.memory.buffer, b, N * K).fill(0x3c01);
  const scratch = 1 << 18;
  const strides = [0, 0, ...(aTurned ? [1, M] : [K, 1]), 0, 0, ...(bTurned ? [1, K] : [N, 1])];
  const words = [a, b, y, stage.bytes(scratch), scratch, 1, 1, N, K, ...strides];
  const seconds = best(stage.row(kernel, words, [M]));
  const rates: Record<string, number> = M === 1
    ? { "GB/s": bytes[kernel] * N * K, "Gparam/s": N * K }
    : { "GFLOP/s": 2 * M * N * K };
  report(`${kernel} ${M}x${K}${aTurned ? "t" : ""} x ${K}x${N}${bTurned ? "t" : ""}`, seconds, rates);
}

for (const size of [64, 256, 512, 1024]) bench("matmul_f32", size, size, size, false, false);
bench("matmul_f32", 1024, 1024, 1024, false, true);
bench("matmul_f32", 1024, 1024, 1024, true, false);
for (const kernel of Object.keys(bytes)) {
  for (const M of [1, 2, 6, 128]) bench(kernel, M, 1536, 576);
  bench(kernel, 1, 49152, 576);
}
bench("matmul_f32", 1, 4096, 4096, false, false);
