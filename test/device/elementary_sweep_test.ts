/**
 * Every elementary function at numbers of every exponent: no result that cannot be, none that overflows or vanishes on the
 * way, NaN where it belongs, zeros with their sign, and elsewhere the stated accuracy.
 */
import { deepEqual, ok } from "node:assert/strict";
import { kernels } from "../../src/device/kernels/mod.ts";
import { type Tensor, tensor } from "../../mod.ts";
import { power } from "../reference/elementwise.ts";
import { cosine, sine } from "./angles.ts";
import { type Build, call, openBuild } from "./call.ts";
import { everyExponent, fault, functions, type Swept } from "./elementary_functions.ts";

for (const name of ["simd", "relaxed"] as const) {
  Deno.test(`the ${name} build's elementary functions hold at every exponent`, async (t) => {
    const build = await openBuild(name);
    for (const swept of functions) {
      for (const dtype of ["f32", "f64"] as const) {
        const row = `${swept.stem}_${dtype}`;
        if (!kernels.has(row)) continue;
        await t.step(`${row} ${swept.params ?? ""}`, () => sweep(build, swept, dtype, everyExponent(dtype)));
      }
    }
    for (const stem of ["sin", "cos"]) {
      const swept = functions.find((f) => f.stem === stem)!;
      // where they come nearest to 1 and -1
      const peaks = Array.from(
        { length: 40000 },
        (_, i) => Math.PI / 2 * Math.floor(i / 64) + (i % 64 - 32) * 2e-5,
      );
      await t.step(`${stem}_f32 is never beyond 1`, () => sweep(build, swept, "f32", peaks.map(Math.fround)));
    }
  });
}

function sweep(build: Build, swept: Swept, dtype: "f32" | "f64", x: number[]): void {
  const row = `${swept.stem}_${dtype}`;
  const array = dtype === "f32" ? Float32Array : Float64Array;
  const operands = [array.from(x), new array(x.length)];
  const params = [1, 1, x.length, 0, 0, 0, 1, ...swept.params ?? []];
  const y = call(build, kernels.get(row)!, { label: row, operands, params, cells: [1] })[1] as Float64Array;
  const faults = x.map((v, i) => fault(swept, dtype, v, y[i])).filter((f) => f !== undefined);
  ok(faults.length === 0, `${faults.length} of ${x.length}: ${faults.slice(0, 5).join("; ")}`);
}

for (const dtype of ["f32", "f64"] as const) {
  Deno.test(`pow_${dtype} of numbers of every exponent to whole and other powers`, async () => {
    const bases = everyExponent(dtype);
    const powers = [0, 1, 2, 3, 5, 0.5, 1.7, 1 / 3, 1e-30, 40, 41, 1e10, 1e30, Infinity].flatMap((
      b,
    ) => [b, -b]);
    const [build, array] = [await openBuild("relaxed"), dtype === "f32" ? Float32Array : Float64Array];
    for (const b of array.from(powers)) {
      const operands = [array.from(bases), array.of(b), new array(bases.length)];
      const params = [1, 1, bases.length, 0, 0, 0, 1, 0, 0, 0, 0];
      const kernel = kernels.get(`pow_${dtype}`)!;
      const y = call(build, kernel, { label: kernel.name, operands, params, cells: [1] })[2] as Float64Array;
      const swept: Swept = { stem: "pow", f: (a) => power(a, b), relative: [3e-7, 4e-15] };
      const faults = bases.map((a, i) => fault(swept, dtype, a, y[i])).filter((f) => f !== undefined);
      ok(faults.length === 0, `${faults.length} to the power ${b}: ${faults.slice(0, 5).join("; ")}`);
    }
  });
}

Deno.test("functions that are composed in f64 hold at every exponent", async (t) => {
  const x = everyExponent("f64");
  for (const swept of functions.filter((f) => !kernels.has(`${f.stem}_f64`))) {
    await t.step(`${swept.stem} ${swept.params ?? ""}`, async () => {
      using given = tensor(x, { dtype: "f64" });
      using found = opOf(swept)(given);
      const y = await found.toArray() as number[];
      const own = [0, 1e-15] as const;
      const held: Swept = { ...swept, ...swept.relative ? { relative: own } : { absolute: own } };
      const faults = x.map((v, i) => fault(held, "f64", v, y[i])).filter((f) => f !== undefined);
      ok(faults.length === 0, `${faults.length} of ${x.length}: ${faults.slice(0, 5).join("; ")}`);
    });
  }
});

Deno.test("sin of very large numbers", async () => {
  const wide = tensor([1e20, 1e30], { dtype: "f64" }).sin();
  deepEqual((await wide.toArray() as number[]).map((v) => v.toPrecision(5)), ["-0.64525", "0.0093315"]);
  const narrow = tensor([1e20, 3e38]).sin();
  deepEqual((await narrow.toArray() as number[]).map((v) => v.toPrecision(5)), ["0.65658", "0.87490"]);
});

Deno.test("the oracle's sines are those of the engine", () => {
  for (let e = -20; e < 1024; e++) {
    const x = 1.2345 * 2 ** e;
    ok(Math.abs(sine(x) - Math.sin(x)) < 1e-15 && Math.abs(cosine(x) - Math.cos(x)) < 1e-15, `of ${x}`);
  }
});

/** Every number of 16 bits. */
const every16 = Uint16Array.from({ length: 65536 }, (_, i) => i);
/** Half of the last digit relative to a number, and the smallest normal one. */
const halves = {
  f16: { grain: 2 ** -11, normal: 2 ** -14, most: 65504 },
  bf16: { grain: 2 ** -8, normal: 2 ** -126, most: 3.3895e38 },
};

for (const dtype of ["f16", "bf16"] as const) {
  Deno.test(`elementary functions of every ${dtype}`, async (t) => {
    for (const swept of functions) {
      await t.step(`${swept.stem} ${swept.params ?? ""}`, () => everyHalf(swept, dtype));
    }
  });
}

async function everyHalf(swept: Swept, dtype: "f16" | "bf16"): Promise<void> {
  const { grain, normal, most } = halves[dtype];
  const bound = swept.relative?.[0] ?? 0;
  using given = tensor(every16, { dtype });
  using found = opOf(swept)(given);
  using wide = given.to("f32");
  using results = found.to("f32");
  const [x, y] = [await wide.data(), await results.data()];
  x.forEach((v, i) => {
    const exact = swept.f(v as number);
    const got = y[i] as number;
    if (Number.isNaN(exact) && Number.isNaN(got)) return;
    if (Math.abs(exact) >= most && Math.abs(got) >= most && exact * got > 0) return;
    const error = Math.abs(got - exact);
    const allowed = (swept.absolute?.[0] ?? 0) * (1 + Math.abs(exact)) + (bound + grain) * Math.abs(exact);
    ok(
      error <= allowed * 1.01 + (Math.abs(exact) < normal ? normal : 0),
      `${swept.stem}(${v}) is ${got}, expected ${exact}`,
    );
  });
}

function opOf({ stem, op = stem, params = [], args = params }: Swept): (x: Tensor) => Tensor {
  return (x) => (x[op as keyof Tensor] as (...args: readonly unknown[]) => Tensor).call(x, ...args);
}
