/**
 * What a program hands to a template, as its values.
 *
 * @module
 */
import { fail } from "./failure.ts";
import { Dict, type Value } from "./values.ts";

/** How deep what a template is given may nest. */
const DEEPEST = 256;

/**
 * A JavaScript value as a template's: whole numbers become ints. What is neither plain data nor a map stays a
 * text that names its kind, so that no template reaches into a program's objects.
 */
export function fromHost(value: unknown, depth = 0): Value {
  if (depth > DEEPEST) fail(`what a template is given may nest at most ${DEEPEST} levels deep`);
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
      return value;
    case "number":
      return Number.isSafeInteger(value) && !Object.is(value, -0) ? BigInt(value) : value;
    case "undefined":
      return null;
    case "object":
      return value === null ? null : container(value, depth + 1);
    default:
      return `<${typeof value}>`;
  }
}

function container(value: object, depth: number): Value {
  if (Array.isArray(value)) return value.map((item) => fromHost(item, depth));
  if (value instanceof Map) {
    return Dict.of([...value].map(([key, item]) => [fromHost(key, depth), fromHost(item, depth)]));
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && Object.getPrototypeOf(prototype) !== null) {
    return `<${prototype.constructor?.name ?? "object"}>`;
  }
  const entries = Object.entries(value).filter(([, item]) => item !== undefined);
  return Dict.of(entries.map(([key, item]) => [key, fromHost(item, depth)]));
}
