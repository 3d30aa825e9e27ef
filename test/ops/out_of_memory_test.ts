/**
 * Every op of the op table, and its gradient, where memory runs out at one after the other of its allocations: it throws
 * OUT_OF_MEMORY, an op by its name, and leaves nothing behind, though no scope takes what it makes.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import { defaultDevice, type Device, type PlainDtype, scope, Tensor, WickError } from "../../mod.ts";
import { inScope } from "../../src/tensor/autograd.ts";
import { type Call, entries } from "./entries.ts";
import { inputsOf, rowsIn, startOf } from "./trace.ts";

const DTYPES: readonly PlainDtype[] = ["f32", "f16", "f64", "i32"];

for (const [name, { calls }] of Object.entries(entries)) {
  if (!calls.some(({ inputs }) => inputs.length > 0)) continue;
  Deno.test(`${name} gives back what it made where memory runs out on its way`, async () => {
    for (const call of calls) {
      for (const dtype of DTYPES) {
        if (await rowsIn(call, dtype)) await everyFailure(name, call, dtype);
      }
      await everyFailure(name, call, "f32", leavesOf(call));
    }
  });
}

/** Inputs that may require a gradient. */
const leavesOf = (call: Call) => startOf(call).flatMap((v, i) => v ? [i] : []);

/** The same call with its first, second .. allocation refused, until it takes no more of them. */
async function everyFailure(
  name: string,
  call: Call,
  dtype: PlainDtype,
  leaves: number[] = [],
): Promise<void> {
  await once(name, call, dtype, leaves, Infinity); // what the device keeps comes with the first
  const before = defaultDevice().live();
  for (let spared = 0; await once(name, call, dtype, leaves, spared); spared++) {
    deepEqual(defaultDevice().live(), before, `${name} in ${dtype}, allocation ${spared} refused`);
  }
  deepEqual(defaultDevice().live(), before, `${name} in ${dtype}`);
}

/** Whether the call, or its way back, came to an allocation that was refused. */
async function once(
  name: string,
  call: Call,
  dtype: PlainDtype,
  leaves: number[],
  spared: number,
): Promise<boolean> {
  using own = scope();
  const inputs = inputsOf(call, startOf(call), own, dtype, leaves).handed.map((x) => {
    const bare = inScope(x, undefined);
    if (x.variable) bare.bind(x.variable);
    return bare;
  });
  using memory = new Refusing(spared);
  let forth: Tensor[] = [];
  try {
    const value = await call.op(...inputs);
    forth = value instanceof Tensor ? [value] : Object.values(value);
    const y = forth.find((y) => y.variable);
    if (y) y.backward({ gradient: inScope(y, own) })[Symbol.dispose]();
  } catch (error) {
    if (!memory.refused && leaves.length > 0) return false; // refuses a gradient
    ok(error instanceof WickError, `${(error as Error).stack}`);
    equal(error.code, "OUT_OF_MEMORY", `${name}: ${error.message}`);
    if (forth.length === 0) ok(!/^Cannot allocate/.test(error.message), `${name}: ${error.message}`);
  } finally {
    for (const x of [...inputs, ...forth]) x.dispose();
  }
  return memory.refused;
}

/** A device that has memory for so many allocations, and refuses the next. */
class Refusing implements Disposable {
  /** Whether it came to that. */
  refused = false;
  readonly #device: Device = defaultDevice();

  constructor(private spared: number) {
    const { allocate } = this.#device;
    this.#device.allocate = (bytes) => {
      if (this.spared-- !== 0) return allocate.call(this.#device, bytes);
      this.refused = true;
      throw new WickError("OUT_OF_MEMORY", `Cannot allocate ${bytes} bytes: refused`);
    };
  }

  [Symbol.dispose](): void {
    delete (this.#device as Partial<Device>).allocate; // that of the class again
  }
}
