/**
 * State that goes from step to step: making, checking and loading it.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { storageBytes } from "../tensor/dtype.ts";
import { show } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** What training needs to go on as if it had never stopped. */
export interface OptimizerState {
  /** Steps so far. */
  readonly steps: number;
  /** What goes from step to step, by the parameter's index and, of optimizers, the state's name: "0.mean". */
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/** Zeros for what goes with a parameter from step to step: f64 of f64, else f32. In no scope. */
export function zerosFor({ device, dtype: own }: Tensor, shape: readonly number[]): Tensor {
  const dtype = own === "f64" ? "f64" : "f32";
  const bytes = storageBytes(dtype, shape);
  const tensor = new Tensor(device.allocate(bytes), dtype, shape);
  device.write(tensor.storage, 0, new Uint8Array(bytes));
  return tensor;
}

/**
 * Copies a saved state into one's own tensors, whatever device each lives on, and gives its steps.
 *
 * @throws WickError CORRUPT_FILE that lists all missing, unexpected and misshapen names; nothing is changed then
 */
export async function loadState(own: OptimizerState, given: OptimizerState): Promise<number> {
  check(own.tensors, given);
  const values = await Promise.all(
    [...own.tensors].map(async ([name, tensor]) => [tensor, await given.tensors.get(name)!.data()] as const),
  );
  for (const [tensor, data] of values) tensor.write(data);
  return given.steps;
}

function check(own: ReadonlyMap<string, Tensor>, { steps, tensors: given }: OptimizerState): void {
  const missing = [...own.keys()].filter((name) => !given.has(name));
  const unexpected = [...given.keys()].filter((name) => !own.has(name));
  const misshapen = [...own].flatMap(([name, { dtype, shape }]) => {
    const got = given.get(name);
    const [wanted, found] = [`${dtype}${show(shape)}`, got && `${got.dtype}${show(got.shape)}`];
    return found === undefined || found === wanted ? [] : [`${name} is ${found}, expected ${wanted}`];
  });
  const faults = Object.entries({ missing, unexpected, misshapen })
    .filter(([, names]) => names.length > 0)
    .map(([title, names]) => `${title} ${names.length}: ${names.join(", ")}`);
  if (!Number.isSafeInteger(steps) || steps < 0) faults.unshift(`steps must be 0 or more, got ${steps}`);
  if (faults.length > 0) {
    throw new WickError("CORRUPT_FILE", `Cannot load the state: ${faults.join("; ")}`);
  }
}
