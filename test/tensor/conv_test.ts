/** Convolution and its transpose, of one and two axes, against float64 references; their options and errors. */
import { deepEqual, throws } from "node:assert/strict";
import { noGrad, record, scope, type Tensor, tensor } from "../../mod.ts";
import { Random, testSeed } from "../random.ts";
import { hold, near } from "./differences.ts";
import type { Values } from "./layouts.ts";

const seed = testSeed();

/** Stride, padding, dilation (H and W each) and groups. */
interface Steps {
  s: [number, number];
  p: [number, number];
  d: [number, number];
  groups: number;
}

/** Sum over every product of a convolution x [B, C, H, W] to y [B, O, Ho, Wo], told as indices of x, w and y. */
function products(
  x: readonly number[],
  w: readonly number[],
  y: readonly number[],
  { s, p, d, groups }: Steps,
  term: (x: number, w: number, y: number) => void,
): void {
  const [B, C, H, W] = x, [O, each, kh, kw] = w, [, , Ho, Wo] = y;
  for (let b = 0; b < B; b++) {
    for (let o = 0; o < O; o++) {
      const first = Math.floor(o / (O / groups)) * each;
      for (let e = 0; e < each * kh * kw * Ho * Wo; e++) {
        const [ow, oh] = [e % Wo, Math.floor(e / Wo) % Ho];
        const [j, i, c] = [e / Wo / Ho, e / Wo / Ho / kw, e / Wo / Ho / kw / kh].map(Math.floor);
        const [h, v] = [oh * s[0] - p[0] + i % kh * d[0], ow * s[1] - p[1] + j % kw * d[1]];
        if (h < 0 || h >= H || v < 0 || v >= W) continue;
        term(
          ((b * C + first + c) * H + h) * W + v,
          ((o * each + c) * kh + i % kh) * kw + j % kw,
          ((b * O + o) * Ho + oh) * Wo + ow,
        );
      }
    }
  }
}

function zeros(shape: readonly number[]): Values {
  return { data: new Float64Array(shape.reduce((a, b) => a * b, 1)), shape };
}

function withBias(y: Values, bias?: Values): Values {
  const plane = y.shape[2] * y.shape[3];
  if (bias) y.data.forEach((_, i) => y.data[i] += bias.data[Math.floor(i / plane) % y.shape[1]]);
  return y;
}

const convolved = (steps: Steps, to: readonly number[]) => (x: Values, w: Values, bias?: Values): Values => {
  const y = zeros([x.shape[0], w.shape[0], ...to]);
  products(x.shape, w.shape, y.shape, steps, (i, j, k) => y.data[k] += x.data[i] * w.data[j]);
  return withBias(y, bias);
};

const spread = (steps: Steps, to: readonly number[]) => (y: Values, w: Values, bias?: Values): Values => {
  const x = zeros([y.shape[0], w.shape[1] * steps.groups, ...to]);
  products(x.shape, w.shape, y.shape, steps, (i, j, k) => x.data[i] += y.data[k] * w.data[j]);
  return withBias(x, bias);
};

const plain: Steps = { s: [1, 1], p: [0, 0], d: [1, 1], groups: 1 };
const tolerance = 1e-5;

Deno.test("conv2d and its gradients match the f64 reference", async () => {
  await hold({
    op: (x, w, b) => x.conv2d(w, b, { padding: [1, 0] }),
    reference: convolved({ ...plain, p: [1, 0] }, [4, 3]),
    shapes: [[2, 2, 4, 5], [3, 2, 3, 3], [3]],
    tolerance,
  }, seed);
  await hold({
    op: (x, w) => x.conv2d(w, null, { stride: [2, 1], padding: 1, dilation: [1, 2], groups: 2 }),
    reference: convolved({ s: [2, 1], p: [1, 1], d: [1, 2], groups: 2 }, [3, 5]),
    shapes: [[1, 4, 6, 5], [4, 2, 3, 2]],
    tolerance,
  }, seed);
  await hold({ // pixels that no window meets
    op: (x, w) => x.conv2d(w, null, { stride: 3 }),
    reference: convolved({ ...plain, s: [3, 3] }, [2, 2]),
    shapes: [[1, 1, 6, 5], [1, 1, 2, 2]],
    tolerance,
  }, seed);
  await hold({
    op: (x, w) => x.conv2d(w),
    reference: convolved(plain, [1, 1]),
    shapes: [[0, 2, 3, 3], [2, 2, 3, 3]],
  }, seed);
});

Deno.test("padding same keeps the extent, the odd zero behind; valid pads nothing", async () => {
  await hold({
    op: (x, w) => x.conv2d(w, null, { padding: "same", dilation: [2, 1] }),
    reference: convolved({ ...plain, p: [2, 0], d: [2, 1] }, [4, 3]),
    shapes: [[1, 1, 4, 3], [1, 1, 3, 2]],
    tolerance,
  }, seed);
  await hold({
    op: (x, w) => x.conv2d(w, null, { padding: "valid" }),
    reference: convolved(plain, [2, 2]),
    shapes: [[1, 1, 4, 3], [1, 1, 3, 2]],
    tolerance,
  }, seed);
});

Deno.test("convTranspose2d and its gradients match the f64 reference", async () => {
  await hold({
    op: (x, w, b) => x.convTranspose2d(w, b, { stride: [2, 1], padding: [1, 0], outputPadding: [1, 0] }),
    reference: spread({ ...plain, s: [2, 1], p: [1, 0] }, [6, 6]),
    shapes: [[2, 2, 3, 4], [2, 3, 3, 3], [3]],
    tolerance,
  }, seed);
  await hold({
    op: (x, w, b) => x.convTranspose2d(w, b, { dilation: 2, groups: 2, outputPadding: [0, 1] }),
    reference: spread({ ...plain, d: [2, 2], groups: 2 }, [4, 6]),
    shapes: [[1, 4, 2, 3], [4, 1, 2, 2], [2]],
    tolerance,
  }, seed);
});

/** A reference of two axes for tensors that lack the first. */
const flat = (reference: (...inputs: Values[]) => Values) => (...inputs: Values[]): Values => {
  const wide = inputs.map((v) => v.shape.length === 3 ? { ...v, shape: v.shape.toSpliced(2, 0, 1) } : v);
  const y = reference(...wide);
  return { ...y, shape: y.shape.toSpliced(2, 1) };
};

Deno.test("conv1d and convTranspose1d and their gradients match the f64 reference", async () => {
  await hold({
    op: (x, w, b) => x.conv1d(w, b, { stride: 2, padding: 2, dilation: 2 }),
    reference: flat(convolved({ s: [1, 2], p: [0, 2], d: [1, 2], groups: 1 }, [1, 5])),
    shapes: [[2, 2, 9], [3, 2, 3], [3]],
    tolerance,
  }, seed);
  await hold({
    op: (x, w) => x.conv1d(w, null, { padding: "same", groups: 2 }),
    reference: flat(convolved({ ...plain, p: [0, 1], groups: 2 }, [1, 5])),
    shapes: [[1, 2, 5], [2, 1, 4]],
    tolerance,
  }, seed);
  await hold({
    op: (x, w, b) => x.convTranspose1d(w, b, { stride: 3, padding: 1, outputPadding: 2 }),
    reference: flat(spread({ ...plain, s: [1, 3], p: [0, 1] }, [1, 11])),
    shapes: [[2, 2, 4], [2, 2, 2], [2]],
    tolerance,
  }, seed);
});

Deno.test("a convolution of random sizes equals that of its rows one by one, and its transpose is its adjoint", async () => {
  const random = new Random(seed);
  for (let n = 0; n < 8; n++) {
    using own = scope();
    const groups = random.pick([1, 2]);
    const [B, C, O] = [random.integer(1, 3), groups * random.integer(1, 3), groups * random.integer(1, 3)];
    const options = {
      stride: random.integer(1, 3),
      padding: random.integer(0, 2),
      dilation: random.integer(1, 2),
      groups,
    };
    const make = (...shape: number[]) =>
      tensor(random.floats(shape.reduce((a, b) => a * b)), { shape, scope: own });
    const x = make(B, C, random.integer(5, 9), random.integer(5, 9));
    const w = make(O, C / groups, random.integer(1, 3), random.integer(1, 3));
    const y = x.conv2d(w, null, options);
    const whole = await y.data();
    const rows = await Promise.all(
      x.shape.slice(0, 1).flatMap((B) =>
        Array.from({ length: B }, (_, b) => x.narrow(0, b, 1).conv2d(w, null, options).data())
      ),
    );
    deepEqual([...whole], rows.flatMap((r) => [...r]));
    // <conv(x), v> = <x, convT(v)>
    const v = make(...y.shape);
    const outputPadding = [2, 3].map((d) =>
      (x.shape[d] + 2 * options.padding - options.dilation * (w.shape[d] - 1) - 1) % options.stride
    ) as [number, number];
    const back = v.convTranspose2d(w, null, { ...options, outputPadding });
    deepEqual(back.shape, x.shape);
    const dot = (a: Tensor, b: Tensor) => a.mul(b).reshape(-1).sum(0).item();
    near([await dot(y, v)], [await dot(x, back)], 1e-4, `seed ${seed}`);
  }
});

Deno.test("a convolution has PyTorch's values", async () => {
  using own = scope();
  const x = tensor([[[[1, 2, 3], [4, 5, 6], [7, 8, NaN]]]], { scope: own });
  const w = tensor([[[[1, -1], [2, 0.5]]]], { scope: own });
  deepEqual(await x.conv2d(w).toArray(), [[[[9.5, 12], [17, NaN]]]]);
  const y = tensor([[[[1, 2], [3, Infinity]]]], { scope: own });
  deepEqual(await y.convTranspose2d(w, tensor([1], { scope: own })).toArray(), [
    [[[2, 2, -1], [6, Infinity, -Infinity], [7, Infinity, Infinity]]],
  ]);
});

Deno.test("a recorded training step of a convolution gives the eager gradient", async () => {
  using own = scope();
  const random = new Random(seed);
  const make = (...shape: number[]) =>
    tensor(random.floats(shape.reduce((a, b) => a * b)), { shape, scope: own });
  const [x, w] = [make(2, 2, 5, 5), make(3, 2, 3, 3).requiresGrad()];
  const step = () => x.conv2d(w).relu().maxPool2d(2).reshape(-1).sum(0).backward().get(w);
  const eager = await step().data();
  using program = record(x.device, step);
  program.run();
  deepEqual(await program.outputs[0].data(), eager);
});

Deno.test("one Program serves every batch up to its maximum", async () => {
  using own = scope();
  const random = new Random(seed);
  const w = tensor(random.floats(18), { shape: [2, 1, 3, 3], scope: own });
  const whole = tensor(random.floats(3 * 36), { shape: [3, 1, 6, 6], scope: own });
  const batch = whole.device.cell(3);
  const x = whole.alias(whole.shape, { rows: batch, scope: own });
  const layers = (x: Tensor) => {
    const y = x.conv2d(w, null, { padding: 1 }).hardSwish().clamp(-1, 2).maxPool2d(2);
    return y.upsampleBilinear2d({ scaleFactor: 2 }).avgPool2d(3).convTranspose2d(w);
  };
  using program = record(x.device, () => layers(x));
  const want = await layers(whole).data();
  for (const rows of [3, 1, 2]) {
    batch.set(rows);
    program.run();
    const got = await program.outputs[0].data();
    deepEqual(got.slice(0, rows * want.length / 3), want.slice(0, rows * want.length / 3));
  }
  batch.dispose();
});

Deno.test("convolutions name what does not fit", () => {
  using own = scope();
  const make = (...shape: number[]) =>
    tensor(new Float32Array(shape.reduce((a, b) => a * b)), { shape, scope: own });
  const x = make(1, 4, 5, 5);
  noGrad(() => {
    throws(() => make(4, 5, 5).conv2d(make(1, 4, 3, 3)), {
      code: "SHAPE_MISMATCH",
      message: "Cannot conv2d f32[4,5,5] on wasm: expected f32 or f64 [B,C,H,W]",
    });
    throws(() => x.conv2d(make(1, 3, 3, 3)), {
      code: "SHAPE_MISMATCH",
      message: /they take 3 channels, got 4/,
    });
    throws(() => x.conv2d(make(3, 2, 3, 3), null, { groups: 2 }), /groups must divide 3/);
    throws(() => x.conv2d(make(1, 4, 6, 3)), /reaches over 6, more than the padded extent 5/);
    throws(() => x.conv2d(make(2, 4, 3, 3), make(3)), /the bias must be f32\[2\]/);
    throws(() => x.conv2d(make(1, 4, 3, 3), null, { stride: 0 }), { code: "INVALID_ARGUMENT" });
    throws(() => x.conv2d(make(1, 4, 3, 3), null, { padding: -1 }), { code: "INVALID_ARGUMENT" });
    throws(
      () => x.conv2d(make(1, 4, 3, 3), null, { padding: "same", stride: 2 }),
      /stride must be 1, got 2,2/,
    );
    throws(
      () => x.convTranspose2d(make(4, 1, 3, 3), null, { outputPadding: 1 }),
      /outputPadding \[1,1\] be less/,
    );
    throws(() => x.convTranspose2d(make(4, 1, 3, 3), null, { padding: 4 }), { code: "SHAPE_MISMATCH" });
    throws(() => tensor([[[[1]]]], { dtype: "i32", scope: own }).conv2d(make(1, 1, 1, 1)), {
      code: "DTYPE_MISMATCH",
    });
  });
});
