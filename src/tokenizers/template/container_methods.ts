/**
 * The methods of dicts, lists, tuples and ranges that change nothing; the sandbox forbids the others.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import { iterate, listOf } from "./iterate.ts";
import { same } from "./compare.ts";
import type { Native } from "./run.ts";
import { takes } from "./signature.ts";
import { countOf } from "./numbers.ts";
import { Dict, orElse, Undefined, type Value, View } from "./values.ts";

const dictOf = (self: Value): Dict => self as Dict;

/** Methods of dicts. */
export const DICT_METHODS: Readonly<Record<string, Native>> = {
  get: takes(
    "self/ key/ default/?",
    (_, self, key, otherwise = null) => orElse(dictOf(self).get(key), () => otherwise),
  ),
  keys: takes("self/", (_, self) => new View(dictOf(self), "keys")),
  values: takes("self/", (_, self) => new View(dictOf(self), "values")),
  items: takes("self/", (_, self) => new View(dictOf(self), "items")),
  copy: takes("self/", (run, self) => {
    run.budget.items(dictOf(self).entries.size);
    return Dict.of([...dictOf(self).entries.values()].map(({ key, value }) => [key, value]));
  }),
  fromkeys: takes(
    "self/ keys/ value/?",
    (run, _self, keys, value = null) => Dict.of(listOf(keys, run.budget).map((key) => [key, value])),
  ),
};

/** Methods of lists, tuples and ranges. */
export const SEQUENCE_METHODS: Readonly<Record<string, Native>> = {
  count: takes("self/ value/", (run, self, value) => {
    const items = listOf(self, run.budget);
    return BigInt(items.filter((item) => same(item, value, run.budget)).length);
  }),
  index: takes("self/ value/ start/? stop/?", (run, self, value, start = 0n, stop = 2n ** 40n) => {
    const items = listOf(self, run.budget);
    const [from, to] = [start, stop].map((bound) => countOf(bound)).map((at) =>
      at < 0 ? Math.max(0, at + items.length) : at
    );
    const at = items.slice(0, to).findIndex((item, i) => i >= from && (same(item, value, run.budget)));
    return at < 0 ? fail("the value is not in the list") : BigInt(at);
  }),
  copy: takes(
    "self/",
    (run, self) => Array.isArray(self) ? listOf(self, run.budget) : fail("only lists have copy()"),
  ),
};

/** Methods that would change their object, by its type. */
export const FORBIDDEN: Readonly<Record<"list" | "dict", readonly string[]>> = {
  list: ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"],
  dict: ["clear", "pop", "popitem", "setdefault", "update"],
};

/** `dict(pairs, **named)` and its like: the entries of a mapping or of an iterable of pairs. */
export function pairsOf(value: Value, budget: Budget): [Value, Value][] {
  if (value instanceof Dict) {
    budget.items(value.entries.size);
    return [...value.entries.values()].map(({ key, value }) => [key, value]);
  }
  if (value instanceof Undefined) value.refuse();
  const pairs: [Value, Value][] = [];
  const items = iterate(value);
  for (let next = items.next(); !next.done; next = items.next()) {
    budget.step();
    const inner = iterate(next.value);
    const [key, second, third] = [inner.next(), inner.next(), inner.next()];
    if (key.done || second.done || !third.done) {
      fail("dictionary update sequence elements must have length 2");
    }
    pairs.push([key.value, second.value]);
  }
  return pairs;
}
