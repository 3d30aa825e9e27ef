/**
 * `object.name`, `object[key]` and `object[start:stop:step]`. A template reaches what stands in these tables and
 * nothing else: no property of a JavaScript object, and no attribute that jinja2's immutable sandbox withholds.
 *
 * @module
 */
import { fail } from "./failure.ts";
import { countOf } from "./numbers.ts";
import { DICT_METHODS, FORBIDDEN, SEQUENCE_METHODS } from "./container_methods.ts";
import type { Native, Run } from "./run.ts";
import { TEXT_METHODS } from "./text_methods.ts";
import { isPlain, lengthOf } from "./text.ts";
import {
  Callable,
  Dict,
  Markup,
  Namespace,
  orElse,
  Range,
  stringOf,
  Thing,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from "./values.ts";

/** `object.name`: an attribute, else an item. */
export function getAttribute(run: Run, object: Value, name: string): Value {
  if (object instanceof Undefined) object.refuse();
  return orElse(
    attributeOf(run, object, name),
    () => orElse(itemOf(run, object, name), () => missing(object, name)),
  );
}

/** `object[key]`: an item, else an attribute. */
export function getItem(run: Run, object: Value, key: Value): Value {
  if (object instanceof Undefined) object.refuse();
  const item = itemOf(run, object, key);
  if (item !== undefined) return item;
  const name = stringOf(key);
  const attribute = name === undefined ? undefined : attributeOf(run, object, name);
  return orElse(attribute, () => missing(object, name ?? typeName(key)));
}

/** The attribute of an object alone, as the filter `attr` looks for it. */
export function attributeOf(run: Run, object: Value, name: string): Value | undefined {
  if (/^__\w+__$/.test(name)) return new Undefined(`access to attribute '${name}' is unsafe`);
  const table = methodsOf(object);
  if (table && Object.hasOwn(table, name)) return bound(run, object, name, table[name]);
  const forbidden = Array.isArray(object)
    ? FORBIDDEN.list
    : object instanceof Dict
    ? FORBIDDEN.dict
    : undefined;
  if (forbidden?.includes(name)) return new Undefined(`access to attribute '${name}' is unsafe`);
  if (typeof object === "bigint" || typeof object === "number" || typeof object === "boolean") {
    return numberAttribute(object, name);
  }
  return object instanceof Thing ? object.attribute(name) : undefined;
}

function methodsOf(object: Value): Readonly<Record<string, Native>> | undefined {
  if (stringOf(object) !== undefined) return TEXT_METHODS;
  if (object instanceof Dict) return DICT_METHODS;
  if (Array.isArray(object) || object instanceof Tuple || object instanceof Range) return SEQUENCE_METHODS;
}

function bound(run: Run, object: Value, name: string, method: Native): Callable {
  return new Callable(name, (args, named) => {
    const self = stringOf(object);
    if (self !== undefined) run.budget.text(self.length);
    const value = method(run, [object, ...args], named);
    const text = stringOf(value);
    if (text !== undefined) run.budget.text(text.length);
    return value;
  });
}

function numberAttribute(value: bigint | number | boolean, name: string): Value | undefined {
  if (name === "real") return typeof value === "boolean" ? BigInt(value) : value;
  if (name === "imag") return typeof value === "number" ? 0 : 0n;
  if (typeof value === "number") {
    return name === "is_integer" ? new Callable(name, () => Number.isInteger(value)) : undefined;
  }
  if (name === "numerator") return BigInt(value);
  if (name === "denominator") return 1n;
  if (name !== "bit_length") return undefined;
  const size = BigInt(value) < 0n ? -BigInt(value) : BigInt(value);
  return new Callable(name, () => size === 0n ? 0n : BigInt(size.toString(2).length));
}

function itemOf(run: Run, object: Value, key: Value): Value | undefined {
  if (object instanceof Dict) return typeof key === "object" && !isKey(key) ? undefined : object.get(key);
  if (typeof key !== "bigint" && typeof key !== "boolean") return undefined;
  const text = stringOf(object);
  if (text !== undefined) {
    run.budget.through(text.length);
    const at = position(key, lengthOf(text));
    const unit = at === undefined ? undefined : isPlain(text) ? text[at] : [...text][at];
    return object instanceof Markup && unit !== undefined ? new Markup(unit) : unit;
  }
  const items = Array.isArray(object) ? object : object instanceof Tuple ? object.items : undefined;
  if (items) {
    const at = position(key, items.length);
    return at === undefined ? undefined : items[at];
  }
  if (!(object instanceof Range)) return undefined;
  const at = position(key, object.length);
  return at === undefined ? undefined : object.at(at);
}

/** Whether a value may be a key; one that may not is never found. */
function isKey(key: Value): boolean {
  return !Array.isArray(key) && !(key instanceof Dict) && !(key instanceof Tuple && !key.items.every(isKey));
}

function position(key: bigint | boolean, length: number): number | undefined {
  const index = countOf(key);
  const at = index < 0 ? index + length : index;
  return at >= 0 && at < length ? at : undefined;
}

function missing(object: Value, name: string): Undefined {
  return new Undefined(`'${typeName(object)} object' has no attribute '${name.slice(0, 100)}'`);
}

/** `object[start:stop:step]`. */
export function slice(run: Run, object: Value, [start, stop, step]: readonly Value[]): Value {
  if (object instanceof Undefined) object.refuse();
  const text = stringOf(object);
  const points = text === undefined || isPlain(text) ? undefined : [...text];
  const length = points?.length ?? text?.length ??
    (Array.isArray(object)
      ? object.length
      : object instanceof Tuple
      ? object.items.length
      : object instanceof Range
      ? object.length
      : fail(`'${typeName(object)}' object can't be sliced`));
  const indices = sliceIndices(start, stop, step, length);
  if (object instanceof Range) {
    const [from, to] = [indices.from, indices.to].map((at) => object.start + BigInt(at) * object.step);
    return new Range(from, to, object.step * BigInt(indices.by));
  }
  const pick = <T>(items: ArrayLike<T>): T[] =>
    Array.from({ length: indices.count }, (_, i) => items[indices.from + i * indices.by]);
  if (text !== undefined) {
    run.budget.text(text.length);
    const plain = points === undefined && indices.by === 1;
    const part = plain
      ? text.slice(indices.from, indices.from + indices.count)
      : pick<string>(points ?? text).join("");
    return object instanceof Markup ? new Markup(part) : part;
  }
  run.budget.items(indices.count);
  return Array.isArray(object) ? pick<Value>(object) : new Tuple(pick<Value>((object as Tuple).items));
}

function sliceIndices(
  start: Value,
  stop: Value,
  step: Value,
  length: number,
): { from: number; to: number; by: number; count: number } {
  const by = step === null ? 1 : countOf(step, "a slice's step");
  if (by === 0) fail("slice step cannot be zero");
  const [low, high] = by > 0 ? [0, length] : [-1, length - 1];
  const clamp = (value: Value, absent: number): number => {
    if (value === null) return absent;
    const index = countOf(value, "a slice's index");
    return Math.min(high, Math.max(low, index < 0 ? index + length : index));
  };
  const from = clamp(start, by > 0 ? low : high);
  const to = clamp(stop, by > 0 ? high : low);
  return { from, to, by, count: Math.max(0, Math.ceil((to - from) / by)) };
}

/** `namespace.name = value`. */
export function setAttribute(object: Value, name: string, value: Value): void {
  if (!(object instanceof Namespace)) fail("cannot assign attribute on non-namespace object");
  object.set(name, value);
}
