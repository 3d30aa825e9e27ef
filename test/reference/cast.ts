/**
 * Oracles of conversions between dtypes.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { walk } from "./compare.ts";
import { eighthToNumber } from "./half.ts";
import { type Case, longs, type OperandValue, type Reference } from "./reference.ts";

type Elements = Exclude<OperandValue, null>;
type Draw = (random: Random, length: number) => Elements;

/** Conversions of what `draw` gives, and of values that matter. */
function cast<E extends number | bigint>(
  draw: Draw,
  special: Elements,
  into: (length: number) => Elements,
  convert: (value: E) => number | bigint,
): Reference {
  const own = walk<E>(convert, [draw], into);
  return {
    *cases(random: Random): Generator<Case> {
      yield* own.cases(random);
      const params = [1, 1, special.length, 0, 0, 0, 1];
      yield { label: "special values", operands: [special, into(special.length)], params, cells: [1] };
    },
    oracle: own.oracle,
  };
}

const REALS = [
  ...[0, -0, 1, -1, 0.5, -0.5, 1.5, 2.5, -1.9, 255.9, 256, 300.7, 32767.5, 65535.5, 1e-40, 16777217],
  ...[2147483647, 2147483648, -2147483648, 4e9, 9007199254740993, 1e15, -1e15],
  ...[NaN, Infinity, -Infinity, 1e19, -1e19, 3e38, -3, 7, 9],
  ...[NaN, 1, 2, 3, 1e10, 5, 6, 7, -8, 9, 10, 11, 12, 13, 14, 15], // beside NaN one that no lane of 32 bits holds
];
const WHOLE = [0, 1, -1, 2, 127, 128, 255, 256, -32769, 32768, 65535, 16777217, 2147483647, -2147483648];
const GREAT = [2n ** 31n, -(2n ** 31n) - 1n, 2n ** 53n + 1n, 2n ** 24n + 1n, 2n ** 62n + 2n ** 38n + 1n];
const ENDS = [2n ** 63n - 1n, -(2n ** 63n)];

const singles: Draw = (random, n) => random.floats(n, 300);
const doubles: Draw = (random, n) => Float64Array.from(random.floats(n, 300), (v) => v * 1.1);
const great: Draw = (random, n) =>
  longs(BigInt64Array.from(random.ints(n, -(2 ** 31), 2 ** 31 - 1), (v) => BigInt(v) ** 2n));
const integers: Draw = (random, n) => random.ints(n, -(2 ** 31), 2 ** 31 - 1);

const f32 = (n: number) => new Float32Array(n);
const f64 = (n: number) => new Float64Array(n);
const i64 = (n: number) => longs(new BigInt64Array(n));
const i32 = (n: number) => new Int32Array(n);
const u32 = (n: number) => new Uint32Array(n);
const i16 = (n: number) => new Int16Array(n);
const u8 = (n: number) => new Uint8Array(n);

const fromF32 = (into: (n: number) => Elements, convert: (v: number) => number | bigint) =>
  cast(singles, Float32Array.from(REALS), into, convert);
const fromF64 = (into: (n: number) => Elements, convert: (v: number) => number | bigint) =>
  cast(doubles, Float64Array.from(REALS), into, convert);
const fromI64 = (into: (n: number) => Elements, convert: (v: bigint) => number | bigint) =>
  cast(great, longs(BigInt64Array.from([...WHOLE.map(BigInt), ...GREAT, ...ENDS])), into, convert);
const fromI32 = (into: (n: number) => Elements, convert: (v: number) => number | bigint) =>
  cast(integers, Int32Array.from(WHOLE), into, convert);

const fromU32 = (into: (n: number) => Elements, convert: (v: number) => number | bigint) =>
  cast((random, n) => Uint32Array.from(integers(random, n)), Uint32Array.from(WHOLE), into, convert);

/** Toward zero, NaN to 0, to the nearest of 0 and 2^32 - 1. */
function natural(value: number): number {
  return Number.isNaN(value) ? 0 : Math.min(Math.max(Math.trunc(value), 0), 2 ** 32 - 1);
}

/** Toward zero, NaN to 0, to the nearest end of so many bits. */
function whole(value: number, bits: number): bigint {
  if (Number.isNaN(value)) return 0n;
  const end = 2n ** BigInt(bits - 1);
  if (Math.abs(value) >= Number(end)) return value < 0 ? -end : end - 1n;
  return BigInt(Math.trunc(value));
}
const truth = (value: number | bigint) => Number(value != 0);

/** The nearest float32, from all bits at once. */
function nearestF32(value: bigint): number {
  const size = value < 0n ? -value : value;
  const shift = BigInt(Math.max(0, size.toString(2).length - 24));
  const low = size & (1n << shift) - 1n;
  const half = shift > 0n ? 1n << (shift - 1n) : 0n;
  const high = size >> shift;
  const up = shift > 0n && (low > half || (low === half && high % 2n === 1n));
  return Number((value < 0n ? -1n : 1n) * (high + (up ? 1n : 0n) << shift));
}

/** The nearest of all values of f8e4m3, of ties the even one; past the largest the largest. */
function nearestEighth(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x80 : 0;
  if (Number.isNaN(value)) return 0x7f;
  let best = 0;
  for (let bits = 0; bits < 0x7f; bits++) {
    const [far, near] = [bits, best].map((b) => Math.abs(eighthToNumber(b) - Math.min(Math.abs(value), 448)));
    if (far < near || (far === near && bits % 2 === 0)) best = bits;
  }
  return sign | best;
}

export const cast_f32_f64: Reference = fromF32(f64, (v) => v);
export const cast_f32_i64: Reference = fromF32(i64, (v) => whole(v, 64));
export const cast_f32_i32: Reference = fromF32(i32, (v) => Number(whole(v, 32)));
export const cast_f32_u8: Reference = fromF32(u8, (v) => Number(BigInt.asUintN(8, whole(v, 64))));
export const cast_f32_bool: Reference = fromF32(u8, truth);
const EIGHTHS = Array.from({ length: 256 }, (_, b) => eighthToNumber(b)).filter((v) => !Number.isNaN(v));
const BETWEEN = EIGHTHS.flatMap((v) => [v, v * 1.0625, v * 1.07, v * 1.05, v + 2 ** -10, v + 2 ** -10.5]);
export const cast_f32_f8e4m3: Reference = cast(
  (random, n) => random.floats(n).map((v) => v * 2 ** random.integer(-11, 9)),
  Float32Array.from([...REALS, ...BETWEEN, 464, 463.9, 465, -500]),
  u8,
  nearestEighth,
);
export const cast_f64_f32: Reference = fromF64(f32, Math.fround);
export const cast_f64_i64: Reference = fromF64(i64, (v) => whole(v, 64));
export const cast_f64_i32: Reference = fromF64(i32, (v) => Number(whole(v, 32)));
export const cast_f64_bool: Reference = fromF64(u8, truth);
export const cast_i64_f64: Reference = fromI64(f64, Number);
export const cast_i64_f32: Reference = fromI64(f32, nearestF32);
export const cast_i64_i32: Reference = fromI64(i32, (v) => Number(BigInt.asIntN(32, v)));
export const cast_i64_bool: Reference = fromI64(u8, truth);
export const cast_i32_f64: Reference = fromI32(f64, (v) => v);
export const cast_i32_i64: Reference = fromI32(i64, BigInt);
export const cast_i32_i16: Reference = fromI32(i16, (v) => v << 16 >> 16);
export const cast_i32_u8: Reference = fromI32(u8, (v) => v & 255);
export const cast_i32_bool: Reference = fromI32(u8, truth);
export const cast_u32_f64: Reference = fromU32(f64, (v) => v);
export const cast_u32_f32: Reference = fromU32(f32, Math.fround);
export const cast_u32_i64: Reference = fromU32(i64, BigInt);
export const cast_f32_u32: Reference = fromF32(u32, natural);
export const cast_f64_u32: Reference = fromF64(u32, natural);
export const cast_i16_i32: Reference = cast<number>(
  (random, n) => Int16Array.from(random.ints(n, -32768, 32767)),
  Int16Array.of(0, -1, 32767, -32768),
  i32,
  (v) => v,
);
const bytes: Draw = (random, n) => random.bytes(n);
const allBytes = Uint8Array.from({ length: 256 }, (_, i) => i);
export const cast_u8_i32: Reference = cast<number>(bytes, allBytes, i32, (v) => v);
export const cast_u8_f32: Reference = cast<number>(bytes, allBytes, f32, (v) => v);
export const cast_f8e4m3_f32: Reference = cast<number>(bytes, allBytes, f32, eighthToNumber);
