/**
 * The tests behind `is`, by name.
 *
 * @module
 */
import { isLower, isUpper } from "./cases.ts";
import { itemsOf, sizeOf } from "./iterate.ts";
import { compare, contains, equals } from "./compare.ts";
import { modulo } from "./operators.ts";
import { textOf } from "./represent.ts";
import type { Native } from "./run.ts";
import { takes } from "./signature.ts";
import { Callable, Dict, Lazy, Markup, stringOf, Undefined, type Value, View } from "./values.ts";

/** A test that asks for the value alone. */
const is = (holds: (value: Value) => boolean): Native => takes("value", (_, value) => holds(value));

const ordered = (holds: (order: number) => boolean): Native =>
  takes("a/ b/", (run, a, b) => holds(compare(a, b, run.budget)));

const equal: Native = takes("a/ b/", (run, a, b) => equals(a, b, run.budget));
const unequal: Native = takes("a/ b/", (run, a, b) => !equals(a, b, run.budget));
const [less, most, more, least] = [
  ordered((order) => order < 0),
  ordered((order) => order <= 0),
  ordered((order) => order > 0),
  ordered((order) => order >= 0),
];

/** Every test by name. */
export const TESTS: Readonly<Record<string, Native>> = {
  odd: takes("value", (run, value) => equals(modulo(value, 2n, run.budget), 1n, run.budget)),
  even: takes("value", (run, value) => equals(modulo(value, 2n, run.budget), 0n, run.budget)),
  divisibleby: takes("value num", (run, value, by) => equals(modulo(value, by, run.budget), 0n, run.budget)),
  defined: is((value) => !(value instanceof Undefined)),
  undefined: is((value) => value instanceof Undefined),
  filter: takes("value", (run, value) => Object.hasOwn(run.library.filters, stringOf(value) ?? "")),
  test: takes("value", (run, value) => Object.hasOwn(run.library.tests, stringOf(value) ?? "")),
  none: is((value) => value === null),
  boolean: is((value) => typeof value === "boolean"),
  true: is((value) => value === true),
  false: is((value) => value === false),
  integer: is((value) => typeof value === "bigint"),
  float: is((value) => typeof value === "number"),
  number: is((value) => ["bigint", "number", "boolean"].includes(typeof value)),
  string: is((value) => stringOf(value) !== undefined),
  lower: takes("value", (run, value) => isLower(textOf(value, run.budget))),
  upper: takes("value", (run, value) => isUpper(textOf(value, run.budget))),
  mapping: is((value) => value instanceof Dict),
  sequence: is((value) => sizeOf(value) !== undefined && !(value instanceof View)),
  iterable: is((value) => value instanceof Lazy || itemsOf(value) !== undefined),
  callable: is((value) => value instanceof Callable || value instanceof Undefined),
  sameas: takes("value other", (_, value, other) => value === other),
  escaped: is((value) => value instanceof Markup),
  in: takes("value seq", (run, value, container) => contains(container, value, run.budget)),
  "==": equal,
  eq: equal,
  equalto: equal,
  "!=": unequal,
  ne: unequal,
  "<": less,
  lt: less,
  lessthan: less,
  "<=": most,
  le: most,
  ">": more,
  gt: more,
  greaterthan: more,
  ">=": least,
  ge: least,
};
