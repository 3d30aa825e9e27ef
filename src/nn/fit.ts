/**
 * Names and shapes of a checkpoint held against those of a module.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Dtype } from "../tensor/dtype.ts";
import { show } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Parameter } from "./parameter.ts";
import type { Weights } from "./weights.ts";

/**
 * A name that does not fit: the module asks for it in vain, knows nothing of it, or has another shape or
 * dtype for it.
 */
export type Misfit = "missing" | "unexpected" | "misshapen" | "mistyped";

/** Names of each kind that a message lists. */
const LISTED = 8;

/**
 * The tensors that weights have for parameters. `dtypeOf` says in which dtype one will be put there.
 *
 * @throws WickError CORRUPT_FILE that names all misfits together, but for those that are allowed
 */
export function fit(
  parameters: Iterable<[string, Parameter]>,
  weights: Weights,
  allow: readonly Misfit[],
  dtypeOf: (tensor: Tensor) => Dtype = (tensor) => tensor.dtype,
): Map<Parameter, Tensor> {
  const misfits: Record<Misfit, string[]> = { missing: [], unexpected: [], misshapen: [], mistyped: [] };
  const found = new Map<Parameter, Tensor>();
  const known = new Set<string>();
  for (const [name, parameter] of parameters) {
    const full = weights.nameOf(name);
    const tensor = weights.find(name);
    known.add(full);
    if (!tensor) {
      if (!parameter.isOptional) misfits.missing.push(`${full} ${show(parameter.shape)}`);
    } else if (show(tensor.shape) !== show(parameter.shape)) {
      misfits.misshapen.push(`${full} is ${show(tensor.shape)}, expected ${show(parameter.shape)}`);
    } else if (!parameter.allows(dtypeOf(tensor))) {
      misfits.mistyped.push(`${full} is ${tensor.dtype}, expected ${parameter.dtypes}`);
    } else found.set(parameter, tensor);
  }
  misfits.unexpected = weights.names().filter((name) => !known.has(name));
  refuse(weights.source, misfits, allow);
  return found;
}

function refuse(source: string, misfits: Record<Misfit, string[]>, allow: readonly Misfit[]): void {
  const faults = Object.entries(misfits).filter(([kind, names]) =>
    names.length > 0 && !(allow as readonly string[]).includes(kind)
  );
  if (faults.length === 0) return;
  const list = faults.map(([kind, names]) =>
    `${kind} ${names.length}: ${names.slice(0, LISTED).join(", ")}${names.length > LISTED ? " ..." : ""}`
  );
  throw new WickError("CORRUPT_FILE", `Cannot load the weights of ${source}: ${list.join("; ")}`);
}
