/**
 * Attributes of items, by which filters sort, group and select.
 *
 * @module
 */
import { truth } from "./operators.ts";
import type { Run } from "./run.ts";
import { stringOf, Undefined, type Value } from "./values.ts";

/** Gives something of an item. */
export type Getter = (item: Value) => Value;

/** Looks up `a.b.0` in items; what is not there becomes `otherwise`, where one is given. */
export function attributeGetter(run: Run, attribute: Value, otherwise: Value = null): Getter {
  const text = stringOf(attribute);
  const parts: Value[] = attribute === null
    ? []
    : text === undefined
    ? [attribute]
    : text.split(".").map((part) => /^\d+$/.test(part) ? BigInt(part) : part);
  return (item) => {
    let value = item;
    for (const part of parts) {
      run.budget.step();
      value = run.library.getItem(run, value, part);
      if (otherwise !== null && value instanceof Undefined) value = otherwise;
    }
    return value;
  };
}

/** A getter whose texts are in lower case, unless case counts. */
export function keyGetter(run: Run, attribute: Value, caseSensitive: Value, otherwise: Value = null): Getter {
  const get = attributeGetter(run, attribute, otherwise);
  return truth(caseSensitive) ? get : (item) => folded(get(item));
}

export function folded(value: Value): Value {
  return stringOf(value)?.toLowerCase() ?? value;
}

/** Sorts by several attributes: "a,b.c". */
export function multiKey(run: Run, attribute: Value, caseSensitive: Value): Getter {
  const text = stringOf(attribute);
  const parts = text === undefined ? [attribute] : text.split(",");
  const getters = parts.map((part) => keyGetter(run, part, caseSensitive));
  return (item) => getters.map((get) => get(item));
}
