/**
 * `text % values`: format strings as C's printf.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import { floatDigits, integerDigits, padded } from "./format_number.ts";
import { escapeHtml } from "./html.ts";
import { countOf, integerOf, toFloat, toInteger } from "./numbers.ts";
import { escapeOf, represented, textOf } from "./represent.ts";
import { lengthOf, substring } from "./text.ts";
import { Dict, Markup, orElse, stringOf, Tuple, typeName, Undefined, type Value } from "./values.ts";

/** A field: its key in parentheses is found by hand. */
const FIELD = /([#0\- +]*)(\*|\d*)(?:\.(\*|\d*))?[hlL]?([\s\S])/uy;

/** `format % values`; a tuple gives a value to each field, a mapping gives them by name. */
export function formatPercent(format: string | Markup, values: Value, budget: Budget): Value {
  const escaping = format instanceof Markup;
  const text = escaping ? format.html : format;
  budget.text(text.length);
  const source = new Arguments(values);
  let out = "";
  let from = 0;
  for (let at = text.indexOf("%"); at >= 0; at = text.indexOf("%", from)) {
    out += text.slice(from, at);
    const { key, next } = keyAt(text, at + 1);
    FIELD.lastIndex = next;
    const field = FIELD.exec(text) ?? fail("incomplete format");
    from = FIELD.lastIndex;
    out += fieldText(field, key, source, escaping, budget);
    budget.size(out.length);
    budget.step();
  }
  source.finish();
  out += text.slice(from);
  budget.size(out.length);
  return escaping ? new Markup(out) : out;
}

function keyAt(text: string, at: number): { key?: string; next: number } {
  if (text[at] !== "(") return { next: at };
  let depth = 1;
  let i = at + 1;
  for (; i < text.length && depth > 0; i++) depth += text[i] === "(" ? 1 : text[i] === ")" ? -1 : 0;
  if (depth > 0) fail("incomplete format key");
  return { key: text.slice(at + 1, i - 1), next: i };
}

/** Hands out the values of the fields. */
class Arguments {
  private next = 0;
  private readonly list: readonly Value[];
  private named = false;
  constructor(private readonly values: Value) {
    this.list = values instanceof Tuple ? values.items : [values];
  }

  take(): Value {
    if (this.next >= this.list.length) fail("not enough arguments for format string");
    return this.list[this.next++];
  }

  byName(key: string): Value {
    if (!(this.values instanceof Dict)) fail("format requires a mapping");
    this.named = true;
    return orElse(this.values.get(key), () => fail(`no value for the format key '${key.slice(0, 100)}'`));
  }

  /** Values that no field took are an error, unless they are a mapping's or a list's. */
  finish(): void {
    const whole = this.values instanceof Tuple ? undefined : this.values;
    if (this.named || this.next >= this.list.length) return;
    if (
      whole !== undefined && (whole instanceof Dict || Array.isArray(whole) || whole instanceof Undefined)
    ) return;
    fail("not all arguments converted during string formatting");
  }
}

function fieldText(
  [, flags, widthText, precisionText, letter]: RegExpExecArray,
  key: string | undefined,
  source: Arguments,
  escaping: boolean,
  budget: Budget,
): string {
  if (letter === "%" && key === undefined && widthText === "") return "%";
  let width = widthText === "*" ? countOf(source.take(), "a width") : Number(widthText);
  const precision = precisionText === "*"
    ? countOf(source.take(), "a precision")
    : precisionText === undefined
    ? undefined
    : Number(precisionText);
  if (letter === "%") return "%";
  const left = flags.includes("-") || width < 0;
  width = Math.abs(width);
  const value = key === undefined ? source.take() : source.byName(key);
  const layout = { width, fill: " ", align: left ? "<" as const : ">" as const };
  if ("sra".includes(letter)) {
    const written = escaping
      ? escapeHtml(letter === "s" ? value : represented(value, budget), budget).html
      : textField(value, letter, budget);
    const cut = precision === undefined ? written : substring(written, 0, precision);
    return padded(cut, layout, lengthOf(cut), budget);
  }
  if (letter === "c") {
    const one = characterOf(value);
    return padded(one, layout, 1, budget);
  }
  const { digits, negative } = numberField(value, letter, precision, flags.includes("#"), budget);
  const sign = negative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const zeros = flags.includes("0") && !left;
  const numeral = zeros ? { ...layout, fill: "0", align: "=" as const, sign } : { ...layout, sign };
  return padded(digits, numeral, digits.length, budget);
}

function textField(value: Value, letter: string, budget: Budget): string {
  if (letter === "s") return textOf(value, budget);
  const text = represented(value, budget);
  return letter === "r" ? text : text.replace(/\P{ASCII}/gu, escapeOf);
}

function characterOf(value: Value): string {
  const text = stringOf(value);
  if (text !== undefined) return lengthOf(text) === 1 ? text : fail("%c requires int or char");
  const code = countOf(value, "a character");
  return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : fail("%c arg not in range(0x110000)");
}

function numberField(
  value: Value,
  letter: string,
  precision: number | undefined,
  alternate: boolean,
  budget: Budget,
): { digits: string; negative: boolean } {
  if (value instanceof Undefined) value.refuse();
  if (precision !== undefined) budget.text(precision);
  if ("diuxXo".includes(letter)) {
    const whole = typeof value === "number" && "diu".includes(letter)
      ? toInteger(value)
      : integerOf(value, `%${letter}`);
    const digits = integerDigits(whole, "iu".includes(letter) ? "d" : letter, alternate);
    return { digits: digits.padStart(precision ?? 0, "0"), negative: whole < 0n };
  }
  if (!"eEfFgG".includes(letter)) fail(`unsupported format character '${letter}'`);
  const float = typeof value === "number"
    ? value
    : typeof value === "bigint" || typeof value === "boolean"
    ? toFloat(BigInt(value))
    : fail(`must be real number, not ${typeName(value)}`);
  return {
    digits: floatDigits(float, letter, precision ?? 6, alternate),
    negative: float < 0 || Object.is(float, -0),
  };
}
