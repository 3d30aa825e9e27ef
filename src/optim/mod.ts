/**
 * Optimizers and learning-rate schedules.
 *
 * @module
 */
export { Adafactor, type AdafactorOptions } from "./adafactor.ts";
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { clipGradNorm, clipGradValue } from "./clip.ts";
export type { Bounds, Check, ChecksOf } from "../check_options.ts";
export { type AverageOptions, ExponentialMovingAverage } from "./ema.ts";
export { Lion, type LionOptions } from "./lion.ts";
export { Muon, type MuonOptions } from "./muon.ts";
export {
  type Group,
  type Groups,
  Optimizer,
  type OptimizerForm,
  type ParameterStep,
  type StepOptions,
} from "./optimizer.ts";
export type { OptimizerState } from "./state.ts";
export type { Varying } from "./varying.ts";
export { Sgd, type SgdOptions } from "./sgd.ts";
export * as schedule from "./schedule.ts";
