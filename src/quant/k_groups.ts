/**
 * The K formats: 256 values a block, in groups of 16 or 32 whose scales are themselves quantized. A value is
 * (d scale) (code - offset), or (d scale) code - (d_min min); products of a half and its scale are exact in f32.
 *
 * @module
 */
import { type BlockFormat, blockFormat } from "./format.ts";
import { halfAt } from "./half.ts";

const VALUES = 256;

/** Two bits of value `i` of 64 bytes: 32 bytes hold 128 values, in four runs of 32, two bits a run. */
function twoBits(view: DataView, at: number, i: number): number {
  return (view.getUint8(at + 32 * (i >> 7) + (i & 31)) >> (2 * ((i >> 5) & 3))) & 3;
}

/** {u4 scale, min [16]; u2 code[256]; half d, d_min}, groups of 16. */
export const q2_k: BlockFormat = blockFormat(
  "Q2_K",
  VALUES,
  [[16, 1], [64, 4], [2, 2], [2, 2]],
  (view, at, out, to) => {
    const d = halfAt(view, at + 80), dMin = halfAt(view, at + 82);
    for (let i = 0; i < VALUES; i++) {
      const group = view.getUint8(at + (i >> 4));
      out[to + i] = d * (group & 15) * twoBits(view, at + 16, i) - dMin * (group >> 4);
    }
  },
);

/** Scale `g` (0 .. 15) of 12 bytes: four low bits in bytes 0 .. 7, two high bits in bytes 8 .. 11. */
function q3Scale(view: DataView, at: number, g: number): number {
  const low = (view.getUint8(at + (g & 7)) >> (g < 8 ? 0 : 4)) & 15;
  return low | ((view.getUint8(at + 8 + (g & 3)) >> (2 * (g >> 2))) & 3) << 4;
}

/** {u1 high[256]; u2 low[256]; u6 scale[16]; half d}, groups of 16, scale - 32, code - 4. */
export const q3_k: BlockFormat = blockFormat(
  "Q3_K",
  VALUES,
  [[32, 4], [64, 4], [12, 4], [2, 2]],
  (view, at, out, to) => {
    const d = halfAt(view, at + 108);
    for (let i = 0; i < VALUES; i++) {
      const high = (view.getUint8(at + (i & 31)) >> (i >> 5)) & 1;
      const code = twoBits(view, at + 32, i) | high << 2;
      out[to + i] = d * (q3Scale(view, at + 96, i >> 4) - 32) * (code - 4);
    }
  },
);

/** Scale and min `g` (0 .. 7) of 12 bytes: six bits each, those of g >= 4 split over two bytes. */
function scaleMin(view: DataView, at: number, g: number): [scale: number, min: number] {
  const byte = (i: number) => view.getUint8(at + i);
  if (g < 4) return [byte(g) & 63, byte(g + 4) & 63];
  return [(byte(g + 4) & 15) | (byte(g - 4) >> 6) << 4, (byte(g + 4) >> 4) | (byte(g) >> 6) << 4];
}

/** Four bits of value `i` of 128 bytes: 32 bytes hold 64 values, in two runs of 32. */
function fourBits(view: DataView, at: number, i: number): number {
  return (view.getUint8(at + 32 * (i >> 6) + (i & 31)) >> (4 * ((i >> 5) & 1))) & 15;
}

/** {half d, d_min; u6 scale, min [8]; u4 code[256]}, groups of 32. */
export const q4_k: BlockFormat = blockFormat(
  "Q4_K",
  VALUES,
  [[2, 2], [2, 2], [12, 4], [128, 4]],
  (view, at, out, to) => {
    const d = halfAt(view, at), dMin = halfAt(view, at + 2);
    for (let i = 0; i < VALUES; i++) {
      const [scale, min] = scaleMin(view, at + 4, i >> 5);
      out[to + i] = d * scale * fourBits(view, at + 16, i) - dMin * min;
    }
  },
);

/** {half d, d_min; u6 scale, min [8]; u1 high[256]; u4 low[256]}, groups of 32. */
export const q5_k: BlockFormat = blockFormat(
  "Q5_K",
  VALUES,
  [[2, 2], [2, 2], [12, 4], [32, 4], [128, 4]],
  (view, at, out, to) => {
    const d = halfAt(view, at), dMin = halfAt(view, at + 2);
    for (let i = 0; i < VALUES; i++) {
      const [scale, min] = scaleMin(view, at + 4, i >> 5);
      const high = (view.getUint8(at + 16 + (i & 31)) >> (i >> 5)) & 1;
      out[to + i] = d * scale * (fourBits(view, at + 48, i) | high << 4) - dMin * min;
    }
  },
);

/** {u4 low[256]; u2 high[256]; i8 scale[16]; half d}, groups of 16, code - 32. */
export const q6_k: BlockFormat = blockFormat(
  "Q6_K",
  VALUES,
  [[128, 4], [64, 4], [16, 1], [2, 2]],
  (view, at, out, to) => {
    const d = halfAt(view, at + 208);
    for (let i = 0; i < VALUES; i++) {
      // 64 bytes hold 128 values: low nibbles of two runs of 32, then high nibbles of the same bytes
      const byte = view.getUint8(at + 64 * (i >> 7) + (i & 63));
      const low = (i & 64 ? byte >> 4 : byte) & 15;
      const code = low | twoBits(view, at + 128, i) << 4;
      out[to + i] = Math.fround(d * view.getInt8(at + 192 + (i >> 4))) * (code - 32);
    }
  },
);
