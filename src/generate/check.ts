/**
 * Checks of single values, with the one form of message that all options share.
 *
 * @module
 */
import { WickError } from "../error.ts";

/** What a number may be; `above` excludes `from` itself. */
export interface Range {
  from: number;
  to: number;
  integer?: boolean;
  above?: boolean;
}

/** The error for an option that is not as it must be. */
export function invalid(param: string, requirement: string, value: unknown): WickError {
  const message = `Cannot generate with this ${param}: it must be ${requirement}, got ${show(value)}`;
  return new WickError("INVALID_ARGUMENT", message, { param });
}

/** A value as an error message shows it, cut short. */
function show(value: unknown): string {
  if (typeof value === "number" || value === null || value === undefined) return String(value);
  if (typeof value === "string") {
    return JSON.stringify(value.length > 40 ? value.slice(0, 40) + "..." : value);
  }
  return Array.isArray(value) ? `an array of ${value.length}` : `a value of type ${typeof value}`;
}

/** The value, where it is a number in its range; the requirement is told as `subject` and the range. */
export function checkedNumber(param: string, value: unknown, range: Range, subject = ""): number {
  const inside = typeof value === "number" && value >= range.from && value <= range.to &&
    !(range.above && value === range.from) && !(range.integer && !Number.isInteger(value));
  if (inside) return value;
  const kind = range.integer ? "an integer" : "a number";
  throw invalid(param, `${subject}${kind} in ${range.above ? "(" : "["}${range.from}, ${range.to}]`, value);
}
