/**
 * Every op of the op table, and its gradient, where memory runs out at one after the other of its allocations: it throws
 * OUT_OF_MEMORY, an op by its name, and leaves nothing behind, though no scope takes what it makes. So does what holds
 * memory, where it is made.
 */
import { deepEqual, equal, ok } from "node:assert/strict";
import {
  defaultDevice,
  type Device,
  nn,
  optim,
  type PlainDtype,
  rand,
  record,
  type Scope,
  scope,
  Tensor,
  tensor,
  WickError,
} from "../../mod.ts";
import { Steps, Workspace } from "../../src/generate/steps.ts";
import type { CausalModel } from "../../src/models/model.ts";
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

/** What takes memory to hold it: made of what goes with a scope. */
const owners: Record<string, (own: Scope) => Disposable> = {
  "a cache of keys and values": () =>
    new nn.KvCache(defaultDevice(), { layers: 3, heads: 1, headSize: 2, length: 4 }),
  "a session": () => {
    const cache = { layers: 2, heads: 1, headSize: 2, length: 4 };
    return new Steps({ cache } as CausalModel, new Workspace(defaultDevice()));
  },
  "a Program": (own) => {
    const x = tensor([1, 2, 3], { scope: own });
    return record(defaultDevice(), () => [x.tanh().mul(x), rand([3])]);
  },
  "an average": (own) => new optim.ExponentialMovingAverage(leavesFor(own)),
  "Sgd": (own) => new optim.Sgd(leavesFor(own), { learningRate: 1, momentum: 0.9 }),
  "Adam": (own) => new optim.Adam(leavesFor(own), { learningRate: 1 }),
  "AdamW": (own) => new optim.AdamW(leavesFor(own), { learningRate: 1 }),
  "Lion": (own) => new optim.Lion(leavesFor(own), { learningRate: 1 }),
  "Adafactor": (own) => new optim.Adafactor(leavesFor(own), { learningRate: 1 }),
  "Muon": (own) => new optim.Muon(leavesFor(own), { learningRate: 1 }),
};

const leavesFor = (own: Scope) => [0, 1].map(() => tensor([[1, 2], [3, 4]], { scope: own }).requiresGrad());

for (const [name, make] of Object.entries(owners)) {
  Deno.test(`${name} gives back what it took where memory runs out at its making`, () => {
    const attempt = (spared: number): boolean => {
      using own = scope();
      using memory = new Refusing(spared);
      try {
        make(own)[Symbol.dispose]();
      } catch (error) {
        ok(error instanceof WickError && error.code === "OUT_OF_MEMORY", `${(error as Error).stack}`);
      }
      return memory.refused;
    };
    attempt(Infinity); // what the device keeps comes with the first
    const before = defaultDevice().live();
    for (let spared = 0; attempt(spared); spared++) {
      deepEqual(defaultDevice().live(), before, `allocation ${spared} refused`);
    }
    deepEqual(defaultDevice().live(), before);
  });
}
