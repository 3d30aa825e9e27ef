/**
 * Calls of ops, watched: which rows run forth and back, in which dtypes, and what gradients come of it.
 *
 * @module
 */
import { defaultDevice, type Device, type Scope, scope, Tensor, tensor, WickError } from "../../mod.ts";
import type { BlockDtype } from "../../src/quant/format.ts";
import { INTERLEAVED_ROWS } from "../../src/quant/formats.ts";
import { type Dtype, isFloat, type PlainDtype } from "../../src/tensor/dtype.ts";
import { Random } from "../random.ts";
import { randomWeights } from "../reference/quantized.ts";
import type { Call, Given } from "./entries.ts";

/** Values of a call's inputs; null where an input holds none that could require a gradient. */
export type Values = readonly (Float32Array | null)[];

/** What becomes of an op where one of its inputs requires a gradient; "nothing" would be a silent zero. */
export type Outcome = "gradient" | "whole" | "nothing" | { readonly refused: string };

/** The rows that `fn` runs on the default device, and what it gives. */
async function watched<T>(fn: () => T | Promise<T>): Promise<{ value: T; rows: string[] }> {
  const device: Device = defaultDevice();
  const rows = new Set<string>();
  const run = device.run;
  device.run = (kernel, ...rest) => {
    rows.add(kernel.name);
    run.call(device, kernel, ...rest);
  };
  try {
    return { value: await fn(), rows: [...rows] };
  } finally {
    delete (device as Partial<Device>).run; // that of the class again
  }
}

const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);

/** The shape of values, where an input holds such. */
function shapeOf(given: Given): readonly number[] | undefined {
  if (Array.isArray(given)) return given;
  return "positive" in given ? given.positive : undefined;
}

/** Odd multiples of 1/32, a little shifted for each input: apart, away from whole numbers, exact in f16. */
export function startOf(call: Call): Values {
  return call.inputs.map((given, input) => {
    const shape = shapeOf(given);
    if (!shape) return null;
    return Float32Array.from({ length: sizeOf(shape) }, (_, i) => {
      const v = ((i * 37 + 11) % 41 - 20) / 16 + 1 / 32 + 3 * input / 256;
      return "positive" in given ? Math.abs(v) + 0.25 : v;
    });
  });
}

/** Inputs for a call; those of `leaves` require a gradient as f32 and are handed over as `dtype`. */
export function inputsOf(
  call: Call,
  values: Values,
  own: Scope,
  dtype: PlainDtype,
  leaves: readonly number[],
) {
  const leaf: Tensor[] = [];
  const handed = call.inputs.map((given, i) => {
    const shape = shapeOf(given);
    if (!shape) return otherInput(given, own);
    const made = tensor(values[i]!, { shape, scope: own });
    if (leaves.includes(i)) leaf.push(made.requiresGrad());
    return made.to(dtype);
  });
  return { handed, leaf };
}

function otherInput(given: Given, own: Scope): Tensor {
  if ("ids" in given) {
    const ids = Int32Array.from({ length: sizeOf(given.ids) }, (_, i) => (i * 2 + (i >> 1)) % given.below);
    return tensor(ids, { shape: given.ids, scope: own });
  }
  if ("mask" in given) {
    const truth = Uint8Array.from({ length: sizeOf(given.mask) }, (_, i) => i % 3 === 1 ? 1 : 0);
    return tensor(truth, { shape: given.mask, dtype: "bool", scope: own });
  }
  return packed(given as { packed: BlockDtype; shape: readonly [number, number] }, own);
}

function packed(
  { packed: dtype, shape }: { packed: BlockDtype; shape: readonly number[] },
  own: Scope,
): Tensor {
  const [rows, columns] = shape;
  const filled = Math.ceil(rows / INTERLEAVED_ROWS) * INTERLEAVED_ROWS;
  const bytes = randomWeights(new Random(5), dtype, filled, columns);
  const device = defaultDevice();
  const storage = device.allocate(bytes.length);
  device.write(storage, 0, bytes);
  return new Tensor(storage, dtype, shape, { scope: own });
}

/** A call's results, which go with `own`. */
async function results(call: Call, handed: readonly Tensor[], own: Scope): Promise<Tensor[]> {
  const value = await call.op(...handed);
  const all: Tensor[] = value instanceof Tensor ? [value] : Object.values(value);
  for (const y of all) if (!y.scope) own.own(y);
  return all;
}

/** The sum of w (y + y^2 / 4) over all float results, bent so that also linear ops are gone through twice. */
function loss(ys: readonly Tensor[]): Tensor | undefined {
  const parts = ys.filter((y) => isFloat(y.dtype)).map((y) => {
    const wide = y.to("f32");
    return wide.add(wide.mul(wide).mul(0.25)).mul(weights(y)).sum();
  });
  return parts.length > 0 ? parts.reduce((a, b) => a.add(b)) : undefined;
}

/** Numbers of both signs, of a tensor's shape and scope. */
function weights(y: Tensor, turn = 11): Tensor {
  const values = Float32Array.from({ length: y.size }, (_, i) => ((i * 29 + turn) % 31 - 15) / 16 + 1 / 64);
  return tensor(values, { shape: y.shape, scope: y.scope });
}

/** Runs a call without gradients in a dtype; undefined where the op does not take it. */
export async function rowsIn(call: Call, dtype: PlainDtype): Promise<string[] | undefined> {
  using own = scope();
  const { handed } = inputsOf(call, startOf(call), own, dtype, []);
  try {
    const { rows } = await watched(() => results(call, handed, own));
    return rows;
  } catch (error) {
    if (error instanceof WickError) return undefined;
    throw error;
  }
}

/** The dtypes of a call's results. */
export async function madeDtypes(call: Call): Promise<Dtype[]> {
  using own = scope();
  const { handed } = inputsOf(call, startOf(call), own, "f32", []);
  return (await results(call, handed, own)).map(({ dtype }) => dtype);
}

/** The weighed sum of a call's results; undefined where none is a float. */
export async function lossAt(call: Call, values: Values): Promise<number | undefined> {
  using own = scope();
  const { handed } = inputsOf(call, values, own, "f32", []);
  return await loss(await results(call, handed, own))?.item();
}

/** Tries one input as the only leaf of a call. */
export async function outcome(call: Call, leaf: number): Promise<Outcome> {
  using own = scope();
  const { handed } = inputsOf(call, startOf(call), own, "f32", [leaf]);
  try {
    const floats = (await results(call, handed, own)).filter((y) => isFloat(y.dtype));
    if (floats.length === 0) return "whole";
    return floats.some((y) => y.variable) ? "gradient" : "nothing";
  } catch (error) {
    return { refused: refusal(error) };
  }
}

/** The message of an op that refuses a gradient. */
function refusal(error: unknown): string {
  if (error instanceof WickError && error.code === "INVALID_STATE") return error.message;
  throw error;
}

/** Gradients of a call's loss, and the rows that ran forth and back. */
export interface Slopes {
  readonly gradients: Float32Array[];
  readonly forth: string[];
  readonly back: string[];
}

/** Gradients with respect to `leaves`, by fused rows or composed of ops, with values in a dtype. */
export async function slopesAt(
  call: Call,
  values: Values,
  leaves: readonly number[],
  { dtype = "f32", composed = false }: { dtype?: PlainDtype; composed?: boolean } = {},
): Promise<Slopes> {
  using own = scope();
  const { handed, leaf } = inputsOf(call, values, own, dtype, leaves);
  const { value, rows: forth } = await watched(async () => loss(await results(call, handed, own))!);
  const { value: found, rows: back } = await watched(() => value.backward({ createGraph: composed }));
  const gradients = await Promise.all(leaf.map((x) => found.get(x).data<Float32Array>()));
  return { gradients, forth, back };
}

/** How gradients change along the same direction in all leaves; undefined where they are constant. */
export async function bendsAt(
  call: Call,
  values: Values,
  leaves: readonly number[],
): Promise<{ bends?: Float32Array[]; back: string[]; refused?: string }> {
  using own = scope();
  const { handed, leaf } = inputsOf(call, values, own, "f32", leaves);
  const first = loss(await results(call, handed, own))!.backward({ createGraph: true });
  const slopes = leaf.map((x) => first.get(x)).filter((g) => g.variable);
  if (slopes.length === 0) return { back: [] };
  const along = slopes.map((g) => g.mul(weights(g, 17)).sum()).reduce((a, b) => a.add(b));
  try {
    const { value: found, rows: back } = await watched(() => along.backward());
    const bends = await Promise.all(
      leaf.map(async (x) => await found.find(x)?.data<Float32Array>() ?? new Float32Array(x.size)),
    );
    return { bends, back };
  } catch (error) {
    return { back: [], refused: refusal(error) };
  }
}

/** The direction of {@linkcode bendsAt} for one leaf. */
export function direction(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => ((i * 29 + 17) % 31 - 15) / 16 + 1 / 64);
}
