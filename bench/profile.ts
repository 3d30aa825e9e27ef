/**
 * Where a decode step and a prefill chunk spend their time, kernel by kernel.
 *
 * `deno run -A bench/profile.ts [FILE] [--prompt N]`
 *
 * Each call of the recorded Program runs by itself, many times, so caches are warmer than in a whole step: the
 * shares matter, not the sums.
 *
 * @module
 */
import type { Call } from "../src/device/device.ts";
import { WasmDevice } from "../src/device/wasm/device.ts";
import { load } from "../mod.ts";

const args = Deno.args.filter((a) => !a.startsWith("--"));
const file = args[0] ?? new URL("../models/wick-stories.gguf", import.meta.url).pathname;

/** Remembers the calls of every Program that is compiled. */
class Watched extends WasmDevice {
  readonly programs: (readonly Call[])[] = [];
  override compile(calls: readonly Call[]) {
    this.programs.push(calls);
    return super.compile(calls);
  }
}

const device = new Watched();
using model = await load(file, { device, chunk: 128 });
for (const first of [300, 500]) { // the second time both Programs stand, and their cells are those of a prefill
  const ids = Array.from({ length: 128 }, (_, i) => i + first);
  await model.generate(ids, { maxTokens: 3, ignoreEos: true }).text();
}
const [prefill, decode] = device.programs;
report("prefill of 128 tokens", prefill, 3);
report("decode step at 130 tokens", decode, 20);

function report(title: string, calls: readonly Call[], repeats: number): void {
  const times = new Map<string, { ms: number; calls: number }>();
  for (const { kernel, operands, params, cells } of calls) {
    let best = Infinity;
    for (let i = 0; i < repeats; i++) {
      const start = performance.now();
      device.run(kernel, operands, params, cells.map((c) => typeof c === "number" ? c : c.value));
      best = Math.min(best, performance.now() - start);
    }
    const shape = kernel.name.startsWith("matmul") ? `${kernel.name} ${params[0]}x${params[1]}` : kernel.name;
    const entry = times.get(shape) ?? { ms: 0, calls: 0 };
    times.set(shape, { ms: entry.ms + best, calls: entry.calls + 1 });
  }
  const total = [...times.values()].reduce((sum, t) => sum + t.ms, 0);
  console.log(`\n${title}: ${calls.length} calls, ${total.toFixed(2)} ms`);
  for (const [name, { ms, calls }] of [...times].sort((a, b) => b[1].ms - a[1].ms)) {
    console.log(
      `${ms.toFixed(3).padStart(9)} ms ${(100 * ms / total).toFixed(1).padStart(5)} %  ${calls} x ${name}`,
    );
  }
}
