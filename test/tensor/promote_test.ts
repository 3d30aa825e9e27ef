/**
 * Promotion against PyTorch's own table (test/golden/promotion.json, made by test/golden/make/promotion.py), as a
 * function and as the dtypes that ops give.
 */
import { deepEqual, equal, throws } from "node:assert/strict";
import { type PlainDtype, promote, resultType, scope, type Tensor, tensor } from "../../mod.ts";
import { readGolden } from "../golden_file.ts";

type Table = Record<PlainDtype, Record<PlainDtype, PlainDtype | null>>;
const golden = readGolden<{
  pairs: Table;
  rank0: Table;
  numbers: Record<PlainDtype, Record<string, PlainDtype>>;
  numbers0: Record<PlainDtype, Record<string, PlainDtype>>;
}>("promotion.json");
const dtypes = Object.keys(golden.pairs) as PlainDtype[];
const numbers: Record<string, number | boolean> = { bool: true, integer: 3, float: 0.5 };

Deno.test("promote() is PyTorch's promote_types for every pair", () => {
  for (const a of dtypes) {
    for (const b of dtypes) {
      const wanted = golden.pairs[a][b];
      if (wanted) equal(promote(a, b), wanted, `${a} and ${b}`);
      else throws(() => promote(a, b), { code: "DTYPE_MISMATCH" }, `${a} and ${b}`);
    }
  }
  throws(() => promote("f32", "q4_0"), { code: "DTYPE_MISMATCH" });
});

Deno.test("resultType() is PyTorch's result_type for tensors of rank 0 and numbers", () => {
  using own = scope();
  const [wide, narrow] = [[2], []].map((shape) =>
    Object.fromEntries(dtypes.map((d) => [d, made(d, shape, own)])) as Record<PlainDtype, Tensor>
  );
  for (const a of dtypes) {
    for (const b of dtypes) {
      const wanted = golden.rank0[a][b];
      if (wanted) equal(resultType([wide[a], narrow[b]]), wanted, `${a}[2] and ${b}[]`);
      else throws(() => resultType([wide[a], narrow[b]]), { code: "DTYPE_MISMATCH" });
    }
    for (const [kind, value] of Object.entries(numbers)) {
      const [with2, with0] = [golden.numbers[a][kind], golden.numbers0[a][kind]];
      if (with2) equal(resultType([wide[a], value]), with2, `${a}[2] and ${value}`);
      if (with0) equal(resultType([narrow[a], value]), with0, `${a}[] and ${value}`);
    }
  }
});

Deno.test("ops give what their operands promote to, and the same values in every dtype", async () => {
  using own = scope();
  const able = dtypes.filter((d) => d !== "f8e4m3");
  for (const a of able) {
    for (const b of able) {
      const [x, y] = [a, b].map((d) => made(d, [2], own));
      const both = golden.pairs[a][b]!;
      const sum = x.add(y);
      equal(sum.dtype, both, `${a} + ${b}`);
      deepEqual(await sum.toArray(), both === "bool" ? [1, 0] : [2, 0], `${a} + ${b}`);
      equal(x.mul(y).dtype, both);
      equal(x.maximum(y).dtype, both);
      equal(x.add(made(b, [], own)).dtype, golden.rank0[a][b], `${a}[2] + ${b}[]`);
      const mask = x.eq(y);
      equal(mask.dtype, "bool");
      deepEqual(await mask.toArray(), [1, 1], `${a} = ${b}`);
      deepEqual(await x.ge(y).toArray(), [1, 1]);
      deepEqual(await x.gt(y).toArray(), [0, 0]);
      const chosen = mask.where(x, y);
      equal(chosen.dtype, both, `where of ${a} and ${b}`);
      deepEqual(await chosen.toArray(), [1, 0]);
    }
    for (const [kind, value] of Object.entries(numbers)) {
      if (typeof value === "boolean") continue;
      equal(made(a, [2], own).mul(value).dtype, golden.numbers[a][kind], `${a}[2] * ${value}`);
    }
  }
});

/** 1, 0, or for rank 0: 1. */
function made(dtype: PlainDtype, shape: readonly number[], own: ReturnType<typeof scope>): Tensor {
  return tensor(shape.length ? [1, 0] : 1, { dtype, scope: own });
}
