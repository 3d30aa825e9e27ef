import { equal, ok } from "node:assert/strict";
import { expNonPositive } from "../../src/generate/exp.ts";
import { Random, testSeed } from "../random.ts";

Deno.test("expNonPositive() is exact at 0 and vanishes below -708", () => {
  equal(expNonPositive(0), 1);
  equal(expNonPositive(-0), 1);
  equal(expNonPositive(-Infinity), 0);
  equal(expNonPositive(-708.001), 0);
  ok(expNonPositive(-708) > 3e-308);
  ok(Number.isNaN(expNonPositive(NaN)));
});

Deno.test("expNonPositive() stays within 2 ulp of Math.exp, itself within 1", () => {
  const random = new Random(testSeed());
  for (let i = 0; i < 20_000; i++) {
    const x = -random.next() * random.pick([1e-9, 0.3, 1, 20, 700]);
    const expected = Math.exp(x);
    const error = Math.abs(expNonPositive(x) - expected);
    if (!(error <= 2 * 2 ** -52 * expected)) throw new Error(`e^${x}: off by ${error}`);
  }
});

Deno.test("expNonPositive() falls where x falls", () => {
  let before = 1;
  for (let x = 0; x > -750; x -= 0.01) {
    const value = expNonPositive(x);
    ok(value <= before, `e^${x}`);
    before = value;
  }
});

Deno.test("expNonPositive() gives the correctly rounded bits of 60-digit arithmetic", () => {
  const bits = (x: number) => new BigUint64Array(Float64Array.of(expNonPositive(x)).buffer)[0];
  equal(bits(-1), 0x3fd78b56362cef38n);
  equal(bits(-0.1), 0x3fecf46d99d52b3an);
  equal(bits(-40.5), 0x3c47c432199df55an);
  equal(bits(-700.25), 0x00caf5fe9a485c8en);
});
