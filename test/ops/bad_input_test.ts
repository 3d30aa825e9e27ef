/**
 * Every op of the op table on what it does not take: shapes, dtypes, devices, disposed tensors, indices outside, numbers
 * that are none. It gives a result, or throws a WickError that names it and says what it got; and it leaves nothing
 * behind, though no scope takes what it makes.
 */
import { equal, ok } from "node:assert/strict";
import { defaultDevice, type PlainDtype, Tensor, tensor, WasmDevice, WickError } from "../../mod.ts";
import { Random, testSeed } from "../random.ts";
import { type Call, entries, type Given } from "./entries.ts";
import { DTYPES } from "./examine.ts";

const seed = testSeed();
const ROUNDS = 25;

/** What is wrong with a call. */
const WRONGS = [
  "shape",
  "shape",
  "dtype",
  "device",
  "disposed",
  "index",
  "argument",
  "argument",
  "gradient",
] as const;
type Wrong = typeof WRONGS[number];

/** Numbers in place of sizes, dimensions and rates. */
const ODD = [NaN, -1, 1.5, 1e9, Infinity, -Infinity, 0, 3, 5, -7, 2 ** 31];
const OUTSIDE = [-1, 0, 1, 2, 100, -(2 ** 31), 2 ** 31 - 1];

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** A call with something wrong, told by `told`. */
class Attempt implements Disposable {
  told: string;
  private readonly inputs: Tensor[];

  constructor(
    readonly name: string,
    readonly call: Call,
    readonly wrong: Wrong,
    random: Random,
    other: WasmDevice,
  ) {
    this.told = name;
    const at = random.integer(0, call.inputs.length - 1);
    this.inputs = call.inputs.map((given, i) => {
      const isWrong = i === at || (wrong === "shape" && random.next() < 0.3);
      return this.input(given, isWrong ? wrong : undefined, random, other);
    });
  }

  /** The op's results, which are the caller's. */
  async run(random: Random): Promise<Tensor[]> {
    const value = await this.withOddArguments(random, () => this.call.op(...this.inputs));
    return value instanceof Tensor ? [value] : Object.values(value);
  }

  /** Whether a message names the op, or one that the call goes through first. */
  isNamedIn(message: string): boolean {
    const [action] = message.split(": ", 1);
    const through = [...this.call.op.toString().matchAll(/\.(\w+)/g)].map(([, op]) => op);
    const names = [this.name.replace(/^(Tensor|nn)\./, ""), ...through];
    return names.some((op) => new RegExp(`\\b${op}\\b`, "i").test(action));
  }

  [Symbol.dispose](): void {
    for (const x of this.inputs) x.dispose();
  }

  private input(given: Given, wrong: Wrong | undefined, random: Random, other: WasmDevice): Tensor {
    const { ids, mask, positive } = given as { ids?: number[]; mask?: number[]; positive?: number[] };
    let shape = Array.isArray(given) ? given as number[] : (ids ?? mask ?? positive)!;
    let dtype: PlainDtype = ids ? "i32" : mask ? "bool" : "f32";
    if (wrong === "shape") shape = Array.from({ length: random.integer(0, 4) }, () => random.integer(0, 5));
    if (wrong === "dtype") dtype = random.pick(DTYPES);
    if (wrong === "index") dtype = "i32";
    this.told += ` ${wrong ?? ""} ${dtype}[${shape}]`;
    const numbers = Float64Array.from({ length: sizeOf(shape) }, () => {
      if (wrong === "index") return random.pick(OUTSIDE);
      return ids ? random.integer(0, 2) : positive ? random.next() + 0.1 : random.integer(-16, 16) / 8;
    });
    const device = wrong === "device" ? other : undefined;
    const flat = dtype === "i32" ? Int32Array.from(numbers) : Float32Array.from(numbers);
    const made = tensor(flat, { shape, device });
    const x = made.to(dtype);
    made.dispose();
    if (wrong === "gradient" && dtype === "f32") x.requiresGrad();
    if (wrong === "disposed") x.dispose();
    return x;
  }

  /** Numbers among the arguments of the method, changed on its way; functions are called as they are. */
  private withOddArguments<T>(random: Random, run: () => T): T {
    if (this.wrong !== "argument" || !this.name.startsWith("Tensor.")) return run();
    const [proto, method] = [Tensor.prototype as unknown as Record<string, unknown>, this.name.slice(7)];
    const original = proto[method] as (...args: unknown[]) => unknown;
    // deno-lint-ignore no-this-alias
    const attempt = this;
    proto[method] = function (this: Tensor, ...args: unknown[]) {
      proto[method] = original;
      const changed = args.map((a) => random.next() < 0.7 ? odd(a, random) : a);
      attempt.told += ` (${changed.map((a) => a instanceof Tensor ? "tensor" : Deno.inspect(a))})`;
      return original.apply(this, changed);
    };
    try {
      return run();
    } finally {
      proto[method] = original;
    }
  }
}

/** Another argument of the same type. */
function odd(argument: unknown, random: Random): unknown {
  if (typeof argument === "number") return random.pick(ODD);
  if (argument instanceof Tensor || argument === null) return argument;
  if (Array.isArray(argument)) {
    const all = argument.map((a) => random.next() < 0.6 ? odd(a, random) : a);
    return random.pick([all, [], argument.slice(1), [...argument, random.pick(ODD)]]);
  }
  if (typeof argument !== "object") return argument;
  return Object.fromEntries(Object.entries(argument).map(([key, value]) => [key, odd(value, random)]));
}

/** A message tells shapes or values, or what was disposed or requires a gradient. */
const TELLS = /\d|\[|NaN|Infinity|disposed|after its dispose|requires a gradient/;

for (const [name, { calls }] of Object.entries(entries)) {
  const own = calls.filter(({ inputs }) => inputs.length > 0 && !inputs.some((given) => "packed" in given));
  if (own.length === 0) continue;
  Deno.test(`${name} on bad input gives a result or a WickError with its name and values, and leaves nothing`, async () => {
    using other = new WasmDevice();
    const random = new Random(seed);
    for (let round = 0; round < ROUNDS; round++) {
      const from = random.integer(0, 2 ** 31 - 1);
      const attempt = () => endsWell(name, own, new Random(from), other);
      await attempt(); // constants and scratch of the devices come with the first
      const before = held(other);
      const told = await attempt();
      equal(held(other), before, `${told} left something`);
    }
  });
}

/** Bytes of both devices. */
const held = (other: WasmDevice) => `${defaultDevice().live().bytes} ${other.live().bytes}`;

/** Makes an attempt of one of the calls, and says which. */
async function endsWell(
  name: string,
  calls: readonly Call[],
  random: Random,
  other: WasmDevice,
): Promise<string> {
  using attempt = new Attempt(name, random.pick(calls), random.pick(WRONGS), random, other);
  const results: Tensor[] = [];
  try {
    results.push(...await attempt.run(random));
  } catch (error) {
    const message = tells(attempt, error);
    ok(attempt.isNamedIn(message), `${attempt.told}: "${message}" names another op`);
  }
  try {
    for (const y of results) await y.data();
  } catch (error) {
    tells(attempt, error); // of views that are larger than memory
  } finally {
    for (const y of results) y.dispose();
  }
  return attempt.told;
}

/** The message of what an attempt threw. */
function tells({ told }: Attempt, error: unknown): string {
  const { message, stack } = error as Error;
  ok(error instanceof WickError, `${told}: ${stack}`);
  ok(TELLS.test(message), `${told}: "${message}" tells no values`);
  return message;
}
