/**
 * Equality, order and membership as Python has them.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import { iterate } from "./iterate.ts";
import { compareTexts, find } from "./text.ts";
import { Dict, Range, stringOf, Tuple, typeName, Undefined, type Value, View } from "./values.ts";

/** `a == b`. */
export function equals(a: Value, b: Value, budget: Budget): boolean {
  budget.step();
  const [x, y] = [stringOf(a), stringOf(b)];
  if (x !== undefined && y !== undefined && x.length === y.length) budget.through(x.length);
  if (x !== undefined || y !== undefined) return x === y;
  if (isNumber(a) && isNumber(b)) {
    return (typeof a === "boolean" ? BigInt(a) : a) == (typeof b === "boolean" ? BigInt(b) : b);
  }
  if (a instanceof Undefined) return b instanceof Undefined;
  if (Array.isArray(a)) return Array.isArray(b) && equalItems(a, b, budget);
  if (a instanceof Tuple) return b instanceof Tuple && equalItems(a.items, b.items, budget);
  if (a instanceof Dict) return b instanceof Dict && equalDicts(a, b, budget);
  if (a instanceof Range && b instanceof Range) {
    return a.length === b.length &&
      (a.length === 0 || a.start === b.start && (a.length === 1 || a.step === b.step));
  }
  return a === b;
}

function isNumber(value: Value): value is bigint | number | boolean {
  return typeof value === "bigint" || typeof value === "number" || typeof value === "boolean";
}

/** `a is b or a == b`, by which Python's containers compare their items. */
export function same(a: Value, b: Value, budget: Budget): boolean {
  return typeof a === "object" && a === b || equals(a, b, budget);
}

function equalItems(a: readonly Value[], b: readonly Value[], budget: Budget): boolean {
  if (a.length !== b.length) return false;
  budget.enter();
  const equal = a.every((item, i) => same(item, b[i], budget));
  budget.leave();
  return equal;
}

function equalDicts(a: Dict, b: Dict, budget: Budget): boolean {
  if (a.entries.size !== b.entries.size) return false;
  budget.enter();
  const equal = [...a.entries].every(([hash, { value }]) => {
    const other = b.entries.get(hash);
    return other !== undefined && same(value, other.value, budget);
  });
  budget.leave();
  return equal;
}

/** -1, 0 or 1 where a is below, equal to or above b; NaN where neither. */
export function compare(a: Value, b: Value, budget: Budget): number {
  budget.step();
  const [x, y] = [stringOf(a), stringOf(b)];
  if (x !== undefined && y !== undefined) {
    budget.through(Math.min(x.length, y.length));
    return compareTexts(x, y);
  }
  if (isNumber(a) && isNumber(b)) return a < b ? -1 : a > b ? 1 : a == b ? 0 : NaN;
  for (const value of [a, b]) if (value instanceof Undefined) value.refuse();
  if (Array.isArray(a) && Array.isArray(b)) return compareItems(a, b, budget);
  if (a instanceof Tuple && b instanceof Tuple) return compareItems(a.items, b.items, budget);
  fail(`no order between '${typeName(a)}' and '${typeName(b)}'`);
}

function compareItems(a: readonly Value[], b: readonly Value[], budget: Budget): number {
  budget.enter();
  const at = a.findIndex((item, i) => i >= b.length || !same(item, b[i], budget));
  const order = at < 0 ? (a.length < b.length ? -1 : 0) : at >= b.length ? 1 : compare(a[at], b[at], budget);
  budget.leave();
  return order;
}

/** `item in container`. */
export function contains(container: Value, item: Value, budget: Budget): boolean {
  const text = stringOf(container);
  if (text !== undefined) {
    const part = stringOf(item);
    if (part === undefined) fail(`'in <string>' requires string as left operand, not ${typeName(item)}`);
    budget.through(text.length + part.length);
    return find(text, part) >= 0;
  }
  if (container instanceof Dict) return container.get(item) !== undefined;
  if (container instanceof View && container.part === "keys") return container.dict.get(item) !== undefined;
  if (container instanceof Undefined) return false;
  const items = iterate(container);
  for (let next = items.next(); !next.done; next = items.next()) {
    if (same(item, next.value, budget)) return true;
  }
  return false;
}
