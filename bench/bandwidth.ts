/**
 * What this machine's memory gives to WASM: bytes a second of plain loops over 128-bit vectors, which nothing that
 * reads and writes the same bytes can beat by much.
 *
 * @module
 */

/** Opcodes and types of WebAssembly (core specification 2.0, section 5.4). */
const [I32, V128, BLOCK_VOID] = [0x7f, 0x7b, 0x40];
const [LOOP, END, BR_IF, GET, SET, TEE] = [0x03, 0x0b, 0x0d, 0x20, 0x21, 0x22];
const [I32_CONST, I32_ADD, I32_SUB] = [0x41, 0x6a, 0x6b];
const ALIGN_16 = 4;
const load = (offset: number) => [0xfd, 0x00, ALIGN_16, offset];
const store = (offset: number) => [0xfd, 0x0b, ALIGN_16, offset];
const F32X4_ADD = [0xfd, 0xe4, 0x01];
/** Bytes of a turn of the loops: four vectors, so that additions do not wait for each other. */
const TURN = [0, 16, 32, 48];
const STEP = [I32_CONST, 0xc0, 0x00]; // 64, signed LEB128

/** Loops until local `count` is 0, which each turn lowers by 64. */
const loop = (count: number, body: number[]) => [
  ...[LOOP, BLOCK_VOID, ...body],
  ...[GET, count, ...STEP, I32_SUB, TEE, count, BR_IF, 0, END],
];
const advance = (local: number) => [GET, local, ...STEP, I32_ADD, SET, local];

/** copy(to, from, bytes): each vector is read and written once. */
const copyBody = [
  ...loop(2, [
    ...TURN.flatMap((at) => [GET, 0, GET, 1, ...load(at), ...store(at)]),
    ...advance(0),
    ...advance(1),
  ]),
  END,
];
/** read(to, from, bytes): sums in four vectors (locals 3 .. 6), stored to `to` so that no compiler drops them. */
const readBody = [
  ...loop(2, [
    ...TURN.flatMap((at, i) => [GET, 3 + i, GET, 1, ...load(at), ...F32X4_ADD, SET, 3 + i]),
    ...advance(1),
  ]),
  ...TURN.flatMap((at, i) => [GET, 0, GET, 3 + i, ...store(at)]),
  END,
];

const section = (id: number, body: number[]) => [id, ...leb(body.length), ...body];
const named = (name: string) => [name.length, ...new TextEncoder().encode(name)];
const code = (locals: number[], body: number[]) => [...leb(locals.length + body.length), ...locals, ...body];
const moduleBytes = Uint8Array.from([
  ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00],
  ...section(1, [1, 0x60, 3, I32, I32, I32, 0]),
  ...section(2, [1, ...named("env"), ...named("memory"), 2, 0, 0]),
  ...section(3, [2, 0, 0]),
  ...section(7, [2, ...named("copy"), 0, 0, ...named("read"), 0, 1]),
  ...section(10, [2, ...code([0], copyBody), ...code([1, 4, V128], readBody)]),
]);

/** An unsigned number in LEB128. */
function leb(n: number): number[] {
  return n < 128 ? [n] : [n & 127 | 128, ...leb(n >>> 7)];
}

type Loop = (to: number, from: number, bytes: number) => void;

/** The loops on a memory of their own. */
export class Bandwidth {
  readonly #loops: { copy: Loop; read: Loop };

  /** For up to `bytes` of an operand, a multiple of 64. */
  constructor(private readonly bytes: number) {
    const memory = new WebAssembly.Memory({ initial: Math.ceil(2 * bytes / 65536) + 1 });
    new Float32Array(memory.buffer).fill(1); // untouched pages are one page of zeros
    const instance = new WebAssembly.Instance(new WebAssembly.Module(moduleBytes), { env: { memory } });
    this.#loops = instance.exports as never;
  }

  /** Reads the operand and writes as much. */
  copy(): void {
    this.#loops.copy(this.bytes, 0, this.bytes);
  }

  /** Reads the operand. */
  read(): void {
    this.#loops.read(this.bytes, 0, this.bytes);
  }
}
