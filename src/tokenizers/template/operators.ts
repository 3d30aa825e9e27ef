/**
 * Python's operators on the values of a template.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import { formatPercent } from "./percent.ts";
import { escapeHtml } from "./html.ts";
import { sizeOf } from "./iterate.ts";
import * as numbers from "./numbers.ts";
import { textOf } from "./represent.ts";
import { Lazy, Markup, stringOf, Tuple, typeName, Undefined, type Value } from "./values.ts";

/** Whether a value counts as true. */
export function truth(value: Value): boolean {
  if (typeof value === "object" && value !== null) {
    if (value instanceof Lazy) return true;
    return (sizeOf(value) ?? 1) > 0;
  }
  return value !== "" && Boolean(value);
}

/** An int or float as both operands need it, or undefined where one is no number. */
function numeric(a: Value, b: Value): [bigint, bigint] | [number, number] | undefined {
  const [x, y] = [a, b].map((value) => typeof value === "boolean" ? BigInt(value) : value);
  if (typeof x === "bigint" && typeof y === "bigint") return [x, y];
  if (!(typeof x === "bigint" || typeof x === "number")) return undefined;
  if (!(typeof y === "bigint" || typeof y === "number")) return undefined;
  return [typeof x === "bigint" ? numbers.toFloat(x) : x, typeof y === "bigint" ? numbers.toFloat(y) : y];
}

const bothWhole = (pair: [bigint, bigint] | [number, number]): pair is [bigint, bigint] =>
  typeof pair[0] === "bigint";

/** `a + b`. */
export function add(a: Value, b: Value, budget: Budget): Value {
  if (typeof a === "string" && typeof b === "string") {
    // engines join without copying, so a text that grows piece by piece costs what is put to it
    budget.size(a.length + b.length);
    budget.through(Math.min(a.length, b.length) + (a.length + b.length) / 64);
    return a + b;
  }
  const pair = numeric(a, b);
  if (pair) return bothWhole(pair) ? pair[0] + pair[1] : pair[0] + pair[1];
  if (
    (a instanceof Markup && stringOf(b) !== undefined) || (b instanceof Markup && stringOf(a) !== undefined)
  ) {
    const html = escapeHtml(a, budget).html + escapeHtml(b, budget).html;
    budget.text(html.length);
    return new Markup(html);
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    budget.items(a.length + b.length);
    return [...a, ...b];
  }
  if (a instanceof Tuple && b instanceof Tuple) {
    budget.items(a.items.length + b.items.length);
    return new Tuple([...a.items, ...b.items]);
  }
  return unsupported("+", a, b);
}

/** `a * b`. */
export function multiply(a: Value, b: Value, budget: Budget): Value {
  const pair = numeric(a, b);
  if (pair === undefined) return repeat(a, b, budget) ?? repeat(b, a, budget) ?? unsupported("*", a, b);
  if (!bothWhole(pair)) return pair[0] * pair[1];
  budget.integer(numbers.bitsOf(pair[0]) + numbers.bitsOf(pair[1]) - 8);
  return pair[0] * pair[1];
}

function repeat(sequence: Value, times: Value, budget: Budget): Value | undefined {
  if (typeof times !== "bigint" && typeof times !== "boolean") return undefined;
  const count = Math.max(0, numbers.countOf(times));
  const text = stringOf(sequence);
  if (text !== undefined) {
    budget.text(text.length * count);
    const repeated = text === "" ? "" : text.repeat(count);
    return sequence instanceof Markup ? new Markup(repeated) : repeated;
  }
  const items = Array.isArray(sequence) ? sequence : sequence instanceof Tuple ? sequence.items : undefined;
  if (items === undefined) return undefined;
  budget.items(items.length * count);
  const repeated = items.length === 0 ? [] : Array.from({ length: count }, () => items).flat(1);
  return Array.isArray(sequence) ? repeated : new Tuple(repeated);
}

/** `a - b`. */
export function subtract(a: Value, b: Value): Value {
  const pair = numeric(a, b) ?? unsupported("-", a, b);
  return bothWhole(pair) ? pair[0] - pair[1] : pair[0] - pair[1];
}

/** `a / b`, a float. */
export function divide(a: Value, b: Value): Value {
  const pair = numeric(a, b) ?? unsupported("/", a, b);
  if (Number(pair[1]) === 0) fail("division by zero");
  return bothWhole(pair) ? numbers.toFloat(pair[0]) / numbers.toFloat(pair[1]) : pair[0] / pair[1];
}

/** `a // b`. */
export function floorDivide(a: Value, b: Value): Value {
  const pair = numeric(a, b) ?? unsupported("//", a, b);
  return bothWhole(pair) ? numbers.floorDivide(...pair) : numbers.floatFloorDivide(...pair);
}

/** `a % b`: the rest, or a text with its fields filled in. */
export function modulo(a: Value, b: Value, budget: Budget): Value {
  if (b instanceof Undefined && stringOf(a) === undefined) b.refuse();
  if (stringOf(a) !== undefined) return formatPercent(a as string | Markup, b, budget);
  const pair = numeric(a, b) ?? unsupported("%", a, b);
  return bothWhole(pair) ? numbers.modulo(...pair) : numbers.floatModulo(...pair);
}

/** `a ** b`. */
export function power(a: Value, b: Value, budget: Budget): Value {
  const pair = numeric(a, b) ?? unsupported("** or pow()", a, b);
  if (bothWhole(pair) && pair[1] >= 0n) {
    const [base, exponent] = pair;
    if (base !== 0n && base !== 1n && base !== -1n) {
      budget.integer(base.toString(2).length * numbers.countOf(exponent));
    }
    return base **
      (base === -1n ? exponent % 2n : base === 0n || base === 1n ? (exponent > 0n ? 1n : 0n) : exponent);
  }
  const [base, exponent] = pair.map(Number);
  if (base === 0 && exponent < 0) fail("0.0 cannot be raised to a negative power");
  const value = base ** exponent;
  if (Number.isNaN(value) && !Number.isNaN(base + exponent)) {
    fail("the power of a negative number is complex");
  }
  if (!Number.isFinite(value) && Number.isFinite(base) && Number.isFinite(exponent)) {
    fail("the power is out of range");
  }
  return value;
}

/** `-a` or `+a`. */
export function sign(a: Value, negative: boolean): Value {
  if (typeof a === "boolean" || typeof a === "bigint") return negative ? -BigInt(a) : BigInt(a);
  if (typeof a === "number") return negative ? -a : a;
  if (a instanceof Undefined) a.refuse();
  fail(`bad operand type for unary ${negative ? "-" : "+"}: '${typeName(a)}'`);
}

/** `a ~ b ~ c`: their texts, one behind the other. */
export function concatenate(values: readonly Value[], budget: Budget): string {
  let text = "";
  for (const value of values) {
    budget.step();
    text += textOf(value, budget);
    budget.size(text.length);
  }
  budget.through(text.length / 64);
  return text;
}

function unsupported(operator: string, a: Value, b: Value): never {
  for (const value of [a, b]) if (value instanceof Undefined) value.refuse();
  fail(`unsupported operand type(s) for ${operator}: '${typeName(a)}' and '${typeName(b)}'`);
}
