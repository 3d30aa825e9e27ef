/** Rounding, signs, bounds, variance and norms of f64 and integers, which ops compose. */
import { deepEqual, ok, throws } from "node:assert/strict";
import { defaultDevice, record, scope, type Tensor, tensor } from "../../mod.ts";

const odd = [
  NaN,
  Infinity,
  -Infinity,
  0,
  0.5,
  1.5,
  2.5,
  -0.5,
  -1.5,
  -2.5,
  0.49999999999999994,
  -0.2,
  7,
  2 ** 53 - 1,
  -(2 ** 52) - 1,
  1e300,
];

/** Half to even. */
function nearest(v: number): number {
  const below = Math.floor(v), distance = v - below;
  return distance > 0.5 || (distance === 0.5 && below % 2 !== 0) ? below + 1 : below;
}

const plain: Record<string, [(x: Tensor) => Tensor, (v: number) => number]> = {
  floor: [(x) => x.floor(), Math.floor],
  ceil: [(x) => x.ceil(), Math.ceil],
  trunc: [(x) => x.trunc(), Math.trunc],
  round: [(x) => x.round(), nearest],
  sign: [(x) => x.sign(), Math.sign],
  clamp: [(x) => x.clamp(-1.25, 2), (v) => Math.min(Math.max(v, -1.25), 2)],
  atLeast: [(x) => x.clamp(0), (v) => Math.max(v, 0)],
};

for (const [name, [op, wanted]] of Object.entries(plain)) {
  Deno.test(`${name} of f64 is exact, eager and recorded, strided, and leaves nothing`, async () => {
    using own = scope();
    const x = tensor(Float64Array.from([...odd, ...odd]), { shape: [2, odd.length], scope: own }).t();
    op(x).dispose(); // makes constants
    const before = defaultDevice().live().storages;
    using y = op(x);
    deepEqual(defaultDevice().live().storages, before + 1);
    const want = odd.flatMap((v) => [wanted(v) + 0, wanted(v) + 0]);
    deepEqual(Array.from(await y.data<Float64Array>(), (v) => v + 0), want);
    using program = record(x.device, () => op(x));
    program.run();
    deepEqual(Array.from(await program.outputs[0].data()), Array.from(await y.data()));
  });
}

Deno.test("integers are whole, have signs and bounds", async () => {
  using own = scope();
  const wide = tensor(BigInt64Array.of(-5n, 0n, 2n ** 60n), { scope: own });
  for (const op of [plain.floor, plain.ceil, plain.trunc, plain.round]) {
    deepEqual(await op[0](wide).data<BigInt64Array>(), BigInt64Array.of(-5n, 0n, 2n ** 60n));
  }
  deepEqual(await wide.sign().data<BigInt64Array>(), BigInt64Array.of(-1n, 0n, 1n));
  deepEqual(await wide.clamp(-2, 9).data<BigInt64Array>(), BigInt64Array.of(-2n, 0n, 9n));
  for (const dtype of ["i32", "i16"] as const) {
    const x = tensor([-300, 0, 7], { dtype, scope: own });
    deepEqual([await x.sign().toArray(), x.sign().dtype], [[-1, 0, 1], dtype]);
    deepEqual([await x.clamp(-1, 5).toArray(), x.clamp(-1, 5).dtype], [[-1, 0, 5], dtype]);
  }
  const bytes = tensor(Uint8Array.of(0, 200, 3), { scope: own });
  deepEqual(await bytes.sign().toArray(), [0, 1, 1]);
  deepEqual(await bytes.clamp(1, 100).toArray(), [1, 100, 3]);
  throws(() => bytes.clamp(0.5), /Cannot clamp u8\[3\] on wasm: its bounds must be whole, got 0.5/);
});

Deno.test("variance, deviation and norms of f64 keep its digits", async () => {
  using own = scope();
  const values = Float64Array.of(1e9 + 1, 1e9 + 2, 1e9 + 4, -3, 4, 0.5);
  const x = tensor(values, { shape: [2, 3], scope: own });
  const close = (got: number, want: number) =>
    ok(Math.abs(got - want) <= 1e-12 * want, `${got}, not ${want}`);
  const [first, second] = await x.var(1).toArray() as number[];
  close(first, 7 / 3);
  close(second, [-3, 4, 0.5].reduce((sum, v) => sum + (v - 0.5) ** 2, 0) / 2);
  close(await x.std(1).narrow(0, 0, 1).item(), Math.sqrt(7 / 3));
  const row = x.narrow(0, 1, 1);
  close(await row.norm().item(), Math.hypot(3, 4, 0.5));
  close(await row.norm(3).item(), Math.cbrt(27 + 64 + 0.125));
  close(await row.norm(1).item(), 7.5);
  close(await row.norm(Infinity).item(), 4);
  close(await row.norm(0).item(), 3);
});

Deno.test("activations and functions of f64 keep its digits, also near 0 and far away", async () => {
  using own = scope();
  const values = [-700, -30, -2.5, -1e-9, 0, 1e-9, 0.75, 3, 40, 800];
  const x = tensor(Float64Array.from(values), { scope: own });
  const softplus = (v: number) => Math.max(v, 0) + Math.log1p(Math.exp(-Math.abs(v)));
  const elu = (v: number, alpha: number) => v < 0 ? alpha * Math.expm1(v) : v;
  const hard = (v: number) => Math.min(Math.max(v + 3, 0), 6) / 6;
  const functions: [Tensor, (v: number) => number][] = [
    [x.elu(0.5), (v) => elu(v, 0.5)],
    [x.selu(), (v) => 1.0507009873554805 * elu(v, 1.6732632423543772)],
    [x.leakyRelu(0.1), (v) => v < 0 ? v * 0.1 : v],
    [x.softplus(), softplus],
    [x.softplus(2), (v) => softplus(2 * v) / 2],
    [x.logSigmoid(), (v) => -softplus(-v)],
    [x.mish(), (v) => v * Math.tanh(softplus(v))],
    [x.relu6(), (v) => Math.min(Math.max(v, 0), 6)],
    [x.hardSigmoid(), hard],
    [x.hardSwish(), (v) => v * hard(v)],
    [x.expm1(), Math.expm1],
    [x.abs().log1p(), (v) => Math.log1p(Math.abs(v))],
    [x.abs().add(1).rsqrt(), (v) => 1 / Math.sqrt(Math.abs(v) + 1)],
    [x.affine(3, -0.1), (v) => v * 3 - 0.1],
  ];
  for (const [i, [y, wanted]] of functions.entries()) {
    ok(y.dtype === "f64");
    (await y.toArray() as number[]).forEach((got, e) => {
      const want = wanted(values[e]);
      ok(
        got === want || Math.abs(got - want) <= 2e-15 * Math.abs(want),
        `${i} of ${values[e]}: ${got}, not ${want}`,
      );
    });
  }
  ok(Math.abs(await tensor(Float64Array.of(0.5), { scope: own }).erf().item() - 0.5204998778130465) < 1e-15);
});
