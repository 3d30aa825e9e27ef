/**
 * Convolution and pooling composed of windows, for f64, which has no rows of them: gradients of any order are those of
 * the ops. Windows are views of the padded input; their product, or fold, reads each pixel as often as windows cover it.
 *
 * @module
 */
import { noGrad } from "../autograd.ts";
import { hostTensor } from "../host.ts";
import type { Tensor } from "../tensor.ts";
import { put } from "./strided.ts";
import { tidy } from "./tidy.ts";

/** How windows lie over two axes: all have two numbers. */
export interface Windows {
  /** The extents of x. */
  readonly x: readonly number[];
  /** How many there are. */
  readonly y: readonly number[];
  readonly kernel: readonly number[];
  readonly stride: readonly number[];
  readonly padding: readonly number[];
  readonly dilation: readonly number[];
}

/** The windows of x [B, C, H, W], with `outside` around it: [B, C, Ho, Wo, kh, kw]. */
export function windowed(x: Tensor, w: Windows, outside: number): Tensor {
  const reach = w.kernel.map((k, i) => w.dilation[i] * (k - 1) + 1);
  const behind = (i: number) => (w.y[i] - 1) * w.stride[i] + reach[i] - w.x[i] - w.padding[i];
  return tidy([x], (x) =>
    x.pad([w.padding[1], behind(1), w.padding[0], behind(0)], outside)
      .unfold(2, reach[0], w.stride[0]).unfold(3, reach[1], w.stride[1])
      .i(null, null, null, null, [0, null, w.dilation[0]], [0, null, w.dilation[1]]));
}

/** A convolution's windows, channels and groups. */
export interface Convolution extends Windows {
  readonly C: number;
  readonly O: number;
  readonly groups: number;
}

/** x [B, C, H, W] with weights [O, C / groups, kh, kw]: [B, O, Ho, Wo]. */
export function convolved(x: Tensor, weight: Tensor, g: Convolution): Tensor {
  const { groups: G, C, O } = g;
  const [B, N, K] = [x.shape[0], g.y[0] * g.y[1], C / G * g.kernel[0] * g.kernel[1]];
  return tidy([x, weight], (x, weight) =>
    windowed(x, g, 0)
      .reshape(B, G, C / G, ...g.y, ...g.kernel).permute(0, 1, 3, 4, 2, 5, 6).reshape(B, G, N, K)
      .matmul(weight.reshape(G, O / G, K).transpose(1, 2)) // [B, G, N, O / G]
      .transpose(2, 3).reshape(B, O, ...g.y));
}

/** Its adjoint, from y [B, O, Ho, Wo] to [B, C, H, W]: a convolution of y's pixels a stride apart, weights turned. */
export function convolvedBack(y: Tensor, weight: Tensor, g: Convolution): Tensor {
  const { groups: G, C, O, stride, dilation, kernel } = g;
  const spread = g.y.map((n, i) => (n - 1) * stride[i] + 1);
  const steps = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, stride[0], 0], [0, 0, 0, stride[1]]];
  const padding = kernel.map((k, i) => dilation[i] * (k - 1) - g.padding[i]);
  const back = { ...g, C: O, O: C, x: spread, y: g.x, stride: [1, 1], padding };
  return tidy([y, weight], (y, weight) => {
    const apart = put("convTranspose", y, { shape: y.shape, start: [0, 0, 0, 0], steps }, [
      ...y.shape.slice(0, 2),
      ...spread,
    ]);
    const turned = weight.reshape(G, O / G, C / G, ...kernel).transpose(1, 2).reshape(C, O / G, ...kernel);
    return convolved(apart, turned.flip(2, 3), back);
  });
}

/** The largest of each window, and the place in H W of the first such, -1 outside. Records no gradient. */
export function largestOf(x: Tensor, w: Windows): [y: Tensor, indices: Tensor] {
  const [B, C, H, W] = x.shape;
  const [N, K] = [w.y[0] * w.y[1], w.kernel[0] * w.kernel[1]];
  const of = (best: (all: Tensor, first: Tensor) => Tensor) =>
    noGrad(() =>
      tidy([x], (x) => {
        const all = windowed(x, w, -Infinity).reshape(B, C, N, K);
        return best(all, all.argmax(-1, true));
      })
    );
  const y = of((all, first) => all.gather(3, first).reshape(B, C, ...w.y));
  const indices = of((_, first) => {
    const pixels = hostTensor(x.device, "i32", [1, 1, H, W], Array(H * W).keys(), first.scope);
    return windowed(pixels, w, -1).reshape(1, 1, N, K).expand(B, C, N, K).gather(3, first).reshape(B, C, N);
  });
  return [y, indices];
}

/** The sum of each window over its `divisor`; 0 for the number of its pixels, those of the padding too where they count. */
export function averageOf(x: Tensor, w: Windows, divisor: number, countsPadding: boolean): Tensor {
  return tidy([x], (x) => {
    const sums = windowed(x, w, 0).sum([-2, -1]);
    if (divisor !== 0) return sums.div(divisor);
    const [rows, columns] = [0, 1].map((i) => pixelsOf(w, i, countsPadding));
    const counts = rows.flatMap((r) => columns.map((c) => r * c));
    return sums.div(hostTensor(x.device, "f64", w.y, counts, sums.scope));
  });
}

/** How many pixels of an axis each window covers: of x alone, or of its padding too. */
function pixelsOf(w: Windows, i: number, countsPadding: boolean): number[] {
  const around = countsPadding ? w.padding[i] : 0;
  return Array.from({ length: w.y[i] }, (_, n) => {
    const first = n * w.stride[i] - w.padding[i];
    return Math.min(first + w.kernel[i], w.x[i] + around) - Math.max(first, -around);
  });
}
