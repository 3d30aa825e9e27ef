/**
 * State that goes from step to step: making, checking and loading it.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { WickError } from "../error.ts";
import { storageBytes } from "../tensor/dtype.ts";
import { show } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** Zeros of shapes, by name, in no scope. */
export function zerosLike(
  device: Device,
  shapes: Readonly<Record<string, readonly number[]>>,
): Map<string, Tensor> {
  return new Map(
    Object.entries(shapes).map(([name, shape]) => {
      const bytes = storageBytes("f32", shape);
      const tensor = new Tensor(device.allocate(bytes), "f32", shape);
      device.write(tensor.storage, 0, new Uint8Array(bytes));
      return [name, tensor];
    }),
  );
}

/** @throws WickError CORRUPT_FILE that lists all missing, unexpected and misshapen names together */
export function checkState(own: ReadonlyMap<string, Tensor>, given: ReadonlyMap<string, Tensor>): void {
  const missing = [...own.keys()].filter((name) => !given.has(name));
  const unexpected = [...given.keys()].filter((name) => !own.has(name));
  const misshapen = [...own].flatMap(([name, { dtype, shape }]) => {
    const got = given.get(name);
    const [wanted, found] = [`${dtype}${show(shape)}`, got && `${got.dtype}${show(got.shape)}`];
    return found === undefined || found === wanted ? [] : [`${name} is ${found}, expected ${wanted}`];
  });
  const faults = Object.entries({ missing, unexpected, misshapen }).filter(([, names]) => names.length > 0);
  if (faults.length === 0) return;
  const list = faults.map(([title, names]) => `${title} ${names.length}: ${names.join(", ")}`).join("; ");
  throw new WickError("CORRUPT_FILE", `Cannot load the state: ${list}`);
}

/** Copies the values of one into tensors of the same names, whatever device each lives on. */
export async function writeState(
  own: ReadonlyMap<string, Tensor>,
  given: ReadonlyMap<string, Tensor>,
): Promise<void> {
  const values = await Promise.all(
    [...own].map(async ([name, tensor]) => [tensor, await given.get(name)!.data()] as const),
  );
  for (const [tensor, data] of values) tensor.write(data);
}
