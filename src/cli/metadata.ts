/**
 * Metadata values as JSON, long arrays elided.
 *
 * @module
 */
import { type MetadataValue, StringArray } from "../formats/metadata.ts";

/** A value of JSON, with a long array as its length and first items. */
export type Elided = number | string | boolean | Elided[] | { length: number; first: Elided[] };

/** Items of an array that are shown in full, and the first ones of a longer array. */
const LONG = 16, FIRST = 8;

/** What JSON holds of a value: a 64-bit integer that no number can hold becomes its digits. */
export function elide(value: MetadataValue): Elided {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object") return value;
  if (value.length <= LONG) return items(value, value.length);
  return { length: value.length, first: items(value, FIRST) };
}

function items(array: Extract<MetadataValue, object>, count: number): Elided[] {
  const at = (i: number): MetadataValue => array instanceof StringArray ? array.at(i) : array[i];
  return Array.from({ length: count }, (_, i) => elide(at(i)));
}
