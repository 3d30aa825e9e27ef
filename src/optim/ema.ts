/**
 * The moving average of parameters (Polyak and Juditsky 1992), which often serves better than the last ones.
 *
 * @module
 */
import { allOrNothing } from "../device/all_or_nothing.ts";
import { checkOptions, type ChecksOf } from "../check_options.ts";
import { WickError } from "../error.ts";
import { inScope, noGrad } from "../tensor/autograd.ts";
import { isHalf, isTrainable, type TrainableDtype } from "../tensor/dtype.ts";
import { recording, refuseWhileRecording } from "../tensor/program.ts";
import { contiguous, copyInto } from "../tensor/ops/view.ts";
import { Scope } from "../tensor/scope.ts";
import { show } from "../tensor/shape.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { loadState, type OptimizerState, zerosFor } from "./state.ts";
import { follow } from "./steps.ts";
import { Varying } from "./varying.ts";

/** Options of {@linkcode ExponentialMovingAverage}. */
export interface AverageOptions {
  /** How much of the average stays at an update, in [0, 1] [0.999]. */
  decay?: number;
  /** Keeps less at first: min(decay, (1 + t) / (10 + t)) at update t, counted from 1 [false]. */
  warmUp?: boolean;
}

const checks: ChecksOf<AverageOptions> = { decay: { from: 0, to: 1 }, warmUp: "boolean" };

/**
 * Follows parameters: average += (1 - decay) (parameter - average), from their values at its making on. Its memory
 * belongs to no scope and lives until dispose. An update inside `record` is recorded, and each replay counts on.
 * Averages are f32, those of f16 and bf16 too; those of f64 are f64.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { optim, tensor } from "@wick/wick";
 * using w = tensor([1, 2]);
 * using average = new optim.ExponentialMovingAverage([w], { decay: 0.5 });
 * w.write(Float32Array.of(3, 6));
 * average.update();
 * average.swap(); // evaluate with the average
 * deepEqual(await w.toArray(), [2, 4]);
 * average.swap(); // train on
 * deepEqual(await w.toArray(), [3, 6]);
 * ```
 */
export class ExponentialMovingAverage implements Disposable {
  readonly #parameters: readonly Tensor[];
  readonly #averages: readonly Tensor[];
  readonly #options: Required<AverageOptions>;
  /** Averages that were swapped into halves, and the version of these since: what they hold is rounded. */
  readonly #exact = new Map<Tensor, { average: Tensor; version: number }>();
  readonly #gain: Varying;
  #steps = 0;
  #isDisposed = false;

  /** Begins at the parameters' values. */
  constructor(parameters: readonly Tensor[], options: AverageOptions = {}) {
    checkOptions("average parameters", options, checks);
    const { decay = 0.999, warmUp = false } = options;
    this.#options = { decay, warmUp };
    for (const p of parameters) {
      if (isTrainable(p.dtype) && p.isContiguous) continue;
      throw new WickError(
        "DTYPE_MISMATCH",
        `Cannot average ${p}: it must be f32, f64, f16 or bf16, and contiguous`,
      );
    }
    if (parameters.length === 0) {
      throw new WickError("INVALID_ARGUMENT", "Cannot average nothing: give at least one parameter");
    }
    this.#parameters = parameters;
    [this.#averages, this.#gain] = allOrNothing((part) => {
      const averages = parameters.map((p) => part(zerosFor(p, p.shape)));
      copyAll(parameters, averages);
      return [averages, part(new Varying(parameters[0].device, 1 - decay))];
    });
  }

  /** The averages, in the order of the parameters: handles that updates change. */
  get averages(): readonly Tensor[] {
    return this.#averages;
  }

  /** Follows the parameters by one step. */
  update(): void {
    if (this.#isDisposed) throw new WickError("DISPOSED", "Cannot update an average after its dispose");
    const trace = recording();
    if (trace) trace.beforeReplay(() => this.#advance());
    else this.#advance();
    noGrad(() => {
      for (const [i, average] of this.#averages.entries()) {
        using own = new Scope();
        const p = inScope(this.#parameters[i], own).to(average.dtype as TrainableDtype);
        if (p.size > 0) follow(inScope(average, own), p, this.#gain);
        average.storage.version++;
      }
    });
  }

  /** Counts on. */
  #advance(): void {
    const t = ++this.#steps;
    const { decay, warmUp } = this.#options;
    this.#gain.set(1 - (warmUp ? Math.min(decay, (1 + t) / (10 + t)) : decay));
  }

  /** Copies the averages into tensors of the same shapes [the parameters]. */
  applyTo(targets: readonly Tensor[] = this.#parameters): void {
    copyAll(this.#averages, targets);
  }

  /**
   * Exchanges parameters and averages: once before evaluating, once more before training goes on. A half that was not
   * written in between gives its average back as it was, not as it was rounded.
   */
  swap(): void {
    if (this.#parameters.some((p) => isHalf(p.dtype))) refuseWhileRecording("swap averages of f16 or bf16");
    noGrad(() => this.#parameters.forEach((p, i) => this.#exchange(p, this.#averages[i])));
  }

  #exchange(p: Tensor, average: Tensor): void {
    const before = this.#exact.get(p);
    this.#exact.delete(p);
    const stored = contiguous(average);
    copyAll([before?.version === p.storage.version ? before.average : p], [average]);
    copyAll([stored], [p]);
    before?.average.dispose();
    if (isHalf(p.dtype)) this.#exact.set(p, { average: stored, version: p.storage.version });
    else stored.dispose();
  }

  /** The state as it is now: handles that later updates change, by the parameter's index. */
  stateDict(): OptimizerState {
    return { steps: this.#steps, tensors: new Map(this.#averages.map((a, i) => [`${i}`, a])) };
  }

  /**
   * Goes on from a saved state of the same parameters in the same order.
   *
   * @throws WickError CORRUPT_FILE that lists all missing, unexpected and misshapen names; nothing is changed then
   */
  async loadStateDict(state: OptimizerState): Promise<void> {
    this.#steps = await loadState(this.stateDict(), state);
  }

  /** Gives its memory back. */
  [Symbol.dispose](): void {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const average of this.#averages) average.dispose();
    for (const { average } of this.#exact.values()) average.dispose();
    this.#gain[Symbol.dispose]();
  }
}

/** Copies contiguous tensors into others of the same shapes, converted. */
function copyAll(from: readonly Tensor[], to: readonly Tensor[]): void {
  const fits = from.length === to.length &&
    from.every((t, i) =>
      show(t.shape) === show(to[i].shape) && isTrainable(to[i].dtype) && to[i].isContiguous
    );
  if (!fits) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot copy [${from.join("; ")}] into [${
        to.join("; ")
      }]: shapes must be the same, all contiguous floats`,
    );
  }
  from.forEach((source, i) => {
    using given = noGrad(() => source.to(to[i].dtype as TrainableDtype));
    copyInto(given, to[i]);
    to[i].storage.version++;
  });
}
