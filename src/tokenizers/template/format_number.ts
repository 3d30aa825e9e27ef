/**
 * Numbers laid out by a type letter and a precision, as both kinds of Python's format strings do.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import { exponentText, fixed, floatText } from "./numbers.ts";

/** A float by `e`, `f`, `g` or `%` (upper case too), without its sign. */
export function floatDigits(value: number, letter: string, precision: number, keepZeros: boolean): string {
  const size = Math.abs(value);
  const upper = letter !== letter.toLowerCase();
  const cased = (text: string): string => upper ? text.toUpperCase() : text;
  if (!Number.isFinite(value)) {
    return cased(Number.isNaN(value) ? "nan" : "inf") + (letter === "%" ? "%" : "");
  }
  switch (letter.toLowerCase()) {
    case "f":
      return fixed(size, precision) + (keepZeros && precision === 0 ? "." : "");
    case "%":
      return `${fixed(size * 100, precision)}%`;
    case "e":
      return cased(scientific(size, precision));
    case "g":
      return cased(general(size, Math.max(1, precision), keepZeros));
    default:
      fail(`unsupported format character '${letter}'`);
  }
}

function scientific(value: number, precision: number): string {
  const [mantissa, power] = exponential(value, Math.min(100, precision));
  return `${mantissa}${"0".repeat(Math.max(0, precision - 100))}e${exponentText(power)}`;
}

/** Mantissa and exponent, ties to even (toExponential takes them away from zero). */
function exponential(value: number, precision: number): [mantissa: string, power: number] {
  const [mantissa, power] = value.toExponential(precision).split("e");
  const [exact, itsPower] = value.toExponential(Math.min(100, precision + 25)).split("e");
  const cut = exact.slice(0, precision === 0 ? 1 : precision + 2);
  const tie = /^\.?50*$/.test(exact.slice(cut.length)) && /[02468]$/.test(cut);
  return tie ? [cut, Number(itsPower)] : [mantissa, Number(power)];
}

function general(value: number, precision: number, keepZeros: boolean): string {
  const [, power] = exponential(value, Math.min(100, precision - 1));
  const plain = power >= -4 && power < precision;
  const text = plain ? fixed(value, precision - 1 - power) : scientific(value, precision - 1);
  if (keepZeros) return text.includes(".") ? text : text.replace(/(?=e|$)/, ".");
  return shortened(text);
}

/** A number without the zeros at the end of its fraction. */
function shortened(text: string): string {
  const [digits, exponent] = text.split("e");
  const short = digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
  return exponent === undefined ? short : `${short}e${exponent}`;
}

/** A float as `format(value, "")` writes it, without its sign; with a precision, as "g" that keeps a digit. */
export function floatPlain(value: number, precision: number | undefined): string {
  const size = Math.abs(value);
  if (precision === undefined || !Number.isFinite(value)) return floatText(size);
  const digits = Math.max(1, precision);
  const text = general(size, digits, false);
  const [, power] = exponential(size, Math.min(100, digits - 1));
  if (text.includes("e") || text.includes(".")) return text;
  return power >= digits - 1 ? shortened(scientific(size, digits - 1)) : `${text}.0`;
}

/** An int by `d`, `x`, `X`, `o` or `b`, without its sign. */
export function integerDigits(value: bigint, letter: string, alternate: boolean): string {
  const radix = { d: 10, n: 10, x: 16, X: 16, o: 8, b: 2 }[letter];
  if (radix === undefined) fail(`unsupported format character '${letter}'`);
  const digits = (value < 0n ? -value : value).toString(radix);
  const text = (alternate && radix !== 10 ? `0${letter.toLowerCase()}` : "") + digits;
  return letter === "X" ? text.toUpperCase() : text;
}

/** Where padding goes: to the right of a text, to its left, to both sides, or behind a number's sign. */
export type Align = "<" | ">" | "^" | "=";

/** A text filled up to a width; `sign` and `prefix` stand before what is padded by "=". */
export function padded(
  text: string,
  { width, fill, align, sign = "" }: { width: number; fill: string; align: Align; sign?: string },
  length: number,
  budget: Budget,
): string {
  const room = width - length - sign.length;
  if (room <= 0) return sign + text;
  budget.text(width * fill.length + text.length);
  if (align === "<") return sign + text + fill.repeat(room);
  if (align === "^") {
    const left = Math.floor(room / 2);
    return fill.repeat(left) + sign + text + fill.repeat(room - left);
  }
  return align === "=" ? sign + fill.repeat(room) + text : fill.repeat(room) + sign + text;
}
