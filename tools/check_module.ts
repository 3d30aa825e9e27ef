/**
 * Holds a compiled module to what the device relies on.
 *
 * @module
 */

const SECTION = { import: 2, global: 6, data: 11 };
const READ_ONLY_END = 65536;

/** Throws where a module has other imports than the memory, a mutable global, or data beyond 64 KiB. */
export function checkModule(target: string, bytes: Uint8Array): void {
  const module = new WebAssembly.Module(bytes as BufferSource);
  const imports = WebAssembly.Module.imports(module).map((i) => `${i.module}.${i.name}`);
  const allowed = target === "debug" ? ["env.memory", "env.abort"] : ["env.memory"];
  const foreign = imports.filter((i) => !allowed.includes(i));
  if (foreign.length > 0) throw new Error(`${target}: unexpected imports ${foreign.join(", ")}`);
  for (const { id, body } of sections(bytes)) {
    if (id === SECTION.global) checkGlobals(target, body);
    if (id === SECTION.data) checkData(target, body);
  }
}

class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}
  get done(): boolean {
    return this.at >= this.bytes.length;
  }
  byte(): number {
    return this.bytes[this.at++];
  }
  /** A LEB128 number; the sign is of no interest here. */
  leb(): number {
    let value = 0;
    for (let shift = 0;; shift += 7) {
      const b = this.byte();
      value += (b & 127) * 2 ** shift;
      if (b < 128) return value;
    }
  }
}

function* sections(bytes: Uint8Array): Generator<{ id: number; body: Reader }> {
  const reader = new Reader(bytes);
  reader.at = 8;
  while (!reader.done) {
    const id = reader.byte();
    const size = reader.leb();
    yield { id, body: new Reader(bytes.subarray(reader.at, reader.at + size)) };
    reader.at += size;
  }
}

function checkGlobals(target: string, body: Reader): void {
  for (let n = body.leb(); n > 0; n--) {
    body.byte();
    if (body.byte() === 1) throw new Error(`${target}: a mutable global (state belongs to the host)`);
    skipExpression(body);
  }
}

function checkData(target: string, body: Reader): void {
  for (let n = body.leb(); n > 0; n--) {
    const mode = body.leb();
    const start = mode === 0 ? skipExpression(body) : 0;
    const size = body.leb();
    body.at += size;
    if (start + size > READ_ONLY_END) throw new Error(`${target}: data ends at ${start + size}, past 64 KiB`);
  }
}

/** Skips a constant expression (i32.const, i64.const, f32.const or f64.const, end) and gives its integer. */
function skipExpression(body: Reader): number {
  let value = 0;
  for (let op = body.byte(); op !== 0x0b; op = body.byte()) {
    if (op === 0x41 || op === 0x42) value = body.leb();
    else if (op === 0x43) body.at += 4;
    else if (op === 0x44) body.at += 8;
    else throw new Error(`unexpected opcode ${op} in a constant expression`);
  }
  return value;
}
