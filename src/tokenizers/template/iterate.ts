/**
 * What can be looped over, counted, and gone through backwards.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import { lengthOf } from "./text.ts";
import { Dict, Lazy, Range, stringOf, Tuple, typeName, Undefined, type Value, View } from "./values.ts";

/** The items of a value, one by one. */
export function iterate(value: Value): Iterator<Value> {
  const items = itemsOf(value);
  if (items === undefined) fail(`'${typeName(value)}' object is not iterable`);
  return items;
}

/** {@linkcode iterate}, or undefined where the value can't be looped over. */
export function itemsOf(value: Value): Iterator<Value> | undefined {
  if (Array.isArray(value)) return value.values();
  const text = stringOf(value);
  if (text !== undefined) return text[Symbol.iterator]();
  if (value instanceof Tuple) return value.items.values();
  if (value instanceof Dict) return keysOf(value);
  if (value instanceof Lazy) return value.iterator;
  if (value instanceof View) return value.values();
  if (value instanceof Range) return numbersOf(value);
  if (value instanceof Undefined) return [][Symbol.iterator]();
}

function* keysOf(dict: Dict): Generator<Value> {
  for (const { key } of dict.entries.values()) yield key;
}

function* numbersOf(range: Range): Generator<Value> {
  for (let i = 0; i < range.length; i++) yield range.at(i);
}

/** All items, as a new list. */
export function listOf(value: Value, budget: Budget): Value[] {
  if (Array.isArray(value)) {
    budget.items(value.length);
    return [...value];
  }
  const items = iterate(value);
  const list: Value[] = [];
  for (let next = items.next(); !next.done; next = items.next()) {
    list.push(next.value);
    budget.many(list.length);
    budget.spend(1 / 4);
  }
  return list;
}

/** `len(value)`, or undefined where it has none. */
export function sizeOf(value: Value): number | undefined {
  if (Array.isArray(value)) return value.length;
  const text = stringOf(value);
  if (text !== undefined) return lengthOf(text);
  if (value instanceof Tuple) return value.items.length;
  if (value instanceof Dict) return value.entries.size;
  if (value instanceof View) return value.dict.entries.size;
  if (value instanceof Range) return value.length;
  if (value instanceof Undefined) return 0;
}

/** `reversed(value)`: an iterator. */
export function reversed(value: Value, budget: Budget): Lazy {
  const turns = Array.isArray(value) || stringOf(value) !== undefined || value instanceof Tuple ||
    value instanceof Dict || value instanceof View || value instanceof Range || value instanceof Undefined;
  if (!turns) fail(`'${typeName(value)}' object is not reversible`);
  return new Lazy("reversed", listOf(value, budget).reverse().values());
}
