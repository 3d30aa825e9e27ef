/**
 * Random expressions over the ops of the table. Their gradients must be differences of their own values: so a gradient
 * that gets lost between ops (through views, shared operands, indices, a detach) is found.
 *
 * @module
 */
import { checkpoint, type Device, noGrad, type Scope, scope, type Tensor, tensor } from "../../mod.ts";
import type { Random } from "../random.ts";
import { type Choices, choices, type Drawn } from "./random_graph_ops.ts";

/** An op on earlier values: leaves first, then results in order. */
interface Step {
  readonly name: string;
  readonly operands: readonly number[];
  readonly op: Drawn;
}

/** Numbers of the leaves. */
export type Leaves = readonly Float64Array[];

/** Values that a detach holds still, by step. */
type Held = Map<number, Float64Array>;

const DETACH = "detach";
const MOST = 96; // elements of a value
const LEAVES = [[2, 3], [3], [3, 3], [2, 1, 3], [4], [2, 2, 3]];

/** A drawn expression: a weighed sum of the values that no step takes. */
export class Graph {
  readonly shapes: (readonly number[])[] = [];
  readonly start: Leaves;
  private readonly steps: Step[] = [];
  private readonly held: Held = new Map();

  /** Of `count` steps, or fewer where few ops fit. */
  constructor(
    random: Random,
    readonly dtype: "f32" | "f64",
    count: number,
    private readonly ops: Choices = choices,
  ) {
    for (let i = random.integer(1, 3); i > 0; i--) this.shapes.push(random.pick(LEAVES));
    this.start = this.shapes.map((s) => Float64Array.from(random.floats(s.reduce((a, b) => a * b, 1))));
    using own = scope();
    const values = this.leaves(this.start, own);
    for (let tries = 0; this.steps.length < count && tries < 20 * count; tries++) {
      this.tryStep(random, values);
    }
  }

  /** Its steps, for messages. */
  toString(): string {
    const first = this.shapes.length;
    const lines = this.steps.map(({ name, operands }, i) =>
      `%${first + i} = ${name}(%${operands.join(", %")})`
    );
    return `${this.dtype} leaves ${this.shapes.map((s) => `[${s}]`).join(" ")}\n${lines.join("\n")}`;
  }

  /** Leaves of `numbers` that require a gradient, on a device [the default one]. */
  leaves(numbers: Leaves, own: Scope, device?: Device): Tensor[] {
    const kind = this.dtype === "f32" ? Float32Array : Float64Array;
    return numbers.map((n, i) =>
      tensor(kind.from(n), { shape: this.shapes[i], scope: own, device }).requiresGrad()
    );
  }

  /** The expression of leaves; a detach gives what it gave at the start, a little moved: equals would be a kink. Handles go on the way where `drops`. */
  loss(leaves: readonly Tensor[], { drops = false, remembers = false } = {}): Tensor {
    const values = [...leaves];
    for (const [i, { name, operands, op }] of this.steps.entries()) {
      const y = name === DETACH
        ? this.still(i, values[operands[0]], remembers)
        : op(...operands.map((o) => values[o]));
      values.push(y);
    }
    const taken = new Set(this.steps.flatMap((s) => s.operands));
    const parts = values.filter((_, i) => !taken.has(i)).map(weighed);
    const total = parts.reduce((a, b) => a.add(b));
    if (drops) { for (const v of values.slice(leaves.length)) v.dispose(); }
    return total;
  }

  /** The same within checkpoint. */
  checkpointed(leaves: readonly Tensor[]): Tensor {
    return checkpoint((...again) => this.loss(again), ...leaves);
  }

  /** The loss of numbers. */
  async at(numbers: Leaves): Promise<number> {
    using own = scope();
    return await noGrad(() => this.loss(this.leaves(numbers, own))).item();
  }

  /** Holds what detach gives still, from now on. */
  async hold(): Promise<void> {
    using own = scope();
    noGrad(() => this.loss(this.leaves(this.start, own), { remembers: true }));
    for (const [step, value] of this.kept) this.held.set(step, Float64Array.from(await value.data(), Number));
    this.kept.clear();
  }

  private readonly kept = new Map<number, Tensor>();

  private still(step: number, x: Tensor, remembers: boolean): Tensor {
    const moved = x.detach().affine(0.83, 0.11);
    if (remembers) this.kept.set(step, moved);
    const value = this.held.get(step);
    if (!value) return moved;
    const kind = this.dtype === "f32" ? Float32Array : Float64Array;
    return tensor(kind.from(value), { shape: x.shape, scope: x.scope, device: x.device });
  }

  private tryStep(random: Random, values: Tensor[]): void {
    const pair = random.next() < 0.4 && Object.keys(this.ops.two).length > 0;
    const drawn = pair ? this.ops.two : this.ops.one;
    const name = random.next() < 0.03 ? DETACH : random.pick(Object.keys(drawn));
    const near = () => Math.max(random.integer(0, values.length - 1), random.integer(0, values.length - 1));
    const operands = pair && name !== DETACH ? [near(), near()] : [near()];
    const xs = operands.map((o) => values[o]);
    const draw = name === DETACH ? () => (x: Tensor) => x.detach().affine(0.83, 0.11) : drawn[name];
    const op = draw(random, ...xs.map((x) => x.shape));
    const y = op && noGrad(() => op(...xs));
    if (!y || y.size === 0 || y.size > MOST || y.rank > 5) return;
    values.push(y);
    this.steps.push({ name, operands, op });
  }
}

/** The mean of tanh(y / 4) times numbers of both signs. */
function weighed(y: Tensor): Tensor {
  const numbers = Array.from({ length: y.size }, (_, i) => ((i * 29 + 11) % 31 - 15) / 16 + 1 / 64);
  const w = tensor(y.dtype === "f32" ? Float32Array.from(numbers) : Float64Array.from(numbers), {
    shape: y.shape,
    scope: y.scope,
    device: y.device,
  });
  return y.mul(0.25).tanh().mul(w).mean();
}
