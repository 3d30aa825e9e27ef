/**
 * Ops that are composed of others.
 *
 * @module
 */
import { inScope } from "../autograd.ts";
import { Scope, youngest } from "../scope.ts";
import type { Tensor } from "../tensor.ts";

/**
 * Runs a composition of ops: all that it makes on the way is disposed, its result belongs to the youngest scope of
 * the inputs.
 */
export function tidy<Inputs extends readonly Tensor[]>(
  inputs: Inputs,
  compose: (...inputs: Inputs) => Tensor,
): Tensor {
  using own = new Scope();
  const handed = inputs.map((x) => {
    const alias = inScope(x, own);
    if (x.variable) alias.bind(x.variable);
    return alias;
  });
  const y = compose(...handed as unknown as Inputs);
  const scope = inputs.reduce((s, t) => youngest(s, t.scope), undefined as Scope | undefined);
  const result = inScope(y, scope);
  if (y.variable) result.bind(y.variable);
  return result;
}
