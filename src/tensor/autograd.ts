/**
 * Reverse-mode differentiation. An op whose inputs require a gradient hangs a node on its result; `backward`
 * walks the nodes from the youngest to the oldest. Backward functions are written in ops, so that gradients of
 * gradients need nothing else.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { constant } from "./constant.ts";
import { drawAgain, noteDraws } from "./draw.ts";
import { checkGradient, type Contribution, GradientSum } from "./gradient_sum.ts";
import type { Dtype } from "./dtype.ts";
import { Scope, youngest } from "./scope.ts";
import { show } from "./shape.ts";
import type { Tensor } from "./tensor.ts";

/**
 * What a gradient is taken with respect to: one for every leaf, and for every result that depends on one. Counted
 * by the tensors that carry it and the nodes that it feeds; with the last of them its own node goes.
 */
export class Variable {
  private holders = 0;

  /** The shape of the values, and of their gradient. */
  readonly shape: readonly number[];
  /** Their dtype, and that of their gradient. */
  readonly dtype: Dtype;

  /** Of the values of a tensor: a leaf, or the result of a recorded op. */
  constructor(
    of: { readonly shape: readonly number[]; readonly dtype: Dtype },
    /** The op that they are the result of. */
    readonly node?: RecordedOp,
  ) {
    this.shape = of.shape;
    this.dtype = of.dtype;
  }

  /** One more holds it. */
  retain(): this {
    this.holders++;
    return this;
  }

  /** One holds it no longer. */
  release(): void {
    if (--this.holders === 0) this.node?.drop();
  }
}

/** Adds a gradient to what was found of a variable's so far. */
type Accumulate = (variable: Variable, gradient: Contribution) => void;

/** The gradients of an op's inputs, from that of its result; undefined where none is needed. */
export type Backward = (
  dy: Tensor,
  saved: readonly Tensor[],
  needs: readonly boolean[],
  accumulate: Accumulate,
) => readonly (Contribution | undefined)[];

/** An op on the tape, as the walk back sees it. */
export interface RecordedOp {
  /** Its name, for messages. */
  readonly op: string;
  /** Later ones are younger. */
  readonly birth: number;
  /** @internal Goes back: hands the gradients of its inputs to `accumulate`. */
  run(dy: Tensor, accumulate: Accumulate): void;
  /** Lets go of what it saved. */
  drop(): void;
}

let births = 0;

class Node implements RecordedOp {
  readonly birth: number = births++;
  readonly inputs: (Variable | undefined)[];
  private saved?: { tensor: Tensor; version: number }[];

  constructor(readonly op: string, inputs: readonly Tensor[], private readonly rule: Backward) {
    this.inputs = inputs.map((t) => t.variable?.retain());
  }

  /** Holds of its own: a handle that is disposed inside a forward does not break the tape. */
  save(tensors: readonly Tensor[]): void {
    this.saved = tensors.map((t) => {
      const tensor = hold(t);
      // not counted: inputs are held by the node, and the result must not hold itself
      if (t.variable) tensor.bind(t.variable, false);
      return { tensor, version: t.storage.version };
    });
  }

  run(dy: Tensor, accumulate: Accumulate): void {
    if (!this.saved) {
      throw new WickError(
        "INVALID_STATE",
        `Cannot go back through ${this.op} again: backward() dropped the tape; retainGraph keeps it`,
      );
    }
    for (const { tensor, version } of this.saved) {
      if (tensor.storage.version === version) continue;
      throw new WickError(
        "INVALID_STATE",
        `Cannot go back through ${this.op}: a value that it saved, ${tensor}, was overwritten since`,
      );
    }
    const needs = this.inputs.map((v) => v !== undefined);
    // what the rule computes from saved values alone goes with the pass, as what comes of dy does
    const saved = this.saved.map(({ tensor }) => {
      const handed = inScope(tensor, dy.scope);
      if (tensor.variable) handed.bind(tensor.variable);
      return handed;
    });
    const gradients = this.rule(dy, saved, needs, accumulate);
    this.inputs.forEach((variable, i) => {
      const gradient = gradients[i];
      if (variable && gradient) accumulate(variable, gradient);
    });
  }

  /** Forgets inputs that lead to nothing that is asked for. */
  trim(leads: (variable: Variable) => boolean): void {
    for (const { tensor } of this.saved ?? []) if (tensor.variable && !leads(tensor.variable)) tensor.cut();
    this.inputs.forEach((variable, i) => {
      if (!variable || leads(variable)) return;
      this.inputs[i] = undefined;
      variable.release();
    });
  }

  drop(): void {
    if (!this.saved) return;
    for (const { tensor } of this.saved) tensor.dispose();
    this.saved = undefined;
    for (const variable of this.inputs) variable?.release();
  }
}

let enabled = true;

/** Whether ops record how to go back. */
export function gradientsEnabled(): boolean {
  return enabled;
}

/** Runs `fn`, a synchronous function, without recording how to go back. */
export function noGrad<T>(fn: () => T): T {
  return withGradients(false, fn);
}

function withGradients<T>(on: boolean, fn: () => T): T {
  const before = enabled;
  enabled = on;
  try {
    const result = fn();
    if (result instanceof Promise) {
      throw new WickError("INVALID_STATE", "Cannot switch gradients for a function that returns a promise");
    }
    return result;
  } finally {
    enabled = before;
  }
}

/** Whether a result of these inputs would need a gradient. */
export function tracks(inputs: readonly Tensor[]): boolean {
  return enabled && inputs.some((t) => t.variable);
}

/**
 * Hangs an op's node on its result, where an input requires a gradient. `save` are the tensors that `backward`
 * is handed again.
 */
export function track(
  op: string,
  y: Tensor,
  inputs: readonly Tensor[],
  save: readonly Tensor[],
  backward: Backward,
): Tensor {
  if (tracks(inputs)) hang(op, y, inputs, save, backward);
  return y;
}

function hang(
  op: string,
  y: Tensor,
  inputs: readonly Tensor[],
  save: readonly Tensor[],
  rule: Backward,
): void {
  const node = new Node(op, inputs, rule);
  y.bind(new Variable(y, node));
  node.save(save);
  recorded?.nodes.push(node);
}

/** Throws where an input of an op without a gradient requires one: never a silent zero. */
export function refuseGradient(op: string, inputs: readonly Tensor[], reason: string): void {
  if (!tracks(inputs)) return;
  throw new WickError(
    "INVALID_STATE",
    `Cannot ${op} a tensor that requires a gradient: ${reason}; detach() it, or run inside noGrad`,
  );
}

/** Gradients by leaf. They go with the scope of the loss, or with dispose. */
export class Gradients implements Disposable {
  /** @internal */
  constructor(
    private readonly byVariable: Map<Variable, Tensor>,
    /** The scope of the loss. */
    readonly scope?: Scope,
  ) {}

  /** The gradient of the loss with respect to a leaf; throws where the loss does not depend on it. */
  get(leaf: Tensor): Tensor {
    const gradient = this.find(leaf);
    if (gradient) return gradient;
    throw new WickError(
      "INVALID_ARGUMENT",
      leaf.variable
        ? `There is no gradient of ${leaf}: the loss does not depend on it`
        : `There is no gradient of ${leaf}: call requiresGrad() on it first`,
    );
  }

  /** The gradient with respect to a leaf, or undefined where the loss does not depend on it. */
  find(leaf: Tensor): Tensor | undefined {
    return leaf.variable && this.byVariable.get(leaf.variable);
  }

  /** All gradients. */
  values(): Iterable<Tensor> {
    return this.byVariable.values();
  }

  /** Adds other gradients to these: accumulation over several batches. */
  accumulate(other: Gradients): void {
    for (const [variable, gradient] of other.byVariable) {
      const own = this.byVariable.get(variable);
      this.byVariable.set(variable, free(noGrad(() => own ? own.add(gradient) : hold(gradient))));
      own?.dispose();
    }
  }

  /** Puts what `change` makes of each gradient in its place; the shape must stay. */
  replace(change: (gradient: Tensor) => Tensor): void {
    using own = new Scope();
    noGrad(() => {
      for (const [variable, gradient] of this.byVariable) {
        const changed = change(inScope(gradient, own));
        checkGradient(variable, changed);
        this.byVariable.set(variable, free(hold(changed)));
        changed.dispose();
        gradient.dispose();
      }
    });
  }

  /** Gives their memory back. */
  [Symbol.dispose](): void {
    for (const gradient of this.byVariable.values()) gradient.dispose();
    this.byVariable.clear();
  }
}

/** Options of {@linkcode Tensor.backward}. */
export interface BackwardOptions {
  /** The gradient of the result [1, for a result of one element]. */
  gradient?: Tensor;
  /** Keeps the tape for another pass [false]. */
  retainGraph?: boolean;
  /** Records the pass itself, for gradients of gradients; keeps the tape [false]. */
  createGraph?: boolean;
}

/** Gradients of `y` with respect to every leaf that it depends on. */
export function backward(y: Tensor, options: BackwardOptions = {}): Gradients {
  if (!y.variable) {
    throw new WickError(
      "INVALID_STATE",
      `Cannot go back from ${y}: nothing that it depends on requires a gradient`,
    );
  }
  if (!options.gradient && y.size !== 1) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot go back from ${show(y.shape)}: give the gradient of its elements`,
    );
  }
  if (options.gradient) checkSeed(y, options.gradient);
  using own = new Scope();
  const seed = options.gradient ?? constant(y.device, 1, y.dtype).expand(...y.shape);
  const leaves = walk(y.variable, inScope(seed, own), options, new Set());
  const gradients = new Gradients(new Map([...leaves].map(([v, g]) => [v, free(hold(g))])), y.scope);
  y.scope?.own(gradients);
  return gradients;
}

/** The gradient of a result as the caller gives it. */
function checkSeed(y: Tensor, gradient: Tensor): void {
  const given = `Cannot go back from ${y} by ${gradient}`;
  if (gradient.isDisposed) throw new WickError("DISPOSED", `${given}: it was disposed`);
  if (gradient.device !== y.device) {
    throw new WickError("DEVICE_MISMATCH", `${given}: both must live on one device; move it with to()`);
  }
  if (gradient.dtype !== y.dtype) {
    throw new WickError("DTYPE_MISMATCH", `${given}: its gradient must be ${y.dtype}, got ${gradient.dtype}`);
  }
  if (show(gradient.shape) !== show(y.shape)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `${given}: its gradient must be ${show(y.shape)}, got ${show(gradient.shape)}`,
    );
  }
}

/**
 * Goes back from `root` to leaves and `stops`, and gives their gradients. Temporaries belong to the seed's scope.
 */
function walk(
  root: Variable,
  seed: Tensor,
  options: BackwardOptions,
  stops: ReadonlySet<Variable>,
): Map<Variable, Tensor> {
  const found = new Map<Variable, GradientSum>();
  const waiting: Variable[] = []; // with nodes, the youngest last
  const ends: Variable[] = [];
  const accumulate: Accumulate = (variable, gradient) => {
    let so = found.get(variable);
    if (!so) {
      found.set(variable, so = new GradientSum(variable.retain()));
      if (!variable.node || stops.has(variable)) ends.push(variable);
      else insert(waiting, variable);
    }
    so.add(gradient);
  };
  const keep = options.retainGraph || options.createGraph;
  return withGradients(options.createGraph ?? false, () => {
    try {
      accumulate(root, seed);
      for (let variable = waiting.pop(); variable; variable = waiting.pop()) {
        try {
          const gradient = found.get(variable)!.total();
          found.delete(variable);
          variable.node!.run(gradient, accumulate);
          if (!keep) variable.node!.drop();
        } finally {
          variable.release();
        }
      }
      return new Map(ends.map((variable) => [variable, found.get(variable)!.total()]));
    } finally {
      // none waits but where an op threw: it holds the tape no longer
      for (const variable of [...waiting, ...ends]) variable.release();
    }
  });
}

/** Puts a variable among others, which lie by age: most are younger than all of them. */
function insert(waiting: Variable[], variable: Variable): void {
  const { birth } = variable.node!;
  let at = waiting.length;
  while (at > 0 && waiting[at - 1].node!.birth > birth) at--;
  waiting.splice(at, 0, variable);
}

/** Another handle on the same values, with the same variable, in no scope. */
function hold(x: Tensor): Tensor {
  const y = x.alias(x.shape, { offset: x.offset, strides: x.strides, rows: x.rows, scope: undefined });
  if (x.variable) y.bind(x.variable);
  return y;
}

/** Takes a tensor out of its scope. */
function free(x: Tensor): Tensor {
  x.scope?.keep(x);
  return x;
}

/** Another handle on the same values, as a leaf of its own, in a scope: what is computed from it goes with that. */
export function inScope(x: Tensor, scope: Scope | undefined): Tensor {
  return x.alias(x.shape, { offset: x.offset, strides: x.strides, rows: x.rows, scope });
}

/** What the outermost `grad` has recorded: nodes, by age, and the leaves that stand for arguments, its own alone. */
interface Recorded {
  readonly nodes: Node[];
  readonly own: Set<Variable>;
}

let recorded: Recorded | undefined;

/**
 * The gradient of a function: takes what the function takes and gives the gradient of its one-element result
 * with respect to each argument. Gradients can be differentiated again: `grad(grad(f))`, or by `backward()` with
 * respect to leaves that the function or its arguments depend on. So a gradient holds the tape to those leaves, if
 * there are any, until it is disposed; none does inside `noGrad`.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { grad, tensor } from "@wick/wick";
 * const w = tensor([2, 3]).requiresGrad();
 * const [slope] = grad((x) => x.mul(x).mul(w).sum())(tensor([5, 7])); // 2 x w
 * deepEqual(await slope.toArray(), [20, 42]);
 * const gradients = slope.sum().backward();
 * deepEqual(await gradients.get(w).toArray(), [10, 14]); // 2 x
 * ```
 */
export function grad(fn: (...inputs: Tensor[]) => Tensor): (...inputs: Tensor[]) => Tensor[] {
  return (...inputs) => {
    const outer = recorded;
    const own = recorded ??= { nodes: [], own: new Set() };
    let results: Tensor[] = [];
    try {
      results = withGradients(true, () => gradients(fn, inputs));
      if (!enabled) { for (const result of results) result.cut(); }
      return results;
    } finally {
      recorded = outer;
      if (!outer) keepOnly(results, own);
    }
  };
}

/** Drops all of a tape but what leads from `results` to leaves that someone outside may ask for. */
function keepOnly(results: readonly Tensor[], { nodes, own }: Recorded): void {
  const oldest = nodes[0]?.birth ?? births;
  const leading = new Set<RecordedOp>();
  const leads = (variable: Variable): boolean => {
    const { node } = variable;
    return node ? node.birth < oldest || leading.has(node) : !own.has(variable);
  };
  for (const node of nodes) if (node.inputs.some((v) => v && leads(v))) leading.add(node);
  for (const result of results) if (result.variable && !leads(result.variable)) result.cut();
  const wanted = new Set(results.map(({ variable }) => variable?.node));
  for (const node of nodes.reverse()) {
    if (!wanted.has(node)) node.drop();
    else {
      node.trim(leads);
      for (const variable of node.inputs) wanted.add(variable?.node);
    }
  }
}

/** Another handle on x, where the walk of a gradient stops; an outer one goes on to what x depends on. */
function leafOf(x: Tensor, scope: Scope | undefined): Tensor {
  const leaf = inScope(x, scope);
  if (x.variable) hang("identity", leaf, [x], [], (dy) => [dy]);
  else leaf.bind(new Variable(x));
  return leaf;
}

function gradients(fn: (...inputs: Tensor[]) => Tensor, inputs: readonly Tensor[]): Tensor[] {
  using own = new Scope(); // of what the way back makes
  const leaves = inputs.map((x) => leafOf(x, x.scope));
  for (const { variable } of leaves) if (!variable!.node) recorded!.own.add(variable!);
  try {
    const y = fn(...leaves);
    if (y.size !== 1) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot take the gradient of ${show(y.shape)}: it must hold one element`,
      );
    }
    const stops = new Set(leaves.map((leaf) => leaf.variable!));
    const seed = inScope(constant(y.device, 1, y.dtype).expand(...y.shape), own);
    const found = y.variable ? walk(y.variable, seed, { createGraph: true }, stops) : undefined;
    const slopes = leaves.map((leaf) =>
      found?.get(leaf.variable!) ?? inScope(constant(leaf.device, 0, leaf.dtype).expand(...leaf.shape), own)
    );
    return slopes.map((slope, i) => {
      const result = inScope(slope, youngest(y.scope, leaves[i].scope));
      if (slope.variable) result.bind(slope.variable);
      return result;
    });
  } finally {
    for (const leaf of leaves) leaf.dispose();
  }
}

/**
 * Runs `fn` without keeping what its ops would save, and runs it again when its gradient is asked for (Chen et
 * al. 2016): memory for time. `fn` must be a function of its inputs and of leaves alone; its random ops draw the
 * same numbers again.
 */
export function checkpoint(fn: (...inputs: Tensor[]) => Tensor, ...inputs: Tensor[]): Tensor {
  const { result: y, draws } = noteDraws(() => noGrad(() => fn(...inputs)));
  if (!enabled) return y;
  hang("checkpoint", y, inputs, inputs, (dy, saved, needs, accumulate) => {
    const again = saved.map((x, i) => needs[i] ? leafOf(x, dy.scope) : inScope(x, dy.scope));
    const result = drawAgain(draws, () => withGradients(true, () => fn(...again)));
    if (!result.variable) return [];
    const own = new Set(again.flatMap((leaf) => leaf.variable ?? []));
    const found = walk(result.variable, dy, { createGraph: enabled }, own);
    for (const [variable, gradient] of found) if (!own.has(variable)) accumulate(variable, gradient);
    return again.map((leaf) => leaf.variable && found.get(leaf.variable));
  });
  return y;
}
