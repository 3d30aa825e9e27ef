/**
 * Oracles of resizing: positions in f32, as they are defined; values in float64.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

// C, H, W, Ho, Wo, B
const shapes = [[1, 1, 1, 1, 1, 0], [2, 1, 1, 3, 2, 1], [1, 3, 4, 6, 8, 2], [2, 5, 3, 7, 4, 1], [
  1,
  6,
  7,
  4,
  1,
  2,
], [
  2,
  1,
  5,
  1,
  13,
  1,
]];
const { fround } = Math;

/** The pixels of one axis that make output pixel `at`, with their weights. */
function taps(at: number, size: number, scale: number, mode: "nearest" | "aligned" | "centred"): number[][] {
  if (mode === "nearest") return [[Math.min(Math.floor(fround(at * fround(scale))), size - 1), 1]];
  const centre = fround(fround(fround(at + 0.5) * fround(scale)) - 0.5);
  const position = mode === "aligned" ? fround(at * fround(scale)) : Math.max(centre, 0);
  const first = Math.min(Math.floor(position), size - 1);
  const far = Math.min(Math.max(position - first, 0), 1);
  return [[first, 1 - far], [Math.min(first + 1, size - 1), far]];
}

function resize(bilinear: boolean, backward: boolean): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [C, H, W, Ho, Wo, B] of shapes) {
        for (const align of bilinear ? [0, 1] : [0]) {
          const scale = (i: number, o: number) => align ? (o > 1 ? (i - 1) / (o - 1) : 0) : i / o;
          const [wide, narrow] = [B * C * H * W, B * C * Ho * Wo];
          yield {
            label: `[${[C, H, W, Ho, Wo, B]}] ${align}`,
            operands: backward
              ? [random.floats(narrow), new Float32Array(wide)]
              : [random.floats(wide), new Float32Array(narrow)],
            params: [C, H, W, Ho, Wo, scale(H, Ho), scale(W, Wo), ...(bilinear ? [align] : [])],
            cells: [B],
          };
        }
      }
    },
    oracle(
      { operands: [from, to], params: [, H, W, Ho, Wo, scaleH, scaleW, align], cells }: Case,
    ): Expected[] {
      const values = new Float64Array(to!.length);
      const scale = values.map(() => 1e-30);
      const mode = bilinear ? (align ? "aligned" : "centred") : "nearest";
      for (let y = 0; y < (cells[0] && (backward ? from : to)!.length); y++) {
        const base = Math.floor(y / Wo / Ho) * H * W;
        for (const [h, weightH] of taps(Math.floor(y / Wo) % Ho, H, scaleH, mode)) {
          for (const [w, weightW] of taps(y % Wo, W, scaleW, mode)) {
            const x = base + h * W + w;
            const [source, target] = backward ? [y, x] : [x, y];
            values[target] += weightH * weightW * from![source];
            scale[target] += Math.abs(weightH * weightW * from![source]);
          }
        }
      }
      return [{ operand: 1, values, ...(bilinear || backward ? { scale } : {}) }];
    },
  };
}

export const upsample_nearest2d_f32: Reference = resize(false, false);
export const upsample_nearest2d_backward_f32: Reference = resize(false, true);
export const upsample_bilinear2d_f32: Reference = resize(true, false);
export const upsample_bilinear2d_backward_f32: Reference = resize(true, true);
