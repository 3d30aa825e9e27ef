/**
 * Numbers as NumPy prints them: the fewest digits that tell a value from its neighbours of the same dtype, at most
 * eight after the point, all to one width; with an exponent where one form does not suit all.
 *
 * @module
 */
import type { Dtype } from "./dtype.ts";

/** Digits after the point, at most. */
const PRECISION = 8;

/** How a floating dtype rounds, and how many decimal digits it holds for certain. */
interface Float {
  round: (value: number) => number;
  digits: number;
}

const floats: Readonly<Record<string, Float>> = {
  f64: { round: (v) => v, digits: 15 },
  f32: { round: Math.fround, digits: 6 },
  f16: { round: (v) => nearest(v, 11, -14), digits: 3 },
  f8e4m3: { round: (v) => nearest(v, 4, -6), digits: 2 },
  bf16: { round: (v) => nearest(v, 8, -126), digits: 2 },
};

/** A decimal number: 0.d1d2d3... times 10^point, without zeros at either end; no digits for 0. */
interface Decimal {
  negative: boolean;
  digits: string;
  point: number;
}

/** A number's text, by one rule for all that are printed together. */
export function formatter(values: readonly number[], dtype: Dtype): (value: number) => string {
  const float = floats[dtype];
  if (dtype === "bool") return (v) => truthText(v).padStart(5);
  if (!float) {
    const width = Math.max(...values.map((v) => String(v).length));
    return (v) => String(v).padStart(width);
  }
  const finite = values.filter(Number.isFinite);
  const sizes = finite.map(Math.abs).filter((v) => v > 0);
  const [most, least] = [
    sizes.reduce((a, b) => Math.max(a, b), 0),
    sizes.reduce((a, b) => Math.min(a, b), Infinity),
  ];
  const scientific = sizes.length > 0 &&
    (most >= 10 ** Math.min(8, float.digits) || least < 0.0001 || float.round(most / least) > 1000);
  const decimals = finite.map((v) => decimal(v, float, scientific));
  const text = scientific ? scientificText(decimals) : plainText(decimals, float);
  const strings = finite.map(text);
  const others = values.filter((v) => !Number.isFinite(v)).map(nonFinite);
  const width = Math.max(0, ...strings.map((s) => s.length), ...others.map((s) => s.length));
  return (v) => (Number.isFinite(v) ? text(v) : nonFinite(v)).padStart(width);
}

/** A lone number's text. */
export function scalarText(value: number, dtype: Dtype): string {
  const float = floats[dtype];
  if (dtype === "bool") return truthText(value);
  if (!float) return String(value);
  if (!Number.isFinite(value)) return nonFinite(value);
  const d = shortest(value, float);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 10 ** (float.digits === 15 ? 16 : float.digits))) {
    const [head, tail] = [d.digits[0], d.digits.slice(1)];
    return `${d.negative ? "-" : ""}${head}${tail && "."}${tail}e${exponent(d.point - 1, 2)}`;
  }
  const [whole, fraction] = parts(d);
  return `${whole}.${fraction || "0"}`;
}

function truthText(value: number): string {
  return value ? "True" : "False";
}

function nonFinite(value: number): string {
  return Number.isNaN(value) ? "nan" : value < 0 ? "-inf" : "inf";
}

/** Aligned at the point. */
function plainText(decimals: readonly Decimal[], float: Float): (value: number) => string {
  const widths = decimals.map(parts);
  const left = Math.max(0, ...widths.map(([whole]) => whole.length));
  const right = Math.max(0, ...widths.map(([, fraction]) => fraction.length));
  return (v) => {
    const [whole, fraction] = parts(decimal(v, float, false));
    return `${whole.padStart(left)}.${fraction.padEnd(right)}`;
  };
}

/** With as many digits and as wide an exponent for all. */
function scientificText(decimals: readonly Decimal[]): (value: number) => string {
  const digits = Math.max(0, ...decimals.map((d) => d.digits.length - 1));
  const power = (d: Decimal) => d.digits === "" ? 0 : d.point - 1;
  const width = Math.max(2, ...decimals.map((d) => String(Math.abs(power(d))).length));
  const sign = decimals.some((d) => d.negative);
  return (v) => {
    const d = cut(v, digits + 1); // the next true digits, where fewer would do
    const text = (d.digits || "0").padEnd(digits + 1, "0");
    return `${d.negative ? "-" : sign ? " " : ""}${text[0]}.${text.slice(1)}e${exponent(power(d), width)}`;
  };
}

function exponent(power: number, width: number): string {
  return (power < 0 ? "-" : "+") + String(Math.abs(power)).padStart(width, "0");
}

/** Before and after the point. */
function parts({ negative, digits, point }: Decimal): [string, string] {
  const padded = "0".repeat(Math.max(0, -point)) + digits.padEnd(Math.max(0, point), "0");
  const at = Math.max(0, point);
  return [(negative ? "-" : "") + (padded.slice(0, at) || "0"), padded.slice(at)];
}

/** The fewest digits that give the value back, or as many as are shown. */
function decimal(value: number, float: Float, scientific: boolean): Decimal {
  const d = shortest(value, float);
  const room = scientific ? PRECISION + 1 : d.point + PRECISION;
  return d.digits.length > room ? cut(value, room) : d;
}

function shortest(value: number, float: Float): Decimal {
  for (let count = 1; count < 17; count++) {
    const text = value.toExponential(count - 1);
    if (float.round(Number(text)) === value) return read(value, text);
  }
  return read(value, value.toExponential());
}

/** The value to `room` digits (1 or more), exact halves to even. */
function cut(value: number, room: number): Decimal {
  const exact = read(value, value.toExponential(100));
  const [kept, rest] = [exact.digits.slice(0, room), exact.digits.slice(room)];
  const up = rest > "5" || (rest === "5" && Number(kept.at(-1)) % 2 === 1); // "51" > "5", as text
  const digits = String(BigInt(kept) + (up ? 1n : 0n));
  return trimmed(value, digits, exact.point + digits.length - kept.length);
}

/** A value and its text, as "-1.25e+3", as a decimal. */
function read(value: number, text: string): Decimal {
  const [mantissa, power] = text.split("e");
  return trimmed(value, mantissa.replace(/[-.]/g, ""), Number(power) + 1);
}

function trimmed(value: number, digits: string, point: number): Decimal {
  const kept = digits.replace(/0+$/, "");
  return { negative: value < 0 || Object.is(value, -0), digits: kept, point: kept === "" ? 0 : point };
}

/** The nearest value of `bits` significant bits, exponents from `smallest` on; halves to even. */
function nearest(value: number, bits: number, smallest: number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const power = Math.max(smallest, Math.floor(Math.log2(Math.abs(value)))) - bits + 1;
  const scaled = value / 2 ** power;
  const whole = Math.round(scaled);
  const even = Math.abs(whole - scaled) === 0.5 && whole % 2 !== 0 ? whole - 1 : whole;
  return even * 2 ** power;
}
