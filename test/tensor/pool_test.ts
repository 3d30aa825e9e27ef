/** Pooling against float64 references, ties and options as PyTorch's. */
import { deepEqual, throws } from "node:assert/strict";
import { scope, type Tensor, tensor } from "../../mod.ts";
import { testSeed } from "../random.ts";
import { type Case, hold, near } from "./differences.ts";
import type { Values } from "./layouts.ts";

const seed = testSeed();

/** Kernel, stride, padding and dilation (H and W each) of windows that give `to`. */
interface Windows {
  k: [number, number];
  s: [number, number];
  p: [number, number];
  d?: [number, number];
  to: [number, number];
}

/** y of each window: of its values, and of its pixels with those of the padding. */
function pooled(
  { k, s, p, d = [1, 1], to }: Windows,
  fold: (values: number[], padded: number) => number,
): (x: Values) => Values {
  return ({ data, shape: [B, C, H, W] }) => {
    const shape = [B, C, ...to];
    const y = Float64Array.from({ length: B * C * to[0] * to[1] }, (_, e) => {
      const [top, left] = [Math.floor(e / to[1]) % to[0] * s[0] - p[0], e % to[1] * s[1] - p[1]];
      const plane = Math.floor(e / to[0] / to[1]) * H * W;
      const values: number[] = [];
      for (let i = 0; i < k[0]; i++) {
        for (let j = 0; j < k[1]; j++) {
          const [h, w] = [top + i * d[0], left + j * d[1]];
          if (h >= 0 && h < H && w >= 0 && w < W) values.push(data[plane + h * W + w]);
        }
      }
      const padded = (Math.min(top + k[0], H + p[0]) - top) * (Math.min(left + k[1], W + p[1]) - left);
      return fold(values, padded);
    });
    return { data: y, shape };
  };
}

const most = (values: number[]) => values.reduce((a, b) => Math.max(a, b), -Infinity);
const sum = (values: number[]) => values.reduce((a, b) => a + b, 0);

const flat = (reference: (x: Values) => Values) => ({ data, shape }: Values): Values => {
  const y = reference({ data, shape: shape.toSpliced(2, 0, 1) });
  return { ...y, shape: y.shape.toSpliced(2, 1) };
};

const cases: Record<string, Case> = {
  "maxPool2d": {
    op: (x) => x.maxPool2d(2),
    reference: pooled({ k: [2, 2], s: [2, 2], p: [0, 0], to: [2, 3] }, most),
    shapes: [[2, 2, 5, 6]],
  },
  "maxPool2d of windows that overlap and reach out": {
    op: (x) => x.maxPool2d([3, 2], { stride: [2, 1], padding: 1, dilation: [1, 2] }),
    reference: pooled({ k: [3, 2], s: [2, 1], p: [1, 1], d: [1, 2], to: [3, 5] }, most),
    shapes: [[1, 2, 6, 5]],
  },
  "maxPool2d with windows over the end": {
    op: (x) => x.maxPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
    reference: pooled({ k: [3, 3], s: [2, 2], p: [1, 1], to: [3, 3] }, most),
    shapes: [[1, 1, 4, 5]],
  },
  "maxPool1d": {
    op: (x) => x.maxPool1d(3, { stride: 2, padding: 1, dilation: 1 }),
    reference: flat(pooled({ k: [1, 3], s: [1, 2], p: [0, 1], to: [1, 4] }, most)),
    shapes: [[2, 2, 8]],
  },
  "maxPool2d of no image": {
    op: (x) => x.maxPool2d(2),
    reference: pooled({ k: [2, 2], s: [2, 2], p: [0, 0], to: [2, 2] }, most),
    shapes: [[0, 2, 4, 4]],
  },
  "avgPool2d": {
    op: (x) => x.avgPool2d(2),
    reference: pooled({ k: [2, 2], s: [2, 2], p: [0, 0], to: [2, 3] }, (v) => sum(v) / 4),
    shapes: [[2, 2, 5, 6]],
  },
  "avgPool2d of windows that overlap and reach out": {
    op: (x) => x.avgPool2d([3, 2], { stride: [2, 1], padding: 1, ceilMode: true }),
    reference: pooled({ k: [3, 2], s: [2, 1], p: [1, 1], to: [3, 6] }, (v, padded) => sum(v) / padded),
    shapes: [[1, 2, 5, 5]],
  },
  "avgPool2d of the pixels inside": {
    op: (x) => x.avgPool2d(3, { stride: 2, padding: 1, countIncludePad: false }),
    reference: pooled({ k: [3, 3], s: [2, 2], p: [1, 1], to: [3, 3] }, (v) => sum(v) / v.length),
    shapes: [[1, 1, 5, 5]],
  },
  "avgPool1d by a divisor": {
    op: (x) => x.avgPool1d(4, { stride: 3, divisorOverride: 3 }),
    reference: flat(pooled({ k: [1, 4], s: [1, 3], p: [0, 0], to: [1, 3] }, (v) => sum(v) / 3)),
    shapes: [[2, 1, 11]],
  },
  "adaptiveAvgPool2d": {
    op: (x) => x.adaptiveAvgPool2d([2, 3]),
    reference: pooled({ k: [3, 2], s: [3, 2], p: [0, 0], to: [2, 3] }, (v) => sum(v) / 6),
    shapes: [[2, 2, 6, 6]],
  },
  "adaptiveAvgPool2d to one pixel": {
    op: (x) => x.adaptiveAvgPool2d(1),
    reference: pooled({ k: [3, 5], s: [3, 5], p: [0, 0], to: [1, 1] }, (v) => sum(v) / 15),
    shapes: [[1, 3, 3, 5]],
  },
};

for (const [name, checked] of Object.entries(cases)) {
  Deno.test(`${name} and its gradients match the f64 reference`, () =>
    hold({ ...checked, apart: name.startsWith("max") }, seed));
}

/** 1 to 20 in four rows of five. */
function count(own: ReturnType<typeof scope>): Tensor {
  return tensor(Float32Array.from({ length: 20 }, (_, i) => i + 1), { shape: [1, 1, 4, 5], scope: own });
}

Deno.test("pools have PyTorch's values at the borders", async () => {
  using own = scope();
  const options = { stride: 2, padding: 1, ceilMode: true };
  const want = {
    both: [1.7777778, 3.6666667, 3.1111112, 7.6666665, 13, 9.666667, 5.5, 9, 6.5],
    inside: [4, 5.5, 7, 11.5, 13, 14.5, 16.5, 18, 19.5],
    thirds: [5.3333335, 11, 9.333333, 23, 39, 29, 11, 18, 13],
  };
  near(await count(own).avgPool2d(3, options).data(), want.both, 1e-6, "with the padding");
  near(
    await count(own).avgPool2d(3, { ...options, countIncludePad: false }).data(),
    want.inside,
    1e-6,
    "inside",
  );
  near(await count(own).avgPool2d(3, { ...options, divisorOverride: 3 }).data(), want.thirds, 1e-6, "by 3");
  const values = await count(own).data();
  const broken = tensor(Float32Array.from(values).with(6, NaN), { shape: [1, 1, 4, 5], scope: own });
  near(
    await broken.maxPool2d(3, options).data(),
    [NaN, NaN, 10, NaN, NaN, 20, 17, 19, 20],
    0,
    "the largest of NaN",
  );
});

Deno.test("of equals in a window the first has the whole gradient", async () => {
  using own = scope();
  const x = tensor([[[[1, 1, 0], [1, 0, 1]]]], { scope: own }).requiresGrad();
  const gradients = x.maxPool2d(2, { stride: 1 }).reshape(-1).sum(0).backward();
  deepEqual(await gradients.get(x).toArray(), [[[[1, 1, 0], [0, 0, 0]]]]);
});

Deno.test("pools name what does not fit", () => {
  using own = scope();
  const x = count(own);
  throws(() => x.maxPool2d(6), {
    code: "SHAPE_MISMATCH",
    message: "Cannot maxPool2d [1,1,4,5]: a window reaches over 6, more than the padded extent 4",
  });
  throws(() => x.maxPool2d(2, { padding: 2 }), {
    code: "INVALID_ARGUMENT",
    message: "Cannot maxPool2d: padding must be at most half of the window [2,2], got [2,2]",
  });
  throws(() => x.avgPool2d(0), { code: "INVALID_ARGUMENT" });
  throws(() => x.avgPool2d(2, { divisorOverride: 0.5 }), { code: "INVALID_ARGUMENT" });
  throws(() => x.maxPool1d(2), { code: "SHAPE_MISMATCH", message: /expected f32 or f64 \[B,C,L\]/ });
  throws(() => x.adaptiveAvgPool2d(3), { code: "SHAPE_MISMATCH", message: /must be multiples/ });
});
