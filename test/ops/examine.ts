/**
 * What can be found of an op by calling it: dtypes, rows, gradients.
 *
 * @module
 */
import { kernels } from "../../src/device/kernels/mod.ts";
import type { Dtype, PlainDtype } from "../../src/tensor/dtype.ts";
import type { Call } from "./entries.ts";
import { bendsAt, madeDtypes, outcome, rowsIn, slopesAt, startOf } from "./trace.ts";

/** All plain dtypes. */
export const DTYPES = [
  "f32",
  "f64",
  "f16",
  "bf16",
  "f8e4m3",
  "i64",
  "i32",
  "u32",
  "i16",
  "u8",
  "bool",
] as const;

/** What was found of an op. */
export interface Found {
  /** The rows of each call, by the dtype of its values. */
  readonly rows: ReadonlyMap<PlainDtype, readonly (readonly string[])[]>;
  /** Whether a call takes values, of any dtype. */
  readonly hasValues: boolean;
  /** The dtypes of the results of a call without values. */
  readonly made: readonly Dtype[];
  /** Rows that compute its gradient in f32, beside ops. */
  readonly back: readonly string[];
  /** All rows that ran on the way back in f32. */
  readonly allBack: readonly string[];
  /** Whether it has a gradient, and whether that has one. */
  readonly orders: 0 | 1 | 2;
  /** Why there is no gradient of some inputs, or of any. */
  readonly reasons: readonly string[];
}

/** Calls an op in every dtype, and forth and back in f32. */
export async function examine(calls: readonly Call[]): Promise<Found> {
  const rows = new Map<PlainDtype, string[][]>();
  for (const dtype of DTYPES) {
    for (const call of calls) {
      if (dtype !== "f32" && startOf(call).every((v) => v === null)) continue;
      const ran = await rowsIn(call, dtype);
      if (ran) rows.set(dtype, [...rows.get(dtype) ?? [], ran]);
    }
  }
  const hasValues = calls.some((c) => startOf(c).some((v) => v));
  const made = hasValues || calls.length === 0 ? [] : await madeDtypes(calls[0]);
  return { rows, hasValues, made, ...await gradientsOf(calls) };
}

async function gradientsOf(calls: readonly Call[]): Promise<Omit<Found, "rows" | "hasValues" | "made">> {
  const reasons = new Set<string>();
  const [own, all] = [new Set<string>(), new Set<string>()];
  let [orders, twice]: [0 | 1 | 2, boolean] = [0, true];
  for (const call of calls) {
    const values = startOf(call);
    const leaves: number[] = [];
    for (const [input, v] of values.entries()) {
      const what = v ? await outcome(call, input) : "none";
      if (what === "gradient") leaves.push(input);
      else if (what === "whole") reasons.add("whole numbers or truth");
      else if (what === "nothing") reasons.add("its result depends on no input");
      else if (typeof what === "object") reasons.add(reasonOf(what.refused));
    }
    if (leaves.length === 0) continue;
    orders = 1;
    const { forth, back } = await slopesAt(call, values, leaves);
    for (const row of back) all.add(row);
    for (const row of forth.flatMap(namedBy)) if (back.includes(row)) own.add(row);
    const { refused } = await bendsAt(call, values, leaves);
    if (refused) twice = false;
  }
  if (orders === 1 && twice) orders = 2;
  return { back: [...own], allBack: [...all], orders, reasons: [...reasons] };
}

/** The rows that a row names for its gradient. */
function namedBy(row: string): readonly string[] {
  const { gradient } = kernels.get(row)!;
  return Array.isArray(gradient) ? gradient : [];
}

function reasonOf(message: string): string {
  return message.replace(/.*requires a gradient: /, "").replace(/; detach.*/, "");
}
