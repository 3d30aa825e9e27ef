/**
 * Oracles of pooling over two axes.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

// C, H, W, kh, kw, stride, padding, dilation (two each), B, one more window (ceil)
const shapes: readonly (readonly number[])[] = [
  [1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 0, 0],
  [1, 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, 1, 0],
  [2, 6, 5, 2, 2, 2, 2, 0, 0, 1, 1, 2, 0],
  [3, 7, 6, 3, 2, 1, 1, 1, 1, 1, 1, 2, 0], // overlapping, padded
  [1, 9, 8, 3, 3, 2, 3, 1, 1, 2, 1, 1, 0],
  [2, 6, 8, 3, 2, 2, 3, 1, 0, 1, 1, 1, 1], // windows that reach past the end
  [1, 5, 7, 2, 2, 3, 4, 0, 1, 1, 1, 3, 0], // pixels in no window
];

function sizes(shape: readonly number[], dilated: boolean) {
  const [C, H, W, kh, kw, sh, sw, ph, pw, dh, dw, B, more] = shape;
  const [di, dj] = dilated ? [dh, dw] : [1, 1];
  const Ho = Math.floor((H + 2 * ph - di * (kh - 1) - 1) / sh) + 1 + more;
  const Wo = Math.floor((W + 2 * pw - dj * (kw - 1) - 1) / sw) + 1 + more;
  return { windows: [C, H, W, Ho, Wo, kh, kw, sh, sw, ph, pw], dilation: [di, dj], B, C, H, W, Ho, Wo };
}

/** The pixels of x in the window of each pixel of y, as indices, and the window's size with its padding. */
function* windows(
  params: readonly number[],
  [dh, dw]: readonly number[],
  B: number,
): Generator<{ y: number; base: number; places: number[]; padded: number }> {
  const [C, H, W, Ho, Wo, kh, kw, sh, sw, ph, pw] = params;
  for (let y = 0; y < B * C * Ho * Wo; y++) {
    const [top, left] = [Math.floor(y / Wo) % Ho * sh - ph, y % Wo * sw - pw];
    const places: number[] = [];
    for (let i = 0; i < kh; i++) {
      for (let j = 0; j < kw; j++) {
        const [h, w] = [top + i * dh, left + j * dw];
        if (h >= 0 && h < H && w >= 0 && w < W) places.push(h * W + w);
      }
    }
    const padded = (Math.min(top + kh, H + ph) - top) * (Math.min(left + kw, W + pw) - left);
    yield { y, base: Math.floor(y / Ho / Wo) * H * W, places, padded };
  }
}

export const max_pool2d_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const shape of shapes) {
      const { windows, dilation, B, C, H, W, Ho, Wo } = sizes(shape, true);
      for (const ties of [false, true]) {
        const count = B * C * Ho * Wo;
        const x = random.floats(B * C * H * W).map((v) =>
          ties ? random.pick([1, 2, 2, -Infinity, random.integer(0, 9) ? 0 : NaN]) : v
        );
        yield {
          label: `[${shape}]${ties ? " ties" : ""}`,
          operands: [x, new Float32Array(count), new Int32Array(count)],
          params: [...windows, ...dilation],
          cells: [B],
        };
      }
    }
  },
  oracle({ operands: [x, y], params, cells: [B] }: Case): Expected[] {
    const values = new Float64Array(y!.length);
    const places = new Int32Array(y!.length);
    for (const window of windows(params, params.slice(11), B)) {
      const each = window.places.map((place) => x![window.base + place]);
      const largest = each.some(Number.isNaN)
        ? each.findLastIndex(Number.isNaN)
        : each.indexOf(Math.max(...each));
      values[window.y] = largest < 0 ? -Infinity : each[largest];
      places[window.y] = largest < 0 ? -1 : window.places[largest];
    }
    return [{ operand: 1, values }, { operand: 2, values: places }];
  },
};

/** Indices among them that lie outside; the first operand is dy, or x. */
function* places(random: Random, gather: boolean): Generator<Case> {
  for (const [N, M, C, B] of [[0, 1, 1, 1], [1, 1, 1, 0], [1, 1, 1, 1], [9, 4, 3, 2], [12, 30, 2, 2]]) {
    const [from, to] = gather ? [M, N] : [N, M];
    yield {
      label: `[${[N, M, C, B]}]`,
      operands: [
        random.floats(from * C * B),
        random.ints(N * C * B, -1, M),
        new Float32Array(to * C * B),
      ],
      params: [N, M, C],
      cells: [B],
    };
  }
}

export const max_pool2d_gather_f32: Reference = {
  cases: (random: Random): Generator<Case> => places(random, true),
  oracle({ operands: [x, indices, y], params: [N, M] }: Case): Expected[] {
    const inside = (at: number) => at >= 0 && at < M;
    const values = Float64Array.from(
      y!,
      (_, i) => inside(indices![i]) ? x![Math.floor(i / N) * M + indices![i]] : 0,
    );
    return [{ operand: 2, values }];
  },
};

export const max_pool2d_backward_f32: Reference = {
  cases: (random: Random): Generator<Case> => places(random, false),
  oracle({ operands: [dy, indices, dx], params: [N, M] }: Case): Expected[] {
    const values = new Float64Array(dx!.length);
    const scale = values.map(() => 1e-30);
    dy!.forEach((value, i) => {
      if (indices![i] < 0 || indices![i] >= M) return;
      const at = Math.floor(i / N) * M + indices![i];
      values[at] += value;
      scale[at] += Math.abs(value);
    });
    return [{ operand: 2, values, scale }];
  },
};

function average(backward: boolean): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const shape of shapes) {
        const { windows, B, C, H, W, Ho, Wo } = sizes(shape, false);
        for (const [countPadding, divisor] of [[0, 0], [1, 0], [1, 5]]) {
          const [wide, narrow] = [B * C * H * W, B * C * Ho * Wo];
          yield {
            label: `[${shape}] ${countPadding} ${divisor}`,
            operands: backward
              ? [random.floats(narrow), new Float32Array(wide)]
              : [random.floats(wide), new Float32Array(narrow)],
            params: [...windows, countPadding, divisor],
            cells: [B],
          };
        }
      }
    },
    oracle({ operands: [from, to], params, cells: [B] }: Case): Expected[] {
      const values = new Float64Array(to!.length);
      const scale = values.map(() => 1e-30);
      const [countPadding, divisor] = params.slice(11);
      for (const { y, base, places, padded } of windows(params, [1, 1], B)) {
        const by = divisor || (countPadding ? padded : places.length);
        for (const place of places) {
          const [source, target] = backward ? [y, base + place] : [base + place, y];
          values[target] += from![source] / by;
          scale[target] += Math.abs(from![source] / by);
        }
      }
      return [{ operand: 1, values, scale }];
    },
  };
}

export const avg_pool2d_f32: Reference = average(false);
export const avg_pool2d_backward_f32: Reference = average(true);
