/**
 * Where a Program spends its time.
 *
 * @module
 */
import type { Call } from "../src/device/device.ts";
import { kernelSizes } from "../src/device/form.ts";
import { WasmDevice } from "../src/device/wasm/device.ts";

/** Remembers the calls of every Program that is compiled. */
export class Watched extends WasmDevice {
  readonly programs: (readonly Call[])[] = [];
  override compile(calls: readonly Call[]) {
    this.programs.push(calls);
    return super.compile(calls);
  }
}

/**
 * Runs each call by itself, `repeats` times, and prints where the time goes, kernel by kernel. Caches are warmer than
 * in a whole replay: the shares matter, not the sums.
 */
export function reportCalls(
  device: WasmDevice,
  title: string,
  calls: readonly Call[],
  repeats: number,
): void {
  const times = new Map<string, { ms: number; calls: number }>();
  for (const { kernel, operands, params, cells } of calls) {
    let best = Infinity;
    for (let i = 0; i < repeats; i++) {
      const start = performance.now();
      device.run(kernel, operands, params, cells.map((c) => typeof c === "number" ? c : c.value));
      best = Math.min(best, performance.now() - start);
    }
    const shape = titleOf(kernel, params, cells);
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

/** A kernel's name, and for products their sizes. */
function titleOf(kernel: Call["kernel"], params: Call["params"], cells: Call["cells"]): string {
  if (!kernel.name.startsWith("matmul")) return kernel.name;
  const sizes = kernelSizes(kernel, params, cells);
  return `${kernel.name} ${
    Object.entries(sizes).filter(([name, v]) => v !== 1 || name.length === 1).map((e) => e.join("=")).join(
      " ",
    )
  }`;
}
