/**
 * Optimizers and learning-rate schedules.
 *
 * @module
 */
export { Adam, type AdamOptions, AdamW } from "./adam.ts";
export { Lion, type LionOptions } from "./lion.ts";
export { type Group, Optimizer, type OptimizerEntry } from "./optimizer.ts";
export { Sgd, type SgdOptions } from "./sgd.ts";
export * as schedule from "./schedule.ts";
