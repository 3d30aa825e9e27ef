/**
 * Numbers that a dtype may not hold, by every way in which a number meets a dtype, against what PyTorch and NumPy make of
 * them (test/golden/make/ranges.py): where the two agree, it is so here; where they do not, as in one of them.
 */
import { deepEqual, ok, throws } from "node:assert/strict";
import { arange, full, linspace, type PlainDtype, type Scope, scope, type Tensor, tensor, WickError } from "../../mod.ts";
import { readGolden } from "../golden_file.ts";
import { isNear } from "../near.ts";
import { type Numbers, plain } from "./calls.ts";

type Outcomes = readonly (Numbers[number] | null)[];

interface Golden {
  readonly values: Numbers;
  /** By way and dtype: PyTorch's, and NumPy's where it has the way. */
  readonly cases: Readonly<Record<string, Readonly<Record<string, readonly [Outcomes, Outcomes | null]>>>>;
}

const { values, cases } = readGolden<Golden>("ranges.json");

type Way = (value: number, dtype: PlainDtype, own: Scope) => Tensor;

/** An op on a one. */
function onOne(op: (x: Tensor, value: number) => Tensor): Way {
  return (value, dtype, own) => op(tensor([1], { dtype, scope: own }), value);
}

const sure = tensor([true]);
const first = tensor(Int32Array.of(0));
const ways: Record<string, Way> = {
  tensor: (value, dtype, own) => tensor([value], { dtype, scope: own }),
  full: (value, dtype, own) => full([1], value, { dtype, scope: own }),
  arange: (value, dtype, own) => arange(value, value + 1, 1, { dtype, scope: own }),
  add: onOne((x, value) => x.add(value)),
  sub: onOne((x, value) => x.sub(value)),
  mul: onOne((x, value) => x.mul(value)),
  floorDiv: onOne((x, value) => x.floorDiv(value)),
  eq: onOne((x, value) => x.eq(value)),
  lt: onOne((x, value) => x.lt(value)),
  where: onOne((x, value) => sure.where(value, x)),
  maskedFill: onOne((x, value) => x.maskedFill(sure, value)),
  scatter: onOne((x, value) => x.scatter(0, first, value)),
  pad: onOne((x, value) => x.pad([1, 0], value)),
  clamp: onOne((x, value) => x.clamp(undefined, value)),
};

/** What is refused here though neither refuses it. */
function isStricter(way: string, value: number, dtype: PlainDtype): boolean {
  const isFraction = !Number.isInteger(value);
  if (dtype === "u8" && value < 0) return true; // PyTorch takes -1 for 255, but not in pad
  if (dtype === "bool" && ["clamp", "maskedFill", "scatter", "pad"].includes(way)) return true; // 0 and 1 alone
  if (way === "clamp") return Number.isNaN(value) || (isFraction && Number.isFinite(value) && dtype[0] !== "f");
  return isFraction && ["maskedFill", "scatter", "pad"].includes(way) && /^[iu]/.test(dtype); // no silent rounding
}

for (const [way, byDtype] of Object.entries(cases)) {
  Deno.test(`${way} takes or refuses numbers at and beyond the ends of dtypes as PyTorch or NumPy does`, async () => {
    for (const [dtype, outcomes] of Object.entries(byDtype)) {
      for (const [i, value] of plain(values).entries()) await check(way, value, dtype as PlainDtype, outcomes, i);
    }
  });
}

async function check(
  way: string,
  value: number,
  dtype: PlainDtype,
  outcomes: readonly (Outcomes | null)[],
  at: number,
): Promise<void> {
  using own = scope();
  const wanted = outcomes.flatMap((o) => o ? [o[at]] : []).map((w) => w === null ? w : plain([w])[0]);
  const got = await outcomeOf(() => ways[way](value, dtype, own));
  const agrees = (w: number | null) =>
    w === got || (w !== null && got !== null && isNear(got, w, 1e-6 * Math.abs(w)));
  const what = `${way} of ${value} in ${dtype} gives ${got}, there ${wanted.join(" and ")}`;
  const isRounded = Math.abs(value) >= 65520 && Math.abs(got ?? 0) === Infinity; // beyond the floats of 16 or 32 bits
  ok(wanted.some(agrees) || isRounded || (got === null && isStricter(way, value, dtype)), what);
}

/** The first element, or null where it is refused. */
async function outcomeOf(make: () => Tensor): Promise<number | null> {
  try {
    const [first = null] = await make().to("f64").data();
    return first; // null where arange counts none: 1e19 + 1 is 1e19
  } catch (error) {
    ok(error instanceof WickError, `${error}`);
    return null;
  }
}

Deno.test("what is no number makes no tensor, and no operand", () => {
  const wrong = ["a", "1", null, undefined, {}, () => 1, Symbol.iterator, new Date(0), new Float32Array(1)];
  const code = /^(DTYPE_MISMATCH|INVALID_ARGUMENT|SHAPE_MISMATCH)$/;
  for (const value of wrong as never[]) {
    for (const dtype of [undefined, "f32", "f64", "f16", "bf16", "i64", "i32", "u8", "bool"] as const) {
      throws(() => tensor([value], { dtype }), { code });
      throws(() => tensor([1, value], { dtype }), { code });
      throws(() => full([2], value, { dtype }), { code });
    }
    const x = tensor([1]);
    for (const op of ["add", "sub", "mul", "div", "pow", "floorDiv", "remainder", "maximum", "minimum", "eq", "lt"] as const) {
      throws(() => x[op](value), { code }, `${op} ${String(value)}`);
    }
    throws(() => sure.where(value, x), { code });
    throws(() => x.maskedFill(sure, value), { code });
  }
  throws(() => tensor(["a"] as never), { message: /"a": expected numbers, bigints or truth values/ });
});

Deno.test("bigints are refused beyond 64 bits, and what they are made into may hold less", async () => {
  deepEqual(await tensor([2n ** 63n - 1n, -(2n ** 63n)]).data<BigInt64Array>(), BigInt64Array.of(2n ** 63n - 1n, -(2n ** 63n)));
  throws(() => tensor([2n ** 63n]), { code: "DTYPE_MISMATCH", message: /9223372036854775808 as i64/ });
  throws(() => tensor([256n], { dtype: "u8" }), { code: "DTYPE_MISMATCH", message: /256 as u8: it holds 0 to 255/ });
  throws(() => tensor([-1n], { dtype: "u32" }), { code: "DTYPE_MISMATCH" });
  deepEqual(await tensor([2n ** 64n], { dtype: "f32" }).toArray(), [2 ** 64]);
  throws(() => linspace(0, 300, 3, { dtype: "u8" }), { code: "DTYPE_MISMATCH", message: /300 as u8/ });
  deepEqual(await tensor([300, -1, 3e9]).to("u8").toArray(), [44, 255, 0]); // a conversion is not refused
});
