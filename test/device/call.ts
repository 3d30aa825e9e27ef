/**
 * Calls one kernel of one compiled build on plain arrays: the least that can run a row, so that a kernel can be
 * tested before anything stands on it.
 *
 * @module
 */
import type { Kernel } from "../../src/device/kernel.ts";
import type { Case, OperandValue } from "../reference/reference.ts";
import { repositoryPath } from "../shared.ts";

type KernelFunction = (args: number, part: number, parts: number) => void;

/** A build's instance with its memory. */
export interface Build {
  readonly name: string;
  readonly memory: WebAssembly.Memory;
  readonly exports: Record<string, KernelFunction>;
}

const files = {
  simd: "src/device/wasm/simd.wasm",
  relaxed: "src/device/wasm/relaxed.wasm",
  threads: "src/device/wasm/threads.wasm",
  debug: "build/debug.wasm",
};

/** Instantiates a build; the debug build goes through @assemblyscript/loader, which reads abort messages. */
export async function openBuild(name: keyof typeof files, pages = 1024): Promise<Build> {
  const bytes = Deno.readFileSync(repositoryPath(files[name]));
  const memory = name === "threads"
    ? new WebAssembly.Memory({ initial: pages, maximum: 65536, shared: true })
    : new WebAssembly.Memory({ initial: pages });
  if (name === "debug") {
    const loader = await import("npm:@assemblyscript/loader@0.28.20");
    const { exports } = loader.instantiateSync(bytes, { env: { memory } });
    return { name, memory, exports: exports as unknown as Build["exports"] };
  }
  const instance = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory } });
  return { name, memory, exports: instance.exports as Build["exports"] };
}

const ROW = 65536;
const HEAP = ROW + 4096;
const GUARD = 64;
const DEBUG_RANGES = 512;
const FILL = 0xff; // four of these are a NaN

/**
 * Runs a case in `parts` parts, one after the other, and gives each operand's contents after it. Throws where a
 * kernel wrote outside its operands. `misalign` shifts every operand by 4 bytes from a 16-byte boundary.
 */
export function call(build: Build, kernel: Kernel, test: Case, parts = 1, misalign = false): OperandValue[] {
  const memory = new Uint8Array(build.memory.buffer);
  const spans: [number, number][] = [];
  let top = HEAP;
  const place = (bytes: number, shift: number) => {
    const at = top + GUARD + shift;
    const next = top + GUARD + 64 * Math.ceil((bytes + shift) / 64);
    memory.fill(FILL, top, next + GUARD);
    top = next;
    spans.push([at, at + bytes]);
    return at;
  };
  const addresses: number[] = [];
  test.operands.forEach((operand, i) => {
    const twin = test.shared?.find(([a]) => a === i)?.[1];
    if (twin !== undefined) return addresses.push(addresses[twin]);
    if (operand === null) return addresses.push(0);
    const at = place(operand.byteLength, misalign ? 4 : 0);
    const isOutput = kernel.operands[i].role === "out";
    if (!isOutput) memory.set(new Uint8Array(operand.buffer, operand.byteOffset, operand.byteLength), at);
    addresses.push(at);
  });
  const words = [...addresses];
  if (kernel.scratch) {
    const bytes = Math.ceil(kernel.scratch(sizes(kernel, test)) / 64) * 64;
    words.push(place(bytes * parts, 0), bytes);
  }
  writeRow(build, kernel, test, words, spans);
  for (let part = 0; part < parts; part++) build.exports[kernel.name](ROW, part, parts);
  checkGuards(memory, spans, top, kernel, test);
  return test.operands.map((operand, i) => operand && read(build.memory, addresses[i], operand));
}

function sizes(kernel: Kernel, test: Case): Record<string, number> {
  const names = [...Object.keys(kernel.params), ...Object.keys(kernel.cells)];
  const values = [...test.params, ...test.cells];
  if (names.length !== values.length) {
    throw new Error(`${kernel.name} ${test.label}: ${values.length} numbers for ${names.join(", ")}`);
  }
  return Object.fromEntries(names.map((n, i) => [n, values[i]]));
}

function writeRow(
  build: Build,
  kernel: Kernel,
  test: Case,
  words: number[],
  spans: [number, number][],
): void {
  const view = new DataView(build.memory.buffer);
  sizes(kernel, test);
  const number = (at: number, type: "i32" | "f32", value: number) =>
    type === "i32" ? view.setInt32(at, value, true) : view.setFloat32(at, value, true);
  words.forEach((w, i) => view.setUint32(ROW + 4 * i, w, true));
  let at = ROW + 4 * words.length;
  Object.values(kernel.params).forEach((type, i) => number(at + 4 * i, type, test.params[i]));
  at += 4 * test.params.length;
  const cells = at + 4 * test.cells.length;
  Object.values(kernel.cells).forEach((type, i) => {
    view.setUint32(at + 4 * i, cells + 4 * i, true);
    number(cells + 4 * i, type, test.cells[i]);
  });
  view.setUint32(DEBUG_RANGES, spans.length, true);
  spans.forEach(([from, to], i) => {
    view.setUint32(DEBUG_RANGES + 4 + 8 * i, from, true);
    view.setUint32(DEBUG_RANGES + 8 + 8 * i, to, true);
  });
}

function checkGuards(
  memory: Uint8Array,
  spans: [number, number][],
  top: number,
  kernel: Kernel,
  test: Case,
): void {
  let from = HEAP;
  for (const [start, end] of [...spans, [top + GUARD, top + GUARD]]) {
    for (let i = from; i < start; i++) {
      if (memory[i] !== FILL) throw new Error(`${kernel.name} ${test.label}: wrote outside its operands`);
    }
    from = end;
  }
}

function read(memory: WebAssembly.Memory, at: number, like: Exclude<OperandValue, null>): OperandValue {
  const bytes = new Uint8Array(memory.buffer, at, like.byteLength).slice();
  const type = like.constructor as new (buffer: ArrayBuffer) => Exclude<OperandValue, null>;
  return new type(bytes.buffer as ArrayBuffer);
}
