/**
 * Calls as the goldens of PyTorch have them: an op by its name, inputs, and arguments that may stand for inputs.
 *
 * @module
 */
import * as wick from "../../mod.ts";

type Tensor = wick.Tensor;

/** Numbers as JSON has them. */
export type Numbers = (number | "nan" | "inf" | "-inf")[];

/** A call. */
export interface GoldenCall {
  /** The name of a method of Tensor, or of a function of mod.ts. */
  readonly op: string;
  readonly call: "method" | "function";
  /** {"input": n} stands for an input. */
  readonly args: unknown[];
  /** Which fields of the result count [all, in order]. */
  readonly results?: string[];
}

const special = { nan: NaN, inf: Infinity, "-inf": -Infinity };

/** Numbers as they are. */
export function plain(data: Numbers): number[] {
  return data.map((v) => typeof v === "string" ? special[v] : v);
}

/** The gradient of a result's elements, as the scripts have it. */
export function slopeOf(shape: readonly number[]): number[] {
  const size = shape.reduce((a, b) => a * b, 1);
  return Array.from({ length: size }, (_, i) => ((i * 37 + 11) % 41 - 20) / 16);
}

/** The op; undefined where there is none of the name. */
export function find({ op, call }: GoldenCall): ((...args: unknown[]) => unknown) | undefined {
  if (call === "function") {
    const found = (wick as unknown as Record<string, unknown>)[op];
    return typeof found === "function" ? (...args) => found(...args) : undefined;
  }
  const method = (wick.Tensor.prototype as unknown as Record<string, unknown>)[op];
  return typeof method === "function" ? (receiver, ...args) => method.apply(receiver, args) : undefined;
}

/** Arguments with tensors in place of {input: n}. */
export function filled(argument: unknown, inputs: readonly Tensor[]): unknown {
  if (Array.isArray(argument)) return argument.map((a) => filled(a, inputs));
  if (argument === "inf" || argument === "-inf" || argument === "nan") return special[argument];
  if (typeof argument !== "object" || argument === null) return argument;
  if ("input" in argument) return inputs[argument.input as number];
  return Object.fromEntries(Object.entries(argument).map(([key, value]) => [key, filled(value, inputs)]));
}

/** Runs a call; a method's receiver is its first input. */
export function run(given: GoldenCall, inputs: readonly Tensor[]): unknown {
  const op = find(given);
  if (!op) throw new Error(`there is no op ${given.op}`);
  const args = filled(given.args, inputs) as unknown[];
  return given.call === "method" ? op(inputs[0], ...args) : op(...args);
}

/** Results in order: one tensor, or those of a list or an object; they go with `own`. */
export function results(value: unknown, own: wick.Scope, fields?: readonly string[]): Tensor[] {
  const all = value instanceof wick.Tensor ? { y: value } : value as Record<string, Tensor>;
  for (const y of Object.values(all)) if (y instanceof wick.Tensor && !y.scope) own.own(y);
  return fields ? fields.map((field) => all[field]) : Object.values(all);
}

/** Gradients of the sum of results times slopes, for the inputs that require one. */
export function gradientsOf(
  inputs: readonly Tensor[],
  ys: readonly Tensor[],
  slopes: readonly Tensor[],
): Tensor[] {
  let all: wick.Gradients | undefined;
  ys.forEach((y, i) => {
    if (!y.variable) return;
    const found = y.backward({ gradient: slopes[i], retainGraph: true });
    if (all) all.accumulate(found);
    else all = found;
  });
  return inputs.filter((x) => x.variable).map((x) => all!.get(x));
}
