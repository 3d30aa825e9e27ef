/**
 * What the kernel benches stand on: one compiled build on a memory of its own, rows written by hand, the best time
 * of many (the machine is shared, and a mean would measure the others).
 *
 * @module
 */

type KernelFunction = (args: number, part: number, parts: number) => void;

const ROW = 65536;
const CELLS = ROW + 2048;
const HEAP = ROW + 4096;

/** A build ($WICK_BUILD, default relaxed) with `bytes` of memory. */
export class Stage {
  readonly memory: WebAssembly.Memory;
  private readonly exports: Record<string, KernelFunction>;
  private top = HEAP;

  constructor(bytes: number) {
    const name = Deno.env.get("WICK_BUILD") ?? "relaxed";
    const url = new URL(`../src/device/wasm/${name}.wasm`, import.meta.url);
    const pages = Math.ceil((bytes + HEAP) / 65536) + 1;
    this.memory = new WebAssembly.Memory({ initial: pages });
    const module = new WebAssembly.Module(Deno.readFileSync(url));
    this.exports = new WebAssembly.Instance(module, { env: { memory: this.memory } }).exports as never;
  }

  /** The address of `count` f32, drawn from a fixed sequence. */
  floats(count: number): number {
    const at = this.bytes(4 * count);
    const values = new Float32Array(this.memory.buffer, at, count);
    let state = 1;
    for (let i = 0; i < count; i++) {
      values[i] = (state = Math.imul(state, 1664525) + 1013904223 | 0) / 2 ** 31;
    }
    return at;
  }

  /** The address of `count` bytes. */
  bytes(count: number): number {
    const at = this.top;
    this.top += 64 * Math.ceil(count / 64);
    return at;
  }

  /** A function that runs a kernel: its words, then its parameters with `f32` where they are not integers. */
  row(kernel: string, words: (number | { f32: number })[], cells: number[]): () => void {
    const view = new DataView(this.memory.buffer);
    const run = this.exports[kernel];
    return () => {
      words.forEach((word, i) => {
        if (typeof word === "number") view.setInt32(ROW + 4 * i, word, true);
        else view.setFloat32(ROW + 4 * i, word.f32, true);
      });
      cells.forEach((cell, i) => {
        view.setUint32(ROW + 4 * (words.length + i), CELLS + 4 * i, true);
        view.setInt32(CELLS + 4 * i, cell, true);
      });
      run(ROW, 0, 1);
    };
  }
}

/** Whether benches are only to show that they run: `deno task bench --quick`. */
const quick = Deno.env.get("WICK_BENCH_QUICK") === "1";

/** The best time of one call in seconds, over about `seconds` of trying. */
export function best(run: () => void, seconds = quick ? 0.003 : 0.3): number {
  run();
  const start = performance.now();
  run();
  const repeat = Math.max(1, Math.floor(1 / Math.max(performance.now() - start, 1e-3)));
  let least = Infinity;
  for (const end = start + 1000 * seconds; performance.now() < end;) {
    const from = performance.now();
    for (let i = 0; i < repeat; i++) run();
    least = Math.min(least, (performance.now() - from) / repeat);
  }
  return least / 1000;
}

/** Seconds of the fastest of `repeat` steps, after one that warms up. */
export async function timeSteps(repeat: number, step: () => Promise<void>): Promise<number> {
  await step();
  let best = Infinity;
  for (let i = 0; i < repeat; i++) {
    const start = performance.now();
    await step();
    best = Math.min(best, (performance.now() - start) / 1000);
  }
  return best;
}

/** A line of a bench: what, how long, how fast. */
export function report(what: string, seconds: number, rates: Readonly<Record<string, number>>): void {
  const figures = Object.entries(rates).map(([unit, rate]) => `${(rate / seconds / 1e9).toFixed(1)} ${unit}`);
  console.log(`${what.padEnd(48)} ${(1e6 * seconds).toFixed(1).padStart(9)} us  ${figures.join("  ")}`);
}
