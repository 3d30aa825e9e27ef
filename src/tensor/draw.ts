/**
 * The numbers of random draws: taken from a Generator, held in a cell while recording, and taken again by a
 * checkpoint, whose second run must draw what its first drew.
 *
 * @module
 */
import type { Cell, Device } from "../device/device.ts";
import { WickError } from "../error.ts";
import type { Generator } from "./generator.ts";
import { recording } from "./program.ts";

/** What random rows are a function of, besides an element's place. */
export interface Draw {
  /** Philox's key. */
  readonly key: readonly [number, number];
  /** The call's number: a cell where replays draw anew. */
  readonly n: number | Cell;
}

/** Where the draws of the checkpoint under way are noted. */
let noted: Draw[] | undefined;
/** The draws that a checkpoint's second run takes again. */
let again: Iterator<Draw> | undefined;

/** The next draw of a generator. */
export function nextDraw(generator: Generator, device: Device): Draw {
  const draw = again ? taken(again) : { key: generator.key, n: callNumber(generator, device) };
  noted?.push(draw);
  return draw;
}

function callNumber(generator: Generator, device: Device): number | Cell {
  const trace = recording();
  if (!trace) return generator.take();
  const cell = device.cell(0);
  trace.keep(() => cell.dispose());
  trace.beforeReplay(() => cell.set(generator.take()));
  return cell;
}

function taken(draws: Iterator<Draw>): Draw {
  const { value, done } = draws.next();
  if (!done) return value;
  throw new WickError(
    "INVALID_STATE",
    "Cannot run a checkpoint again: it draws more random numbers than it did at first",
  );
}

/** Runs `fn` and notes its draws. */
export function noteDraws<T>(fn: () => T): { result: T; draws: readonly Draw[] } {
  const outer = noted;
  const draws: Draw[] = noted = [];
  try {
    return { result: fn(), draws };
  } finally {
    noted = outer;
    outer?.push(...draws);
  }
}

/** Runs `fn` with the draws that an earlier run noted. */
export function drawAgain<T>(draws: readonly Draw[], fn: () => T): T {
  const outer = again;
  again = draws[Symbol.iterator]();
  try {
    return fn();
  } finally {
    again = outer;
  }
}
