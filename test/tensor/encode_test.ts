/** What tensors are made of: numbers that their dtype holds, and nothing else. */
import { deepEqual, throws } from "node:assert/strict";
import { arange, full, fullLike, linspace, type NestedValues, tensor } from "../../mod.ts";

/** A dtype, and the whole numbers just inside and just outside of it. */
const bounds = [
  ["u8", 0, 255, -1, 256],
  ["i16", -32768, 32767, -32769, 32768],
  ["i32", -(2 ** 31), 2 ** 31 - 1, -(2 ** 31) - 1, 2 ** 31],
  ["u32", 0, 2 ** 32 - 1, -1, 2 ** 32],
] as const;

for (const [dtype, low, high, below, above] of bounds) {
  Deno.test(`tensor() of ${dtype} takes ${low} to ${high} and refuses what is beyond`, async () => {
    using x = tensor([low, high, 1.9, -0.5, true as unknown as number], { dtype });
    deepEqual(await x.toArray(), [low, high, 1, 0, 1]); // fractions go toward zero, as in PyTorch
    for (const value of [below, above, 3e9 * 2 ** 10, NaN, Infinity, -Infinity]) {
      const refusal = {
        code: "INVALID_ARGUMENT",
        message: new RegExp(`element of ${dtype}: expected ${low} to ${high}, got ${value}`),
      };
      throws(() => tensor([value], { dtype }), refusal);
      throws(() => full([2], value, { dtype }), refusal);
      throws(() => fullLike(x, value), refusal);
    }
    throws(() => arange(high - 1, high + 2, 1, { dtype }), { code: "INVALID_ARGUMENT" });
    throws(() => linspace(low - 1, low, 2, { dtype }), { code: "INVALID_ARGUMENT" });
  });
}

Deno.test("tensor() of i64 takes bigints of 64 bits and whole numbers, and refuses what is beyond", async () => {
  using x = tensor([2n ** 53n - 1n, -5, 3.7] as NestedValues, { dtype: "i64" });
  deepEqual(await x.toArray(), [2 ** 53 - 1, -5, 3]);
  for (const value of [2n ** 63n, -(2n ** 63n) - 1n, NaN, Infinity, 1e19]) {
    throws(() => tensor([value] as NestedValues, { dtype: "i64" }), {
      code: "INVALID_ARGUMENT",
      message: /i64/,
    });
  }
});

Deno.test("tensor() takes numbers, bigints and truth values alone", () => {
  for (const value of ["a", "1", null, undefined, {}, Symbol.iterator, () => 1, new Date(0)]) {
    for (const dtype of [undefined, "f32", "i32", "i64", "bool", "f16"] as const) {
      throws(() => tensor([value] as unknown as NestedValues, { dtype }), {
        code: "INVALID_ARGUMENT",
        message: /expected a number, a bigint or a truth value, got/,
      });
    }
  }
});
