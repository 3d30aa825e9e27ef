/**
 * Filters that take lists and mappings.
 *
 * @module
 */
import { attributeGetter, folded, type Getter, keyGetter, multiKey } from "./attribute_getter.ts";
import { compare, equals } from "./compare.ts";
import { fail } from "./failure.ts";
import { iterate, listOf, reversed } from "./iterate.ts";
import { countOf } from "./numbers.ts";
import { add, floorDivide, modulo, truth } from "./operators.ts";
import { callNamed, type Native, type Run } from "./run.ts";
import { takes } from "./signature.ts";
import {
  Dict,
  hashed,
  Lazy,
  Markup,
  type Named,
  stringOf,
  Tuple,
  typeName,
  Undefined,
  type Value,
} from "./values.ts";

function sorted<T>(run: Run, items: T[], key: (item: T) => Value, backwards: Value): T[] {
  const keyed = items.map((item) => ({ item, key: key(item) }));
  const sign = truth(backwards) ? -1 : 1;
  // the order of NaN is what a sort makes of it
  keyed.sort((a, b) => sign * compare(a.key, b.key, run.budget) || 0);
  return keyed.map(({ item }) => item);
}

function* unique(run: Run, value: Value, get: Getter): Generator<Value> {
  const seen = new Set<unknown>();
  for (const item of each(value)) {
    const hash = hashed(get(item));
    if (seen.has(hash)) continue;
    run.budget.step();
    seen.add(hash);
    yield item;
  }
}

/** An iterator as something for JavaScript's loops that leaves it open when the loop is left. */
function each(value: Value): Iterable<Value> {
  const items = iterate(value);
  return { [Symbol.iterator]: () => ({ next: () => items.next() }) };
}

function extreme(run: Run, value: Value, get: Getter, wanted: number): Value {
  let best: { item: Value; key: Value } | undefined;
  for (const item of each(value)) {
    const key = get(item);
    if (best === undefined || compare(key, best.key, run.budget) === wanted) best = { item, key };
  }
  return best === undefined ? new Undefined("No aggregated item, sequence was empty.") : best.item;
}

function sum(run: Run, value: Value, get: Getter, start: Value): Value {
  if (stringOf(start) !== undefined) fail("sum() can't sum strings");
  let total = start;
  for (const item of each(value)) total = add(total, get(item), run.budget);
  return total;
}

function* batch(run: Run, value: Value, size: Value, fill: Value): Generator<Value> {
  let row: Value[] = [];
  for (const item of each(value)) {
    if (equals(BigInt(row.length), size, run.budget)) {
      yield row;
      row = [];
    }
    row.push(item);
    run.budget.step();
  }
  if (row.length === 0) return;
  const missing = fill === null ? 0 : countOf(size) - row.length;
  run.budget.items(row.length + Math.max(0, missing));
  yield missing > 0 ? [...row, ...Array<Value>(missing).fill(fill)] : row;
}

function* slices(run: Run, value: Value, parts: Value, fill: Value): Generator<Value> {
  const items = listOf(value, run.budget);
  const size = countOf(floorDivide(BigInt(items.length), parts));
  const larger = countOf(modulo(BigInt(items.length), parts, run.budget));
  let offset = 0;
  for (let i = 0; i < countOf(parts); i++) {
    const start = offset + i * size;
    if (i < larger) offset++;
    const row = items.slice(start, offset + (i + 1) * size);
    run.budget.step();
    yield fill !== null && i >= larger ? [...row, fill] : row;
  }
}

function groups(run: Run, value: Value, attribute: Value, otherwise: Value, caseSensitive: Value): Value {
  const key = keyGetter(run, attribute, caseSensitive, otherwise);
  const shown = attributeGetter(run, attribute, otherwise);
  const groups: { key: Value; items: Value[] }[] = [];
  for (const item of sorted(run, listOf(value, run.budget), key, false)) {
    const itsKey = key(item);
    const last = groups.at(-1);
    if (last && equals(last.key, itsKey, run.budget)) last.items.push(item);
    else groups.push({ key: itsKey, items: [item] });
  }
  return groups.map(({ key, items }) =>
    new Tuple([truth(caseSensitive) ? key : shown(items[0]), items], ["grouper", "list"])
  );
}

function* mapped(run: Run, value: Value, args: Value[], named: Named): Generator<Value> {
  if (!truth(value)) return;
  const change = mapping(run, args, named);
  for (const item of each(value)) {
    run.budget.step();
    yield change(item);
  }
}

function mapping(run: Run, [name, ...rest]: Value[], named: Named): Getter {
  const attribute = named.get("attribute");
  if (name === undefined && attribute !== undefined) {
    const unknown = [...named.keys()].find((key) => key !== "attribute" && key !== "default");
    if (unknown !== undefined) fail(`Unexpected keyword argument '${unknown.slice(0, 100)}'`);
    return attributeGetter(run, attribute, named.get("default") ?? null);
  }
  if (name === undefined) fail("map requires a filter argument");
  const filter = stringOf(name) ?? fail("a filter's name must be a str");
  return (item) => callNamed(run, "filters", filter, [item, ...rest], named);
}

/** What `select`, `reject`, `selectattr` and `rejectattr` keep. */
function* kept(
  run: Run,
  value: Value,
  args: Value[],
  named: Named,
  wanted: boolean,
  byAttribute: boolean,
): Generator<Value> {
  if (!truth(value)) return;
  if (byAttribute && args.length === 0) fail("Missing parameter for attribute name");
  const get = byAttribute ? attributeGetter(run, args[0]) : (item: Value) => item;
  const [name, ...rest] = byAttribute ? args.slice(1) : args;
  const test = name === undefined ? undefined : stringOf(name) ?? fail("a test's name must be a str");
  for (const item of each(value)) {
    run.budget.step();
    const subject = get(item);
    const holds = test === undefined ? subject : callNamed(run, "tests", test, [subject, ...rest], named);
    if (truth(holds) === wanted) yield item;
  }
}

const lazily = (items: Iterator<Value>): Lazy => new Lazy("generator", items);

const keeps = (wanted: boolean, byAttribute: boolean): Native => (run, [value, ...args], named) =>
  lazily(kept(run, value, args, named, wanted, byAttribute));

function* itemsOfMapping(value: Value): Generator<Value> {
  if (value instanceof Undefined) return;
  if (!(value instanceof Dict)) fail("Can only get item pairs from a mapping.");
  for (const entry of value.entries.values()) yield new Tuple([entry.key, entry.value]);
}

function sortedPairs(run: Run, value: Value, caseSensitive: Value, by: Value, backwards: Value): Value {
  const at = ["key", "value"].indexOf(stringOf(by) ?? "");
  if (at < 0) fail('You can only sort by either "key" or "value"');
  if (value instanceof Undefined) value.refuse();
  if (!(value instanceof Dict)) fail(`'${typeName(value)}' object has no attribute 'items'`);
  const pairs = [...value.entries.values()].map((entry) => new Tuple([entry.key, entry.value]));
  return sorted(run, pairs, ({ items }) => truth(caseSensitive) ? items[at] : folded(items[at]), backwards);
}

function backwards(run: Run, value: Value): Value {
  const text = stringOf(value);
  if (text !== undefined) {
    const turned = [...text].reverse().join("");
    return value instanceof Markup ? new Markup(turned) : turned;
  }
  return value instanceof Lazy ? listOf(value, run.budget).reverse() : reversed(value, run.budget);
}

/** The filters by name. */
export const LIST_FILTERS: Readonly<Record<string, Native>> = {
  list: takes("value", (run, value) => listOf(value, run.budget)),
  first: takes("seq", (_, seq) => {
    const { done, value } = iterate(seq).next();
    return done ? new Undefined("No first item, sequence was empty.") : value;
  }),
  last: takes("seq", (run, seq) => {
    const { done, value } = reversed(seq, run.budget).iterator.next();
    return done ? new Undefined("No last item, sequence was empty.") : value;
  }),
  reverse: takes("value", backwards),
  sort: takes(
    "value reverse? case_sensitive? attribute?",
    (run, value, reverse = false, caseSensitive = false, attribute = null) =>
      sorted(run, listOf(value, run.budget), multiKey(run, attribute, caseSensitive), reverse),
  ),
  dictsort: takes(
    "value case_sensitive? by? reverse?",
    (run, value, caseSensitive = false, by = "key", reverse = false) =>
      sortedPairs(run, value, caseSensitive, by, reverse),
  ),
  unique: takes(
    "value case_sensitive? attribute?",
    (run, value, caseSensitive = false, attribute = null) =>
      lazily(unique(run, value, keyGetter(run, attribute, caseSensitive))),
  ),
  min: takes(
    "value case_sensitive? attribute?",
    (run, value, caseSensitive = false, attribute = null) =>
      extreme(run, value, keyGetter(run, attribute, caseSensitive), -1),
  ),
  max: takes(
    "value case_sensitive? attribute?",
    (run, value, caseSensitive = false, attribute = null) =>
      extreme(run, value, keyGetter(run, attribute, caseSensitive), 1),
  ),
  sum: takes(
    "iterable attribute? start?",
    (run, value, attribute = null, start = 0n) => sum(run, value, attributeGetter(run, attribute), start),
  ),
  batch: takes(
    "value linecount fill_with?",
    (run, value, size, fill = null) => lazily(batch(run, value, size, fill)),
  ),
  slice: takes(
    "value slices fill_with?",
    (run, value, parts, fill = null) => lazily(slices(run, value, parts, fill)),
  ),
  groupby: takes(
    "value attribute default? case_sensitive?",
    (run, value, attribute, otherwise = null, caseSensitive = false) =>
      groups(run, value, attribute, otherwise, caseSensitive),
  ),
  map: (run, [value, ...args], named) => lazily(mapped(run, value, args, named)),
  select: keeps(true, false),
  reject: keeps(false, false),
  selectattr: keeps(true, true),
  rejectattr: keeps(false, true),
  items: takes("value", (_, value) => lazily(itemsOfMapping(value))),
};
