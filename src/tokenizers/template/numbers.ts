/**
 * Python's numbers: floats as they are written, rounded and read, integers of any length.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import { strip } from "./text.ts";
import { typeName, type Value } from "./values.ts";

/** A float as `repr` writes it: the shortest digits, with an exponent below -4 and from 16 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value > 0 ? "inf" : "-inf";
  if (Object.is(value, -0)) return "-0.0";
  const [mantissa, exponent] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power >= -4 && power < 16) {
    const text = Math.abs(value) >= 1e-6
      ? `${value}`
      : value.toFixed(mantissa.replace(/\D/g, "").length - 1 - power);
    return text.includes(".") ? text : `${text}.0`;
  }
  return `${mantissa}e${exponentText(power)}`;
}

/** An exponent with its sign and two digits at least. */
export function exponentText(power: number): string {
  return `${power < 0 ? "-" : "+"}${`${Math.abs(power)}`.padStart(2, "0")}`;
}

/** `value` with `digits` behind the point, ties to even (toFixed takes them away from zero). */
export function fixed(value: number, digits: number): string {
  if (Math.abs(value) >= 1e21) return BigInt(value).toString() + (digits > 0 ? `.${"0".repeat(digits)}` : "");
  if (digits > 100) return fixed(value, 100) + "0".repeat(digits - 100);
  const text = value.toFixed(digits);
  const tail = value.toFixed(Math.min(100, digits + 25)).slice(text.length + (digits === 0 ? 1 : 0));
  const signed = Object.is(value, -0) ? `-${text}` : text;
  if (!/^50*$/.test(tail)) return signed;
  return /[02468]$/.test(text) ? signed : evenBelow(value, digits);
}

/** Of a tie, the neighbour nearer to zero: its last digit is even where the other's is odd. */
function evenBelow(value: number, digits: number): string {
  const long = value.toFixed(digits + 1);
  const text = long.slice(0, -1);
  return text.endsWith(".") ? text.slice(0, -1) : text;
}

/** `round(value, digits)` of a float. */
export function rounded(value: number, digits: number): number {
  if (!Number.isFinite(value) || digits > 300) return value;
  if (digits >= 0) return Number(fixed(value, digits));
  const unit = 10n ** BigInt(Math.min(400, -digits));
  const whole = BigInt(Math.trunc(value));
  const rest = whole % unit;
  const twice = 2n * (rest < 0n ? -rest : rest);
  const odd = (whole / unit) % 2n !== 0n;
  const up = twice > unit || (twice === unit && (odd || value !== Math.trunc(value)));
  const size = Math.abs(Number(whole - rest + (up ? (value < 0 ? -unit : unit) : 0n)));
  return value < 0 || Object.is(value, -0) ? -size : size;
}

/** `round(value, digits)` of an int. */
export function roundedInteger(value: bigint, digits: number): bigint {
  if (digits >= 0) return value;
  const unit = 10n ** BigInt(Math.min(5000, -digits));
  const low = floorDivide(value, unit) * unit;
  const twice = 2n * (value - low);
  return twice > unit || (twice === unit && (low / unit) % 2n !== 0n) ? low + unit : low;
}

/** `a // b` of ints. */
export function floorDivide(a: bigint, b: bigint): bigint {
  if (b === 0n) fail("integer division or modulo by zero");
  const quotient = a / b;
  return a % b !== 0n && (a < 0n) !== (b < 0n) ? quotient - 1n : quotient;
}

/** `a % b` of ints, with the sign of b. */
export function modulo(a: bigint, b: bigint): bigint {
  return a - floorDivide(a, b) * b;
}

/** `a % b` of floats, with the sign of b. */
export function floatModulo(a: number, b: number): number {
  if (b === 0) fail("float modulo");
  const rest = a % b;
  if (rest === 0) return b < 0 ? -0 : 0;
  return (rest < 0) !== (b < 0) ? rest + b : rest;
}

/** `a // b` of floats. */
export function floatFloorDivide(a: number, b: number): number {
  if (b === 0) fail("float floor division by zero");
  const quotient = (a - floatModulo(a, b)) / b;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}

/** An upper bound of how many bits an integer has. */
export function bitsOf(value: bigint): number {
  return value.toString(16).length * 4;
}

/** The float nearest to an int; Python refuses those beyond. */
export function toFloat(value: bigint): number {
  const float = Number(value);
  if (!Number.isFinite(float)) fail("int too large to convert to float");
  return float;
}

/** The int that a float is when cut. */
export function toInteger(value: number): bigint {
  if (!Number.isFinite(value)) {
    fail(`cannot convert float ${Number.isNaN(value) ? "NaN" : "infinity"} to integer`);
  }
  return BigInt(Math.trunc(value));
}

/** The most digits of an integer in another base than ten; Python bounds those in base ten. */
const MOST_DIGITS = 2 ** 13;
const DIGITS: Record<number, string> = { 2: "0b", 8: "0o", 16: "0x" };

/** `int(text, base)`, or undefined where it is no such number. */
export function parseInteger(text: string, base: number): bigint | undefined {
  let body = strip(text, undefined, true, true).toLowerCase();
  const negative = body.startsWith("-");
  if (negative || body.startsWith("+")) body = body.slice(1);
  const prefix = Object.entries(DIGITS).find(([, mark]) => body.startsWith(mark));
  if (base === 0 && !prefix && /^0[0_]*[1-9]/.test(body)) return undefined;
  const radix = base === 0 ? Number(prefix?.[0] ?? 10) : base;
  if (prefix && Number(prefix[0]) === radix) body = body.slice(2).replace(/^_/, "");
  body = [...body].map((point) => decimalDigit(point) ?? point).join("");
  if (!/^[0-9a-z]+(_[0-9a-z]+)*$/.test(body)) return undefined;
  body = body.replaceAll("_", "");
  if (body.length > 4300 && ![2, 4, 8, 16, 32].includes(radix)) return undefined;
  if (body.length > MOST_DIGITS) fail(`it may use at most ${MOST_DIGITS} digits of one integer`);
  let value = 0n;
  for (const unit of body) {
    const digit = parseInt(unit, 36);
    if (digit >= radix) return undefined;
    value = value * BigInt(radix) + BigInt(digit);
  }
  return negative ? -value : value;
}

const FLOAT = /^[+-]?(\d+(_\d+)*(\.(\d+(_\d+)*)?)?|\.\d+(_\d+)*)(e[+-]?\d+(_\d+)*)?$/i;

/** `float(text)`, or undefined where it is no number. */
export function parseFloating(text: string): number | undefined {
  const body = strip(text, undefined, true, true);
  const word = /^([+-]?)(inf(?:inity)?|nan)$/i.exec(body);
  if (word) return (word[1] === "-" ? -1 : 1) * (word[2][0].toLowerCase() === "i" ? Infinity : NaN);
  const digits = [...body].map((point) => decimalDigit(point) ?? point).join("");
  return FLOAT.test(digits) ? Number(digits.replaceAll("_", "")) : undefined;
}

/** The ASCII digit of a decimal digit in any script. */
function decimalDigit(point: string): string | undefined {
  if (point < "\x80" || !/^\p{Nd}$/u.test(point)) return undefined;
  // the digits of a script stand in a row, zero first
  for (let value = 0, code = point.codePointAt(0)!; value < 10; value++) {
    if (!/^\p{Nd}$/u.test(String.fromCodePoint(code - value - 1))) return `${value}`;
  }
  return `${(point.codePointAt(0)! - 0x1d7ce) % 10}`;
}

/** An int, or what counts as one. */
export function integerOf(value: Value, what = "it"): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value === "boolean") return BigInt(value);
  fail(`${what} must be an integer, got ${typeName(value)}`);
}

/** An integer as a JavaScript number, held within what counts can be. */
export function countOf(value: Value, what = "it"): number {
  const wide = integerOf(value, what);
  return Number(wide > 2n ** 52n ? 2n ** 52n : wide < -(2n ** 52n) ? -(2n ** 52n) : wide);
}

/** An integer as text, where Python would write it. */
export function integerText(value: bigint, budget: Budget): string {
  const text = value.toString();
  if (text.length > 4301 || (text.length > 4300 && value > 0n)) fail("the integer has more than 4300 digits");
  budget.through(8 * text.length);
  return text;
}
