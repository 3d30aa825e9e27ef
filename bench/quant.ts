/**
 * Rates of the quantized kernels on one thread, best of many: Gparam/s of matvec (weights out of memory, and out
 * of the second-level cache), GOPS of matmul over 128 tokens, GB/s of packing and of quantizing activations.
 *
 * `deno run -A bench/quant.ts [build] [dtype ...]`, build simd, relaxed (default) or threads.
 *
 * @module
 */
import { interleaveParams } from "../src/device/kernels/repack.ts";
import { PANEL_BYTES } from "../src/device/kernels/matmul_quant.ts";
import { Dot, dotOf } from "../src/quant/dot.ts";
import type { BlockFormat } from "../src/quant/format.ts";
import { blockFormats, packedBytes, rowBytes } from "../src/quant/formats.ts";
import { type Build, openBuild } from "../test/device/call.ts";

const ROW = 65536, SCRATCH = 1 << 17, X = 1 << 20, Y = 8 << 20, W = 64 << 20;
const MEBIBYTE_PAGES = 16;

const [name = "relaxed", ...asked] = Deno.args;
const build = await openBuild(name as "relaxed", 320 * MEBIBYTE_PAGES);
const probe = (build.exports as unknown as { probe_dot(): number }).probe_dot();
const best = dotOf(probe);
console.log(`${name} build, probe ${probe}: ${Object.entries(Dot).find(([, v]) => v === best)![0]}`);

/** Writes a row's words; a cell is given as its value. */
function words(operands: number[], params: number[], cell: number): void {
  const view = new DataView(build.memory.buffer);
  const all = [...operands, ...params];
  all.forEach((w, i) => view.setUint32(ROW + 4 * i, w, true));
  view.setUint32(ROW + 4 * all.length, ROW + 512, true);
  view.setInt32(ROW + 512, cell, true);
}

/** The least milliseconds of a call, over at least `budget` milliseconds and five calls. */
function least(kernel: string, budget = 250): number {
  const run = (build as Build).exports[kernel];
  let shortest = Infinity;
  const start = performance.now();
  for (let n = 0; n < 5 || performance.now() - start < budget; n++) {
    const from = performance.now();
    run(ROW, 0, 1);
    shortest = Math.min(shortest, performance.now() - from);
  }
  return shortest;
}

function matmul(format: BlockFormat, rows: number, columns: number, tokens: number, dot: number): number {
  words([W, X, Y, SCRATCH, PANEL_BYTES], [rows, columns, dot], tokens);
  return rows * columns * tokens / least(`matmul_${format.dtype}_q8`) / 1e6;
}

/** Plausible weights and activations: random bytes with scales near 0.01, normal activations. */
function fill(format: BlockFormat, bytes: number): void {
  const memory = new Uint8Array(build.memory.buffer, W, bytes);
  for (let i = 0; i < bytes; i += 65536) {
    crypto.getRandomValues(memory.subarray(i, Math.min(i + 65536, bytes)));
  }
  for (const { offset, granule } of format.fields) {
    if (granule !== 2) continue;
    for (let at = 8 * offset; at < bytes; at += 8 * format.bytes) {
      for (let r = 0; r < 8; r++) memory[at + 2 * r + 1] = 0x21; // 2^-7 and more
    }
  }
  if (format.dtype === "mxfp4") {
    for (let at = 0; at < bytes; at += 8 * format.bytes) memory.fill(121, at, at + 8);
  }
}

function activations(count: number): void {
  const x = new Float32Array(build.memory.buffer, Y, count);
  for (let i = 0; i < count; i++) x[i] = Math.sin(i * 1.7) * 3;
  words([Y, X], [32], count / 32);
  const ms = least("quantize_q8", 50);
  if (count > 1e5) console.log(`quantize_q8: ${(4 * count / ms / 1e6).toFixed(1)} GB/s of f32`);
}

activations(128 * 1536);
const table: Record<string, Record<string, string>> = {};
for (const format of blockFormats.values()) {
  if (asked.length > 0 && !asked.includes(format.dtype)) continue;
  if (!(`matmul_${format.dtype}_q8` in build.exports)) continue;
  table[format.dtype] = rates(format);
}
console.table(table);

function rates(format: BlockFormat): Record<string, string> {
  const narrow = format.block === 32 ? 576 : 768, rows = format.block === 32 ? 150_000 : 112_000;
  fill(format, packedBytes(format, rows, narrow));
  const rate = (value: number) => value.toFixed(1);
  const out: Record<string, string> = {};
  const modes = best === Dot.pairs || name === "simd" ? [Dot.pairs] : [best, Dot.pairs];
  for (const mode of modes) {
    const suffix = modes.length > 1 ? ` (dot ${mode})` : "";
    out["Gparam/s cache" + suffix] = rate(matmul(format, 576, narrow, 1, mode));
    out["Gparam/s memory" + suffix] = rate(matmul(format, rows, narrow, 1, mode));
    out["GOPS K=" + narrow + suffix] = rate(2 * matmul(format, 576, narrow, 128, mode));
    out["GOPS K=1536" + suffix] = rate(2 * matmul(format, 576, 1536, 128, mode));
  }
  const columns = 1536, window = 8 * Math.floor((4 << 20) / (8 * rowBytes(format, columns)));
  words([W, W + (32 << 20)], interleaveParams(format, columns), window);
  out["packing GB/s"] = rate(window * rowBytes(format, columns) / least("interleave_rows", 60) / 1e6);
  return out;
}
