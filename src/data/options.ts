/**
 * The options of a loader, and their check.
 *
 * @module
 */
import { checkKeys, type KeysOf } from "../check_keys.ts";
import type { Device } from "../device/device.ts";
import { type DeviceName, deviceNamed } from "../device/open.ts";
import { WickError } from "../error.ts";
import { defaultGenerator } from "../tensor/random.ts";

/** Options of `DataLoader`. */
export interface DataLoaderOptions {
  /** Items of a batch, >= 1. */
  batchSize: number;
  /** Whether each epoch takes the items in another random order [false]. */
  shuffle?: boolean;
  /** Of the orders: an integer from 0 to 2^53 - 1 [that of `from`, else one drawn from the default generator]. */
  seed?: number;
  /** Whether items at the end of an epoch that fill no batch are left out [false: they are a smaller batch]. */
  dropLast?: boolean;
  /** Where to go on: what `state()` gave [the beginning]. */
  from?: LoaderState;
  /** Where host values go [the default device]. */
  device?: Device | DeviceName;
}

/** Where a `DataLoader` is: plain numbers, to be saved as JSON beside the model. */
export interface LoaderState {
  /** Of the orders. */
  seed: number;
  /** The epoch that the next batch is of, from 0 on. */
  epoch: number;
  /** Items of that epoch that were given already. */
  position: number;
  /** The number of all items. */
  length: number;
}

/** What a loader goes by, checked. */
export interface LoaderPlan extends LoaderState {
  readonly batchSize: number;
  readonly shuffle: boolean;
  /** Items of an epoch that are given. */
  readonly given: number;
  readonly device: Device | undefined;
}

const names: KeysOf<DataLoaderOptions> = {
  batchSize: true,
  shuffle: true,
  seed: true,
  dropLast: true,
  from: true,
  device: true,
};

/**
 * Checks the options of a loader of `length` items.
 *
 * @throws WickError INVALID_ARGUMENT with `param`, the option's name
 */
export function planOf(length: number, options: DataLoaderOptions): LoaderPlan {
  checkKeys("load batches", options, names);
  const batchSize = integer("batchSize", options.batchSize, 1);
  const shuffle = flag("shuffle", options.shuffle);
  const given = length - (flag("dropLast", options.dropLast) ? length % batchSize : 0);
  if (given === 0) {
    throw invalid("batchSize", `at most ${length}, the number of items, where dropLast is true`, batchSize);
  }
  const device = options.device === undefined ? undefined : deviceNamed(options.device);
  const { seed, epoch, position } = beginning(length, options);
  const start = position < given ? { epoch, position } : { epoch: epoch + 1, position: 0 }; // only dropped ones left
  return { length, batchSize, shuffle, given, device, seed, ...start };
}

function beginning(length: number, { seed, from }: DataLoaderOptions): Omit<LoaderState, "length"> {
  if (from === undefined) {
    return { seed: seed === undefined ? drawnSeed() : integer("seed", seed), epoch: 0, position: 0 };
  }
  if (typeof from !== "object" || from === null) throw invalid("from", "what state() gave", from);
  if (from.length !== length) throw invalid("from", `of these ${length} items`, `one of ${from.length}`);
  if (seed !== undefined && seed !== from.seed) throw invalid("seed", `that of from, ${from.seed}`, seed);
  const position = integer("position", from.position);
  if (position >= length) throw invalid("position", `below ${length}, the number of items`, position);
  return { seed: integer("seed", from.seed), epoch: integer("epoch", from.epoch), position };
}

function drawnSeed(): number {
  return defaultGenerator().integers(1, 0, 2 ** 31 - 1)[0];
}

function integer(param: string, value: unknown, from = 0): number {
  if (Number.isSafeInteger(value) && Number(value) >= from) return Number(value);
  throw invalid(param, `an integer from ${from} to 2^53 - 1`, value);
}

function flag(param: string, value: unknown = false): boolean {
  if (typeof value === "boolean") return value;
  throw invalid(param, "true or false", value);
}

function invalid(param: string, requirement: string, value: unknown): WickError {
  const got = typeof value === "object" && value !== null ? "an object" : String(value);
  const message = `Cannot load batches by this ${param}: it must be ${requirement}, got ${got}`;
  return new WickError("INVALID_ARGUMENT", message, { param });
}
