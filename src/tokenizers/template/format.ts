/**
 * `str.format`: fields in braces, with their format specifications.
 *
 * @module
 */
import { fail } from "./failure.ts";
import { type Align, floatDigits, floatPlain, integerDigits, padded } from "./format_number.ts";
import { toFloat } from "./numbers.ts";
import { escapeOf, represented, textOf } from "./represent.ts";
import type { Run } from "./run.ts";
import { lengthOf, substring } from "./text.ts";
import { type Named, orElse, stringOf, typeName, type Value } from "./values.ts";

/** Where a format string finds its values, and whether it counts them itself. */
interface Source {
  args: readonly Value[];
  named: Named;
  next: number;
  numbering?: "automatic" | "manual";
}

/** `text.format(*args, **named)`. */
export function formatBraces(run: Run, text: string, args: readonly Value[], named: Named): string {
  return expand(run, text, { args, named, next: 0 }, 2);
}

function expand(run: Run, text: string, source: Source, levels: number): string {
  if (levels < 0) fail("Max string recursion exceeded");
  run.budget.text(text.length);
  let out = "";
  for (let i = 0; i < text.length;) {
    const unit = text[i];
    if (unit !== "{" && unit !== "}") {
      const next = text.slice(i).search(/[{}]/);
      out += next < 0 ? text.slice(i) : text.slice(i, i + next);
      i = next < 0 ? text.length : i + next;
    } else if (text[i + 1] === unit) {
      out += unit;
      i += 2;
    } else if (unit === "}") fail("Single '}' encountered in format string");
    else {
      const end = fieldEnd(text, i + 1);
      out += field(run, text.slice(i + 1, end), source, levels);
      i = end + 1;
    }
    run.budget.size(out.length);
    run.budget.step();
  }
  return out;
}

function fieldEnd(text: string, from: number): number {
  let depth = 1;
  for (let i = from; i < text.length; i++) {
    depth += text[i] === "{" ? 1 : text[i] === "}" ? -1 : 0;
    if (depth === 0) return i;
  }
  fail("expected '}' before end of string");
}

function field(run: Run, text: string, source: Source, levels: number): string {
  const colon = nameEnd(text);
  const name = colon < 0 ? text : text.slice(0, colon);
  let rest = colon < 0 ? "" : text.slice(colon);
  let value = lookUp(run, name, source);
  if (rest.startsWith("!")) {
    value = converted(run, value, rest[1]);
    rest = rest.slice(2);
    if (rest !== "" && rest[0] !== ":") fail("expected ':' after conversion specifier");
  }
  const spec = rest === "" ? "" : expand(run, rest.slice(1), source, levels - 1);
  return formatValue(run, value, spec);
}

/** Where a field's name ends: at a colon or exclamation mark outside of brackets, or -1. */
function nameEnd(text: string): number {
  let inBrackets = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "[") inBrackets = true;
    else if (text[i] === "]") inBrackets = false;
    else if (!inBrackets && (text[i] === ":" || text[i] === "!")) return i;
  }
  return -1;
}

function converted(run: Run, value: Value, letter: string | undefined): Value {
  if (letter === "s") return textOf(value, run.budget);
  if (letter === "r") return represented(value, run.budget);
  if (letter === "a") return represented(value, run.budget).replace(/\P{ASCII}/gu, escapeOf);
  fail(`Unknown conversion specifier ${letter ?? ""}`);
}

function lookUp(run: Run, name: string, source: Source): Value {
  const [first] = /^[^.[]*/.exec(name)!;
  let value = firstValue(first, source);
  let rest = name.slice(first.length);
  while (rest !== "") {
    const part = /^(?:\.([^.[]+)|\[([^\]]+)\])/.exec(rest) ?? fail("Empty attribute in format string");
    if (part[1] !== undefined) value = run.library.getAttribute(run, value, part[1]);
    else value = run.library.getItem(run, value, /^\d+$/.test(part[2]) ? BigInt(part[2]) : part[2]);
    rest = rest.slice(part[0].length);
  }
  return value;
}

function firstValue(first: string, source: Source): Value {
  if (first !== "" && !/^\d+$/.test(first)) {
    return orElse(
      source.named.get(first),
      () => fail(`no value for the format field '${first.slice(0, 100)}'`),
    );
  }
  const numbering = first === "" ? "automatic" : "manual";
  if ((source.numbering ??= numbering) !== numbering) fail("cannot switch between field numberings");
  const index = first === "" ? source.next++ : Number(first);
  return orElse(source.args[index], () => fail("Replacement index out of range"));
}

const SPEC = /^(?:([\s\S])?([<>=^]))?([+\- ])?(z)?(#)?(0)?(\d+)?([,_])?(?:\.(\d+))?([a-zA-Z%])?$/u;

/** `format(value, spec)`. */
function formatValue(run: Run, value: Value, spec: string): string {
  if (spec === "") return textOf(value, run.budget);
  const text = stringOf(value);
  const number = typeof value === "number" || typeof value === "bigint" || typeof value === "boolean";
  if (text === undefined && !number) {
    fail(`unsupported format string passed to ${typeName(value)}.__format__`);
  }
  const parts = SPEC.exec(spec) ?? fail("Invalid format specifier");
  if (parts[9] !== undefined) run.budget.text(Number(parts[9]));
  return text === undefined
    ? formatNumber(run, value as number | bigint | boolean, parts)
    : formatText(run, text, parts);
}

function formatText(
  run: Run,
  text: string,
  [, fill, align, sign, , alternate, zero, width, group, precision, letter]: string[],
): string {
  if (sign || alternate || group || align === "=" || (letter ?? "s") !== "s") {
    fail("Invalid format specifier for a str");
  }
  const cut = precision === undefined ? text : substring(text, 0, Number(precision));
  const layout = {
    width: Number(width ?? 0),
    fill: fill ?? (zero ? "0" : " "),
    align: (align ?? "<") as Align,
  };
  return padded(cut, layout, lengthOf(cut), run.budget);
}

function formatNumber(run: Run, value: number | bigint | boolean, parts: string[]): string {
  const [, fill, align, plus, , alternate, zero, width, group, precision, letter] = parts;
  if (typeof value === "boolean" && letter === undefined && parts[0] !== "") value = BigInt(value);
  const { digits, negative } = numberDigits(value, letter, precision, alternate !== undefined);
  const sign = negative ? "-" : plus === "+" || plus === " " ? plus : "";
  const layout = {
    width: Number(width ?? 0),
    fill: fill ?? (zero ? "0" : " "),
    align: (align ?? (zero ? "=" : ">")) as Align,
    sign,
  };
  const grouped = group === undefined ? digits : grouping(digits, group, letter);
  return padded(grouped, layout, lengthOf(grouped), run.budget);
}

function numberDigits(
  value: number | bigint | boolean,
  letter: string | undefined,
  precision: string | undefined,
  alternate: boolean,
): { digits: string; negative: boolean } {
  const whole = typeof value === "number" ? undefined : BigInt(value);
  if (whole !== undefined && "dnxXob".includes(letter ?? "d")) {
    if (precision !== undefined) fail("Precision not allowed in integer format specifier");
    return { digits: integerDigits(whole, letter ?? "d", alternate), negative: whole < 0n };
  }
  if (whole !== undefined && letter === "c") {
    return { digits: String.fromCodePoint(Number(whole)), negative: false };
  }
  const float = whole === undefined ? value as number : toFloat(whole);
  const negative = float < 0 || Object.is(float, -0);
  const places = precision === undefined ? undefined : Number(precision);
  if (letter === undefined) return { digits: floatPlain(float, places), negative };
  if (letter === "n") letter = "g";
  return { digits: floatDigits(float, letter, places ?? 6, alternate), negative };
}

function grouping(digits: string, separator: string, letter: string | undefined): string {
  const size = "xXob".includes(letter ?? "d") ? 4 : 3;
  const [, whole, rest] = /^([0-9a-fA-F]*)(.*)$/.exec(digits)!;
  let out = "";
  for (let i = 0; i < whole.length; i++) {
    if (i > 0 && (whole.length - i) % size === 0) out += separator;
    out += whole[i];
  }
  return out + rest;
}
