/**
 * Conversions between dtypes against PyTorch's (test/golden/casts.json, made by test/golden/make/casts.py), what no C++
 * defines, and what they do in the tape, in Programs and to memory.
 */
import { deepEqual, equal, notEqual, ok, throws } from "node:assert/strict";
import { defaultDevice, type PlainDtype, record, scope, Tensor, tensor } from "../../mod.ts";
import { encode } from "../../src/tensor/encode.ts";
import { readGolden } from "../golden_file.ts";

type Told = (number | string | null)[];
const golden = readGolden<{
  values: Record<PlainDtype, Told>;
  casts: Record<PlainDtype, Record<PlainDtype, Told>>;
}>("casts.json");
const dtypes = Object.keys(golden.values) as PlainDtype[];

/** Text of i64, or "NaN", "Infinity", "-0". */
function values(told: Told, dtype: PlainDtype): (number | bigint)[] {
  return told.map((v) => dtype === "i64" ? BigInt(v ?? 0) : Number(v));
}

/** All elements, also those of i64 beyond 2^53. */
async function elements(x: Tensor): Promise<(number | bigint)[]> {
  return x.dtype === "i64" ? Array.from(await x.data<BigInt64Array>()) : await x.toArray() as number[];
}

for (const from of dtypes) {
  Deno.test(`${from} becomes every dtype as PyTorch has it`, async () => {
    using own = scope();
    const x = tensor(values(golden.values[from], from), { dtype: from, scope: own });
    const pairs = tensor(values(golden.values[from].flatMap((v) => [v, v]), from), {
      dtype: from,
      shape: [x.size, 2],
      scope: own,
    });
    for (const to of dtypes) {
      if (to === from) continue;
      const wanted = golden.casts[from][to];
      const y = x.to(to);
      equal(y.dtype, to);
      agree(await elements(y), wanted, to, `${from} to ${to}`);
      const column = pairs.t().narrow(0, 1, 1).squeeze(0); // every other element
      agree(await elements(column.to(to)), wanted, to, `${from} to ${to}, strided`);
    }
  });
}

function agree(got: (number | bigint)[], told: Told, to: PlainDtype, label: string): void {
  const wanted = values(told, to);
  told.forEach((t, i) => {
    if (t !== null) ok(Object.is(got[i], wanted[i]), `${label}, element ${i}: ${got[i]} is not ${wanted[i]}`);
  });
}

Deno.test("what JavaScript's numbers become is what the conversion gives", async () => {
  using own = scope();
  const reals = values(golden.values.f64, "f64") as number[];
  for (const dtype of ["f16", "bf16", "f8e4m3", "f32", "bool"] as const) {
    const converted = tensor(reals, { dtype: "f64", scope: own }).to(dtype);
    const [got, wanted] = [encode(reals, dtype), await converted.data()];
    for (let i = 0; i < reals.length; i++) {
      if (Number.isNaN(reals[i]) && dtype !== "bool") continue; // one NaN of many
      equal(got[i], wanted[i], `${reals[i]} as ${dtype}`);
    }
  }
  deepEqual(await tensor([1, -1, 2.9], { dtype: "i64", scope: own }).data(), BigInt64Array.of(1n, -1n, 2n));
  throws(() => tensor([NaN], { dtype: "i64", scope: own }), {
    code: "DTYPE_MISMATCH",
    message: /NaN as i64/,
  });
});

Deno.test("floats that no integer holds go to the nearest end, NaN to 0", async () => {
  using own = scope();
  for (const dtype of ["f32", "f64"] as const) {
    const x = tensor([NaN, Infinity, -Infinity, 1e19, -1e19, 3e9], { dtype, scope: own });
    const [low, high] = [-(2n ** 63n), 2n ** 63n - 1n];
    deepEqual(Array.from(await x.to("i64").data<BigInt64Array>()), [0n, high, low, high, low, 3000000000n]);
    const [first, last] = [-(2 ** 31), 2 ** 31 - 1];
    deepEqual(await x.to("i32").toArray(), [0, last, first, last, first, last]);
  }
});

Deno.test("a conversion to the same dtype is a handle on the same memory; others are copies", async () => {
  using own = scope();
  const x = tensor([1, 2], { scope: own });
  equal(x.to("f32").storage, x.storage);
  equal(x.toF32().storage, x.storage);
  const mask = tensor([true, false], { scope: own });
  const bytes = mask.to("u8");
  notEqual(bytes.storage, mask.storage);
  bytes.write(Uint8Array.of(9, 9));
  deepEqual(await mask.toArray(), [1, 0]);
});

Deno.test("the gradient of a conversion is converted back; integers have none", async () => {
  using own = scope();
  const x = tensor([1.5, -2, 3], { scope: own }).requiresGrad();
  const loss = x.to("f64").mul(x.to("f64")).to("f16").sum(0);
  equal(loss.dtype, "f16");
  const gradient = loss.backward().get(x);
  equal(gradient.dtype, "f32");
  deepEqual(await gradient.toArray(), [3, -4, 6]);
  equal(x.to("i32").variable, undefined);
  equal(x.gt(0).variable, undefined);
  throws(() => x.to("i64").requiresGrad(), { code: "DTYPE_MISMATCH" });
  throws(() => x.to("f8e4m3").detach().requiresGrad(), { code: "DTYPE_MISMATCH" });
});

Deno.test("what comes between goes with the conversion", () => {
  const { bytes } = defaultDevice().live();
  using x = tensor([1, 2, 3], { dtype: "f64" });
  for (const dtype of dtypes) {
    using y = x.to(dtype);
    equal(y.dtype, dtype);
    using back = y.to("f64");
    equal(back.size, 3);
  }
  const own = defaultDevice().live().bytes - bytes;
  using same = tensor([1, 2, 3], { dtype: "f64" });
  equal(defaultDevice().live().bytes - bytes - own, own, "only x is left, as large as another");
  equal(same.size, 3);
});

Deno.test("conversions are recorded, step by step", async () => {
  using x = tensor([1.7, 300, -1]);
  using program = record(x.device, () => x.to("i16").to("u8").add(1).to("f64"));
  program.run();
  deepEqual(await program.outputs[0].toArray(), [2, 45, 0]);
  x.write(Float32Array.of(5, 6, 7));
  program.run();
  deepEqual(await program.outputs[0].toArray(), [6, 7, 8]);
});

Deno.test("blocks are dequantized before they are converted", () => {
  using blocks = new Tensor(defaultDevice().allocate(48), "q8", [32]);
  throws(() => blocks.to("f32"), { code: "DTYPE_MISMATCH" });
});
