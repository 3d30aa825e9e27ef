/**
 * Names and shapes of a checkpoint held against those of a module.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { show } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Parameter } from "./parameter.ts";
import type { Weights } from "./weights.ts";

/** A name that does not fit: the module asks for it in vain, knows nothing of it, or has another shape for it. */
export type Misfit = "missing" | "unexpected" | "misshapen";

/** Names of each kind that a message lists. */
const LISTED = 8;

/**
 * The tensors that weights have for parameters.
 *
 * @throws WickError CORRUPT_FILE that names all misfits together, but for those that are allowed
 */
export function fit(
  parameters: Iterable<[string, Parameter]>,
  weights: Weights,
  allow: readonly Misfit[],
): Map<Parameter, Tensor> {
  const misfits: Record<Misfit, string[]> = { missing: [], unexpected: [], misshapen: [] };
  const found = new Map<Parameter, Tensor>();
  const known = new Set<string>();
  for (const [name, parameter] of parameters) {
    const full = weights.nameOf(name);
    const tensor = weights.find(name);
    known.add(full);
    if (!tensor) {
      if (!parameter.isOptional) misfits.missing.push(`${full} ${show(parameter.shape)}`);
    } else if (show(tensor.shape) === show(parameter.shape)) found.set(parameter, tensor);
    else misfits.misshapen.push(`${full} is ${show(tensor.shape)}, expected ${show(parameter.shape)}`);
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
