/**
 * Rates of attention_f32: decode (one position, bound by memory) and prefill (128 positions, bound by arithmetic).
 *
 * `deno run -A bench/attention.ts`
 *
 * @module
 */
import { best, report, Stage } from "./stage.ts";

for (const [H, G, D] of [[9, 3, 64], [32, 8, 128], [12, 12, 64]]) {
  for (const [T, keys] of [[1, 128], [1, 1024], [1, 4096], [128, 128], [128, 2048]]) {
    const stage = new Stage(4 * (2 * G * keys * D + 2 * T * H * D) + 16384);
    const [q, y] = [stage.floats(T * H * D), stage.floats(T * H * D)];
    const [k, v] = [stage.floats(G * keys * D), stage.floats(G * keys * D)];
    const words = [q, k, v, y, stage.bytes(8192), 8192, H, G, D, keys, { f32: D ** -0.5 }, 0];
    const seconds = best(stage.row("attention_f32", words, [T, keys - T]));
    const seen = T * (keys - (T - 1) / 2);
    const rates: Record<string, number> = T === 1
      ? { "GB/s": 8 * G * keys * D }
      : { "GFLOP/s": 4 * H * D * seen };
    report(`attention_f32 H=${H} G=${G} D=${D} T=${T} keys=${keys}`, seconds, rates);
  }
}
