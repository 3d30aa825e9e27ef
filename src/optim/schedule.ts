/**
 * Learning rates over steps. A schedule is a function from the step (from 0 on) to the factor of the base rate.
 *
 * @module
 */
import { checkNumber, checkOptions, type ChecksOf, refuse } from "../check_options.ts";

/** The factor of the base learning rate at a step. */
export type Schedule = (step: number) => number;

const ACTION = "make a schedule";

/** Always 1. */
export function constant(): Schedule {
  return () => 1;
}

/** From `start` to `end` in a straight line over `steps`, then `end`. */
export function linear(steps: number, start = 1, end = 0): Schedule {
  positive("steps", steps);
  checkNumber(ACTION, "start", start);
  checkNumber(ACTION, "end", end);
  return (step) => start + (end - start) * Math.min(1, step / steps);
}

/** From 1 to `end` along half a cosine over `steps`, then `end` (Loshchilov and Hutter 2017). */
export function cosine(steps: number, end = 0): Schedule {
  positive("steps", steps);
  checkNumber(ACTION, "end", end);
  return (step) => end + (1 - end) * (1 + Math.cos(Math.PI * Math.min(1, step / steps))) / 2;
}

/** A straight warm-up from 0 over `steps`, so that step `steps` is the first of `then` at full height. */
export function warmUp(steps: number, then: Schedule = constant()): Schedule {
  positive("steps", steps);
  if (typeof then !== "function") refuse(ACTION, "then", "a schedule", then);
  return (step) => step < steps ? (step + 1) / (steps + 1) * then(0) : then(step - steps);
}

/** Options of {@linkcode oneCycle}. */
export interface OneCycleOptions {
  /** The share of the steps that rises, in (0, 1) [0.3]. */
  rise?: number;
  /** What the top is divided by at first [25]. */
  divide?: number;
  /** What the start is divided by at last [1e4]. */
  finalDivide?: number;
}

const cycleChecks: ChecksOf<OneCycleOptions> = {
  rise: { above: 0, below: 1 },
  divide: { above: 0 },
  finalDivide: { above: 0 },
};

/**
 * One cycle (Smith and Topin 2018): along a cosine from 1 / `divide` up to 1 over a share of the steps, then down to
 * 1 / (`divide` `finalDivide`).
 */
export function oneCycle(steps: number, options: OneCycleOptions = {}): Schedule {
  checkOptions(ACTION, options, cycleChecks);
  const { rise = 0.3, divide = 25, finalDivide = 1e4 } = options;
  positive("steps", steps);
  const between = (from: number, to: number, along: number) =>
    to + (from - to) * (1 + Math.cos(Math.PI * along)) / 2;
  const top = rise * steps - 1;
  return (step) =>
    step <= top
      ? between(1 / divide, 1, top === 0 ? 1 : step / top)
      : between(1, 1 / (divide * finalDivide), Math.min(1, (step - top) / (steps - 1 - top)));
}

function positive(name: string, value: number): void {
  checkNumber(ACTION, name, value, { above: 0 });
}
