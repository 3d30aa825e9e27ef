/**
 * Readers of JSON fields: each checks one value and gives it in the type asked for, or throws INVALID_ARGUMENT
 * with the field's name. A field that is absent or null counts as unset.
 *
 * @module
 */
import { WickError } from "../error.ts";

/** A JSON object. */
export type Json = Readonly<Record<string, unknown>>;

/** Checks a value; `param` is its path in the body, as "messages[0].role". */
export type Reader<T> = (value: unknown, param: string) => T;

/** Throws the error of a field with a value that it can't have. */
export function refuse(param: string, requirement: string, value: unknown): never {
  throw new WickError("INVALID_ARGUMENT", `Cannot use '${param}': ${requirement}, got ${show(value)}`, {
    param,
  });
}

/** Reads `body[name]`; undefined where it is unset. */
export function optional<T>(body: Json, name: string, read: Reader<T>): T | undefined {
  const value = body[name];
  return value === undefined || value === null ? undefined : read(value, name);
}

/** Reads `body[name]`, which must be set. */
export function required<T>(body: Json, name: string, read: Reader<T>): T {
  return optional(body, name, read) ?? refuse(name, "it is required", body[name]);
}

/** A number in [low, high], or in (low, high] where `open` is set. */
export function number(low: number, high: number, open: "open" | "closed" = "closed"): Reader<number> {
  return (value, param) => {
    const inside = typeof value === "number" && value <= high &&
      (open === "open" ? value > low : value >= low);
    return inside
      ? value
      : refuse(param, `it must be a number in ${open === "open" ? "(" : "["}${low}, ${high}]`, value);
  };
}

/** A whole number in [low, high]. */
export function integer(low: number, high: number): Reader<number> {
  return (value, param) => {
    const inside = Number.isSafeInteger(value) && (value as number) >= low && (value as number) <= high;
    return inside ? value as number : refuse(param, `it must be a whole number in [${low}, ${high}]`, value);
  };
}

/** true or false. */
export const boolean: Reader<boolean> = (value, param) =>
  typeof value === "boolean" ? value : refuse(param, "it must be true or false", value);

/** A text. */
export const string: Reader<string> = (value, param) =>
  typeof value === "string" ? value : refuse(param, "it must be a string", value);

/** An object. */
export const object: Reader<Json> = (value, param) =>
  typeof value === "object" && value !== null && !Array.isArray(value)
    ? value as Json
    : refuse(param, "it must be an object", value);

/** A list of at least one and at most `most` items. */
export function list<T>(item: Reader<T>, most = Infinity): Reader<T[]> {
  return (value, param) => {
    const fits = Array.isArray(value) && value.length > 0 && value.length <= most;
    if (!fits) {
      refuse(
        param,
        `it must be a list of ${most === Infinity ? "at least 1 item" : `1 to ${most} items`}`,
        value,
      );
    }
    return (value as unknown[]).map((v, i) => item(v, `${param}[${i}]`));
  };
}

/** A value as a message shows it: its JSON, cut short. */
export function show(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value); // JSON has no word for what 1e999 becomes
  if (Array.isArray(value) && value.length > 8) return `a list of ${value.length} items`;
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
