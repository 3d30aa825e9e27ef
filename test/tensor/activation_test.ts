/** Unary functions and activations against float64 references and PyTorch's values. */
import { deepEqual, throws } from "node:assert/strict";
import { scope, type Tensor, tensor } from "../../mod.ts";
import { testSeed } from "../random.ts";
import { type Case, each, hold, near } from "./differences.ts";
import { at, type Values } from "./layouts.ts";

const seed = testSeed();

/** By Maclaurin's series: exact enough to 4. */
function erf(x: number): number {
  let [term, sum] = [x, x];
  for (let n = 1; n < 120; n++) {
    term *= -x * x / n;
    sum += term / (2 * n + 1);
  }
  return 2 / Math.sqrt(Math.PI) * sum;
}

const sigmoid = (v: number) => 1 / (1 + Math.exp(-v));
const softplus = (v: number) => Math.log1p(Math.exp(v));
const inside = (low: number, high: number) => (v: number) => Math.min(Math.max(v, low), high);

/** Moves values at least 0.1 away from kinks. */
function beside(...kinks: number[]): (v: number) => number {
  return (v) => {
    const near = kinks.find((k) => Math.abs(v - k) < 0.1);
    return near === undefined ? v : near + (v < near ? -0.15 : 0.15);
  };
}

const positive = (v: number) => Math.exp(v * 0.5);
const stretched = (v: number) => beside(-3, 0, 3, 6)(v * 4);

const smooth: Record<string, [(x: Tensor) => Tensor, (v: number) => number, ((v: number) => number)?]> = {
  sqr: [(x) => x.sqr(), (v) => v * v],
  rsqrt: [(x) => x.rsqrt(), (v) => 1 / Math.sqrt(v), positive],
  log1p: [(x) => x.log1p(), Math.log1p, positive],
  expm1: [(x) => x.expm1(), Math.expm1],
  log2: [(x) => x.log2(), Math.log2, positive],
  log10: [(x) => x.log10(), Math.log10, positive],
  erf: [(x) => x.erf(), erf],
  tan: [(x) => x.tan(), Math.tan, (v) => Math.atan(v)],
  affine: [(x) => x.affine(-2, 0.5), (v) => -2 * v + 0.5],
  clamp: [(x) => x.clamp(-0.5, 1), inside(-0.5, 1), beside(-0.5, 1)],
  "clamp from below": [(x) => x.clamp(0.5), (v) => Math.max(v, 0.5), beside(0.5)],
  floor: [(x) => x.floor(), Math.floor, beside(-2, -1, 0, 1, 2)],
  ceil: [(x) => x.ceil(), Math.ceil, beside(-2, -1, 0, 1, 2)],
  round: [(x) => x.round(), Math.round, beside(-2.5, -1.5, -0.5, 0.5, 1.5, 2.5)],
  trunc: [(x) => x.trunc(), Math.trunc, beside(-2, -1, 0, 1, 2)],
  sign: [(x) => x.sign(), Math.sign, beside(0)],
  "pow 0.5": [(x) => x.pow(0.5), Math.sqrt, positive],
  "pow 3": [(x) => x.pow(3), (v) => v ** 3],
  "pow -2": [(x) => x.pow(-2), (v) => v ** -2, (v) => Math.sign(v) * positive(v)],
  "pow 1": [(x) => x.pow(1), (v) => v],
  "pow 0": [(x) => x.pow(0), () => 1],
  elu: [(x) => x.elu(0.7), (v) => v > 0 ? v : 0.7 * Math.expm1(v), beside(0)],
  selu: [
    (x) => x.selu(),
    (v) => 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * Math.expm1(v)),
    beside(0),
  ],
  leakyRelu: [(x) => x.leakyRelu(0.2), (v) => v > 0 ? v : 0.2 * v, beside(0)],
  softplus: [(x) => x.softplus(), softplus],
  "softplus beta": [(x) => x.softplus(2), (v) => softplus(2 * v) / 2],
  logSigmoid: [(x) => x.logSigmoid(), (v) => Math.log(sigmoid(v))],
  mish: [(x) => x.mish(), (v) => v * Math.tanh(softplus(v))],
  relu6: [(x) => x.relu6(), inside(0, 6), stretched],
  hardSigmoid: [(x) => x.hardSigmoid(), (v) => inside(0, 6)(v + 3) / 6, stretched],
  hardSwish: [(x) => x.hardSwish(), (v) => v * inside(0, 6)(v + 3) / 6, stretched],
};

for (const [name, [op, f, domain]] of Object.entries(smooth)) {
  Deno.test(`${name} and its gradients match the f64 reference`, async () => {
    for (const shape of [[], [1], [3, 0], [2, 3, 5]]) {
      await hold({ op, reference: each(f), shapes: [shape], domain, tolerance: 4e-6 }, seed);
    }
  });
}

const binary: Record<string, Case> = {
  "pow of tensors": {
    op: (a, b) => a.pow(b),
    reference: ({ data: a, shape }, { data: b }) => ({ data: a.map((v, i) => v ** b[i % 3]), shape }),
    shapes: [[2, 3], [3]],
    domain: positive,
    tolerance: 4e-6,
  },
  "prelu with a weight a channel": prelu([2, 3, 4], 3),
  "prelu with one weight": prelu([2, 3], 1),
  "prelu of rank 1": prelu([4], 1),
};

function prelu(shape: number[], channels: number): Case {
  return {
    op: (x, w) => x.prelu(w),
    reference: (x, w): Values => {
      const weight = (i: number) => w.data[channels === 1 ? 0 : at(i, x.shape)[1]];
      return { data: x.data.map((v, i) => v > 0 ? v : weight(i) * v), shape: x.shape };
    },
    shapes: [shape, [channels]],
    domain: beside(0),
  };
}

for (const [name, checked] of Object.entries(binary)) {
  Deno.test(`${name} and its gradients match the f64 reference`, () => hold(checked, seed));
}

const { NaN: nan, POSITIVE_INFINITY: inf } = Number;
const points = [-4, -3, -2.5, -1, -0.5, -0, 0, 0.5, 1, 1.5, 2.5, 3, 6, 7, inf, -inf, nan];

// values, and gradients but for the last point's (torch 2.x: at NaN its gradients follow its own branches)
// deno-fmt-ignore
const golden: Record<string, [(x: Tensor) => Tensor, number[], number[]]> = {
  "relu6": [
    (x) => x.relu6(),
    [0, 0, 0, 0, 0, -0, 0, 0.5, 1, 1.5, 2.5, 3, 6, 6, 6, 0, nan],
    [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0],
  ],
  "elu": [
    (x) => x.elu(0.7),
    [-0.68717909, -0.66514903, -0.64254045, -0.44248438, -0.27542853, -0, 0, 0.5, 1, 1.5, 2.5, 3, 6, 7, inf, -0.69999999, nan],
    [0.012820947, 0.034850948, 0.0574595, 0.25751561, 0.42457145, 0.69999999, 0.69999999, 1, 1, 1, 1, 1, 1, 1, 1, 0],
  ],
  "selu": [
    (x) => x.selu(),
    [-1.7258986, -1.6705687, -1.6137857, -1.1113307, -0.69175816, -0, 0, 0.52535051, 1.050701, 1.5760515, 2.6267526, 3.1521029, 6.3042059, 7.354907, inf, -1.7580993, nan],
    [0.032200713, 0.087530605, 0.14431357, 0.64676863, 1.0663412, 1.7580993, 1.7580993, 1.050701, 1.050701, 1.050701, 1.050701, 1.050701, 1.050701, 1.050701, 1.050701, 0],
  ],
  "leakyRelu": [
    (x) => x.leakyRelu(0.2),
    [-0.80000001, -0.60000002, -0.5, -0.2, -0.1, -0, 0, 0.5, 1, 1.5, 2.5, 3, 6, 7, inf, -inf, nan],
    [0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 0.2, 1, 1, 1, 1, 1, 1, 1, 1, 0.2],
  ],
  "softplus": [
    (x) => x.softplus(),
    [0.018149929, 0.048587352, 0.078889735, 0.31326169, 0.47407699, 0.69314718, 0.69314718, 0.97407699, 1.3132616, 1.7014133, 2.5788898, 3.0485873, 6.0024757, 7.0009117, inf, 0, nan],
    [0.01798621, 0.047425874, 0.075858176, 0.26894143, 0.37754068, 0.5, 0.5, 0.62245935, 0.7310586, 0.8175745, 0.92414182, 0.95257413, 0.99752736, 0.99908894, 1, 0],
  ],
  "logSigmoid": [
    (x) => x.logSigmoid(),
    [-4.0181499, -3.0485873, -2.5788898, -1.3132617, -0.97407699, -0.69314718, -0.69314718, -0.47407699, -0.31326169, -0.20141329, -0.078889735, -0.048587352, -0.0024756852, -0.00091146649, 0, -inf, nan],
    [0.98201376, 0.95257413, 0.92414182, 0.7310586, 0.62245929, 0.5, 0.5, 0.37754068, 0.26894143, 0.18242551, 0.075858176, 0.047425874, 0.0024726233, 0.00091105123, 0, 1],
  ],
  "hardSigmoid": [
    (x) => x.hardSigmoid(),
    [0, 0, 0.083333336, 0.33333334, 0.41666666, 0.5, 0.5, 0.58333331, 0.66666669, 0.75, 0.91666669, 1, 1, 1, 1, 0, nan],
    [0, 0, 0.16666667, 0.16666667, 0.16666667, 0.16666667, 0.16666667, 0.16666667, 0.16666667, 0.16666667, 0.16666667, 0, 0, 0, 0, 0],
  ],
  "hardSwish": [
    (x) => x.hardSwish(),
    [-0, -0, -0.20833333, -0.33333334, -0.20833333, -0, 0, 0.29166666, 0.66666669, 1.125, 2.2916667, 3, 6, 7, inf, nan, nan],
    [0, 0, -0.33333331, 0.16666666, 0.33333331, 0.5, 0.5, 0.66666669, 0.83333337, 1, 1.3333333, 1, 1, 1, 1, 0],
  ],
  "mish": [
    (x) => x.mish(),
    [-0.072591752, -0.14564747, -0.19681619, -0.30340144, -0.22074376, -0, 0, 0.37524524, 0.86509836, 1.4033782, 2.4713924, 2.9865351, 5.9999266, 6.9999886, inf, nan, nan],
    [-0.053773206, -0.093393125, -0.10974357, 0.05921673, 0.28951064, 0.60000002, 0.60000002, 0.88642442, 1.0490363, 1.088488, 1.0411296, 1.021107, 1.000134, 1.0000217, nan, nan],
  ],
  "round": [
    (x) => x.round(),
    [-4, -3, -2, -1, -0, -0, 0, 0, 1, 2, 2, 3, 6, 7, inf, -inf, nan],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  "trunc": [
    (x) => x.trunc(),
    [-4, -3, -2, -1, -0, -0, 0, 0, 1, 1, 2, 3, 6, 7, inf, -inf, nan],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  ],
  "pow3": [
    (x) => x.pow(3),
    [-64, -27, -15.625, -1, -0.125, -0, 0, 0.125, 1, 3.375, 15.625, 27, 216, 343, inf, -inf, nan],
    [48, 27, 18.75, 3, 0.75, 0, 0, 0.75, 3, 6.75, 18.75, 27, 108, 147, inf, inf],
  ],
  "pow 2.5": [
    (x) => x.pow(2.5),
    [nan, nan, nan, nan, nan, 0, 0, 0.17677669, 1, 2.755676, 9.8821173, 15.588457, 88.181633, 129.64182, inf, inf, nan],
    [nan, nan, nan, nan, nan, 0, 0, 0.88388348, 2.5, 4.5927935, 9.8821173, 12.99038, 36.742348, 46.300652, inf, inf],
  ],
  "pow -2": [
    (x) => x.pow(-2),
    [0.0625, 0.11111111, 0.16, 1, 4, inf, inf, 4, 1, 0.44444445, 0.16, 0.11111111, 0.027777778, 0.020408163, 0, 0, nan],
    [0.03125, 0.074074075, 0.12800001, 2, 16, inf, -inf, -16, -2, -0.5925926, -0.12800001, -0.074074075, -0.0092592593, -0.005830904, -0, 0],
  ],
  "rsqrt": [
    (x) => x.rsqrt(),
    [nan, nan, nan, nan, nan, -inf, inf, 1.4142135, 1, 0.81649655, 0.63245553, 0.57735026, 0.40824828, 0.3779645, 0, nan, nan],
    [nan, nan, nan, nan, nan, inf, -inf, -1.4142134, -0.5, -0.27216551, -0.12649111, -0.096225038, -0.034020688, -0.026997468, -0, nan],
  ],
  "log1p": [
    (x) => x.log1p(),
    [nan, nan, nan, -inf, -0.69314718, -0, 0, 0.4054651, 0.69314718, 0.91629076, 1.2527629, 1.3862944, 1.9459101, 2.0794415, inf, nan, nan],
    [-0.33333334, -0.5, -0.66666669, inf, 2, 1, 1, 0.66666669, 0.5, 0.40000001, 0.2857143, 0.25, 0.14285715, 0.125, 0, -0],
  ],
  "expm1": [
    (x) => x.expm1(),
    [-0.98168439, -0.95021296, -0.91791499, -0.63212055, -0.39346933, -0, 0, 0.64872128, 1.7182819, 3.481689, 11.182494, 19.085537, 402.4288, 1095.6332, inf, -1, nan],
    [0.018315613, 0.049787045, 0.082085013, 0.36787945, 0.60653067, 1, 1, 1.6487212, 2.7182817, 4.481689, 12.182494, 20.085537, 403.4288, 1096.6332, inf, 0],
  ],
  "erf": [
    (x) => x.erf(),
    [-1, -0.99997789, -0.99959302, -0.84270078, -0.52049989, -0, 0, 0.52049989, 0.84270078, 0.96610516, 0.99959302, 0.99997789, 1, 1, 1, -1, nan],
    [1.2698236e-07, 0.00013925305, 0.0021782843, 0.41510752, 0.87878263, 1.1283792, 1.1283792, 0.87878263, 0.41510752, 0.1189303, 0.0021782843, 0.00013925305, 2.6173011e-16, 5.9159635e-22, 0, 0],
  ],
  "log2": [
    (x) => x.log2(),
    [nan, nan, nan, nan, nan, -inf, -inf, -1, 0, 0.58496249, 1.3219281, 1.5849625, 2.5849626, 2.8073549, inf, nan, nan],
    [-0.36067376, -0.48089835, -0.57707804, -1.442695, -2.88539, -inf, inf, 2.88539, 1.442695, 0.9617967, 0.57707804, 0.48089835, 0.24044918, 0.20609929, 0, -0],
  ],
};

for (const [name, [op, values, slopes]] of Object.entries(golden)) {
  Deno.test(`${name} has PyTorch's values and gradients at kinks and infinities`, async () => {
    using own = scope();
    const x = tensor(points, { scope: own }).requiresGrad();
    const y = op(x);
    near(await y.data(), values, 2e-6, "values");
    const gradients = y.backward({ gradient: tensor(points.map(() => 1), { scope: own }) });
    near((await gradients.get(x).data()).slice(0, -1), slopes, 3e-6, "gradients");
  });
}

Deno.test("a negative base has powers where the exponent is integral, as in C and PyTorch", async () => {
  using own = scope();
  const base = tensor([-2, -2, -2, 0, 0, 0, 1], { scope: own }).requiresGrad();
  const exponent = tensor([3, 2, 0.5, 0, 2, -1, 5], { scope: own }).requiresGrad();
  const y = base.pow(exponent);
  near(await y.data(), [-8, 4, nan, 1, 0, inf, 1], 1e-6, "values");
  const gradients = y.backward({ gradient: tensor([1, 1, 1, 1, 1, 1, 1], { scope: own }) });
  near(await gradients.get(base).data(), [12, -4, nan, 0, 0, -inf, 5], 1e-6, "of the base");
  near(await gradients.get(exponent).data(), [nan, nan, nan, 0, 0, -inf, 0], 1e-6, "of the exponent");
});

Deno.test("clamp passes the gradient between its bounds, and where there is none", async () => {
  using own = scope();
  const x = tensor([-2, -1, 0, 1, 2], { scope: own }).requiresGrad();
  const ones = tensor([1, 1, 1, 1, 1], { scope: own });
  deepEqual(await x.clamp(-1, 1).backward({ gradient: ones }).get(x).toArray(), [0, 0, 1, 0, 0]);
  const far = tensor([-Infinity, 5, Infinity], { scope: own }).requiresGrad();
  deepEqual(await far.clamp(1).sum().backward().get(far).toArray(), [0, 1, 1]);
});

Deno.test("sign of NaN is NaN, as in NumPy", async () => {
  using own = scope();
  const x = tensor([-inf, -2, -0, 0, 3, nan], { scope: own }).requiresGrad();
  deepEqual(await x.sign().toArray(), [-1, -1, 0, 0, 1, nan]);
  deepEqual(await x.sign().sum(0).backward().get(x).toArray(), [0, 0, 0, 0, 0, 0]);
});

Deno.test("isNan, isFinite and isInf tell what is no number", async () => {
  using own = scope();
  const x = tensor([1, inf, -inf, nan], { scope: own }).requiresGrad();
  deepEqual(await x.isNan().toArray(), [0, 0, 0, 1]);
  deepEqual(await x.isFinite().toArray(), [1, 0, 0, 0]);
  deepEqual(await x.isInf().toArray(), [0, 1, 1, 0]);
});

Deno.test("activations refuse what they do not take", () => {
  using own = scope();
  const x = tensor([[1, 2], [3, 4]], { scope: own });
  throws(() => tensor([1], { dtype: "i32", scope: own }).mish(), {
    code: "DTYPE_MISMATCH",
    message: /Cannot mish i32\[1\]/,
  });
  throws(() => x.prelu(tensor([1, 2, 3], { scope: own })), {
    code: "SHAPE_MISMATCH",
    message: "Cannot prelu [2,2] with weights [3]: expected [1] or [2]",
  });
  throws(() => x.clamp(NaN), { code: "INVALID_ARGUMENT" });
  throws(() => x.elu(Infinity), { code: "INVALID_ARGUMENT" });
  throws(() => x.softplus(0), { code: "INVALID_ARGUMENT" });
});
