/**
 * Recurrent layers: a state that is carried from row to row. Names, gates and first values are PyTorch's; batches come
 * first.
 *
 * @module
 */
import { checkNumber, checkOptions, type ChecksOf } from "../check_options.ts";
import { WickError } from "../error.ts";
import { inScope } from "../tensor/autograd.ts";
import { constant } from "../tensor/constant.ts";
import { cat, stack } from "../tensor/ops/join.ts";
import { linear } from "../tensor/ops/linear.ts";
import { Scope } from "../tensor/scope.ts";
import { show } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { uniformByFan } from "./by_fan.ts";
import { Module, type Part } from "./module.ts";
import { Parameter } from "./parameter.ts";

/** Options of recurrent layers. */
export interface RecurrentOptions {
  /** Layers, each over what the one before gives [1]. */
  layers?: number;
  /** Whether a second state goes from the last row to the first; both are joined [false]. */
  bidirectional?: boolean;
  /** Whether there are biases [true]. */
  bias?: boolean;
}

const checks: ChecksOf<RecurrentOptions> = {
  layers: { from: 1, whole: true },
  bidirectional: "boolean",
  bias: "boolean",
};

/** What a recurrent layer gives. */
export interface RecurrentResult {
  /** The state after each row: [B, T, H], or [B, T, 2 H] with both directions. */
  output: Tensor;
  /** The last states, to go on from: one tensor [layers * directions, B, H] (an LSTM's cells are a second). */
  state: Tensor[];
}

/** The parameters of one layer in one direction. */
interface Direction {
  readonly suffix: string;
  readonly back: boolean;
  /** [gates H, inputs]. */
  readonly inputWeight: Parameter;
  /** [gates H, H]. */
  readonly hiddenWeight: Parameter;
  readonly inputBias?: Parameter;
  readonly hiddenBias?: Parameter;
}

/** What the three kinds share: a step from one state to the next is theirs. */
abstract class Recurrent extends Module {
  readonly #layers: Direction[][];

  /** From rows of `inputs` values to states of `hidden`. */
  constructor(
    inputs: number,
    /** Values of a state, H. */
    readonly hidden: number,
    gates: number,
    /** Tensors that a state is made of. */
    private readonly states: number,
    options: RecurrentOptions,
  ) {
    super();
    checkOptions("make a recurrent layer", options, checks);
    checkNumber("make a recurrent layer", "hidden", hidden, { from: 0, whole: true });
    const { layers = 1, bidirectional = false, bias = true } = options;
    const spread = uniformByFan(hidden);
    const direction = (layer: number, back: boolean): Direction => {
      const width = layer === 0 ? inputs : hidden * (bidirectional ? 2 : 1);
      const parameter = (...shape: number[]) => new Parameter(shape, spread);
      return {
        suffix: `l${layer}${back ? "_reverse" : ""}`,
        back,
        inputWeight: parameter(gates * hidden, width),
        hiddenWeight: parameter(gates * hidden, hidden),
        ...bias ? { inputBias: parameter(gates * hidden), hiddenBias: parameter(gates * hidden) } : {},
      };
    };
    this.#layers = Array.from(
      { length: layers },
      (_, i) => bidirectional ? [direction(i, false), direction(i, true)] : [direction(i, false)],
    );
  }

  /** "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0", "weight_ih_l0_reverse" ... */
  protected override *parts(): Iterable<[string, Part]> {
    for (const { suffix, inputWeight, hiddenWeight, inputBias, hiddenBias } of this.#layers.flat()) {
      yield [`weight_ih_${suffix}`, inputWeight];
      yield [`weight_hh_${suffix}`, hiddenWeight];
      if (inputBias) yield [`bias_ih_${suffix}`, inputBias];
      if (hiddenBias) yield [`bias_hh_${suffix}`, hiddenBias];
    }
  }

  /**
   * x [B, T, inputs], T >= 1, from a state as an earlier call gave it [zeros].
   *
   * @throws WickError SHAPE_MISMATCH
   */
  forward(x: Tensor, state?: readonly Tensor[]): RecurrentResult {
    const directions = this.#layers.flat().length;
    this.#check(x, directions, state);
    using own = new Scope();
    const given = state?.map((s) => handed(s, own));
    const ends: Tensor[][] = [];
    let rows = handed(x, own);
    for (const layer of this.#layers) {
      const results = layer.map((direction) => {
        const first = given?.map((s) => s.narrow(0, ends.length, 1).squeeze(0)) ??
          Array.from({ length: this.states }, () => zeros(x, this.hidden, own));
        const { rows: made, last } = this.#walk(direction, rows, first);
        ends.push(last);
        return made;
      });
      rows = results.length === 1 ? results[0] : cat(results, -1);
    }
    return {
      output: handed(rows, x.scope),
      state: Array.from({ length: this.states }, (_, i) => handed(stack(ends.map((end) => end[i])), x.scope)),
    };
  }

  /** The next state from the input's part of the gates [B, gates H], the state's and the state. */
  protected abstract step(input: Tensor, hidden: Tensor, state: readonly Tensor[]): Tensor[];

  /** One layer in one direction. */
  #walk(d: Direction, x: Tensor, first: readonly Tensor[]): { rows: Tensor; last: Tensor[] } {
    const T = x.shape[1];
    const inputs = linear(x, d.inputWeight.tensor, d.inputBias?.tensor).unbind(1); // of all rows at once
    const rows = new Array<Tensor>(T);
    let state = [...first];
    for (let i = 0; i < T; i++) {
      const t = d.back ? T - 1 - i : i;
      const hidden = linear(state[0], d.hiddenWeight.tensor, d.hiddenBias?.tensor);
      state = this.step(inputs[t], hidden, state);
      rows[t] = state[0];
    }
    return { rows: stack(rows, 1), last: state };
  }

  #check(x: Tensor, directions: number, state?: readonly Tensor[]): void {
    const inputs = this.#layers[0][0].inputWeight.shape[1];
    const wanted = [directions, x.shape[0], this.hidden];
    const fits = x.rank === 3 && x.shape[1] > 0 && x.shape[2] === inputs &&
      (!state || (state.length === this.states && state.every((s) => show(s.shape) === show(wanted))));
    if (fits) return;
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot run ${this.constructor.name} over ${x} from ${
        state ? state.join(" and ") : "zeros"
      }: expected ` +
        `[B,T,${inputs}] and ${this.states} of ${show(wanted)}`,
    );
  }
}

/** Another handle in a scope, on the same tape. */
function handed(x: Tensor, scope: Scope | undefined): Tensor {
  const y = inScope(x, scope);
  if (x.variable) y.bind(x.variable);
  return y;
}

/** [B, H] for x [B, ...]. */
function zeros(x: Tensor, hidden: number, scope: Scope): Tensor {
  using zero = constant(x.device, 0, x.dtype).expand(x.shape[0], hidden);
  return inScope(zero, scope);
}

/** h' = tanh(W x + b + U h + c) (Elman 1990). */
export class Rnn extends Recurrent {
  /** From rows of `inputs` values to states of `hidden`. */
  constructor(inputs: number, hidden: number, options: RecurrentOptions = {}) {
    super(inputs, hidden, 1, 1, options);
  }

  /** One row. */
  protected override step(input: Tensor, hidden: Tensor): Tensor[] {
    return [input.add(hidden).tanh()];
  }
}

/**
 * c' = f c + i g and h' = o tanh(c') with the gates i, f, g, o (Hochreiter and Schmidhuber 1997).
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { nn, tensor } from "@wick/wick";
 * using lstm = new nn.Lstm(2, 4).init(1);
 * using x = tensor([[[1, 2], [3, 4], [5, 6]]]);
 * const { output, state: [hidden, cells] } = lstm.forward(x);
 * deepEqual([output.shape, hidden.shape, cells.shape], [[1, 3, 4], [1, 1, 4], [1, 1, 4]]);
 * ```
 */
export class Lstm extends Recurrent {
  /** From rows of `inputs` values to states of `hidden`. */
  constructor(inputs: number, hidden: number, options: RecurrentOptions = {}) {
    super(inputs, hidden, 4, 2, options);
  }

  /** One row. */
  protected override step(input: Tensor, hidden: Tensor, [, cells]: readonly Tensor[]): Tensor[] {
    const [i, f, g, o] = input.add(hidden).chunk(4, -1);
    const next = f.sigmoid().mul(cells).add(i.sigmoid().mul(g.tanh()));
    return [o.sigmoid().mul(next.tanh()), next];
  }
}

/** h' = (1 - z) n + z h with n = tanh(W x + b + r (U h + c)) and the gates r, z (Cho et al. 2014). */
export class Gru extends Recurrent {
  /** From rows of `inputs` values to states of `hidden`. */
  constructor(inputs: number, hidden: number, options: RecurrentOptions = {}) {
    super(inputs, hidden, 3, 1, options);
  }

  /** One row. */
  protected override step(input: Tensor, hidden: Tensor, [before]: readonly Tensor[]): Tensor[] {
    const [[ir, iz, inew], [hr, hz, hnew]] = [input, hidden].map((x) => x.chunk(3, -1));
    const z = iz.add(hz).sigmoid();
    const fresh = inew.add(ir.add(hr).sigmoid().mul(hnew)).tanh();
    return [before.sub(fresh).mul(z).add(fresh)];
  }
}
