// Convolution over two axes, and its gradients:
//
//   y[b, o, p] = bias[o] + sum over k of w[o, k] x[b, pixel of (p, k)],   k = (c, i, j), p = (h, w)
//
//   x [B, C, H, W], w [O, C / groups, kh, kw], bias [O] or absent, y [B, O, Ho, Wo], all f32 and contiguous
//   x's pixel of (p, k): h * stride - padding + i * dilation, the same for w and j; 0 outside x
//
// A convolution over one axis has H = kh = 1. Each row is a matrix product over panels of eight columns, gathered
// from an image, DEPTH of k at a time (common/panel.ts):
//
//   row               matrix              panel [k][8]                           columns
//   forward           w, as it lies       x                                      eight pixels of y
//   backward input    w, o before c       dy where strides meet, else 0          eight pixels of dx
//   backward weight   dy, as it lies      x                                      eight (c, i, j) of dw
//
//   scratch: panel [min(K, DEPTH)][8] | block of turned w [C / groups][min(K, DEPTH)] (backward input alone)
//
// Each output adds its terms in ascending k (b, then p for the weights), up to DEPTH of them in one accumulator and
// then the sums of these blocks, whatever B and the parts. Cost: 2 B O P K / groups operations; the gather is O / groups times less. Backward input multiplies the
// zeros between strides: stride ^ 2 times the forward's operations. Accuracy: 1e-6 of the sum of absolute terms
// (tested). Outputs lie apart from inputs. Parts divide the panels of all images (of all groups for the weights).

import { cell, integer, pointer, share } from "./common/args";
import { ADDED, panelRows } from "./common/panel";

const DEPTH: i32 = 256; // of k: a panel is 8 KiB and stays in L1, as in matmul_f32

// Words from `p` on, the same in all rows; the sizes are those of the forward row.
const C: usize = 0, H: usize = 1, W: usize = 2, O: usize = 3, HO: usize = 4, WO: usize = 5;
const KH: usize = 6, KW: usize = 7, GROUPS: usize = 8, STRIDE: usize = 9, PADDING: usize = 11, DILATION: usize = 13;
const B: usize = 15;

/** args: x, w, bias, y | scratch, bytes | C, H, W, O, Ho, Wo, kh, kw, groups, stride, padding, dilation (2 each) | B (cell) */
export function conv2d_f32(args: usize, part: i32, parts: i32): void { convolve(args, part, parts, false); }

/** args: dy, w, bias, dx | as conv2d_f32; bias [C] is for a transposed convolution */
export function conv2d_backward_input_f32(args: usize, part: i32, parts: i32): void { convolve(args, part, parts, true); }

/** args: x, dy, dw | scratch, bytes | as conv2d_f32 */
export function conv2d_backward_weight_f32(args: usize, part: i32, parts: i32): void {
  const p = args + 20, groups = integer(p, GROUPS), columns = integer(p, C) / groups * integer(p, KH) * integer(p, KW);
  const rows = integer(p, O) / groups, panels = (columns + 7) >> 3, end = share(groups * panels, part + 1, parts);
  const scratch = pointer(args, 3) + <usize> part * integer(args, 4);
  for (let i = share(groups * panels, part, parts); i < end; i++) {
    const g = i / panels, n = (i % panels) << 3;
    const dw = pointer(args, 2) + ((<usize> (g * rows) * columns + n) << 2);
    weightPanel(p, pointer(args, 0), pointer(args, 1), dw, g, n, min(8, columns - n), scratch);
  }
}

/** Eight columns of a group's dw. */
function weightPanel(p: usize, x: usize, dy: usize, dw: usize, g: i32, n: i32, count: i32, panel: usize): void {
  const groups = integer(p, GROUPS), rows = integer(p, O) / groups, channels = integer(p, C) / groups;
  const rowBytes = <usize> channels * integer(p, KH) * integer(p, KW) << 2;
  const pixels = integer(p, HO) * integer(p, WO), plane = <usize> integer(p, H) * integer(p, W);
  panelRows(dy, 0, panel, dw, rowBytes, rows, count, 0); // zeros
  for (let b = 0; b < cell(p, B); b++) {
    const image = b * groups + g;
    const from = x + (<usize> (image * channels) * plane << 2), a = dy + (<usize> (image * rows) * pixels << 2);
    for (let k = 0; k < pixels; k += DEPTH) {
      const depth = min(DEPTH, pixels - k);
      for (let c = 0; c < count; c++) packColumn(p, from, n + c, k, depth, panel + (<usize> c << 2));
      panelRows(a + (<usize> k << 2), <usize> pixels << 2, panel, dw, rowBytes, rows, count, depth, ADDED);
    }
  }
}

/** What column (c, i, j) of dw meets in x, for `depth` pixels of dy from `pixel` on, 32 bytes apart. */
function packColumn(p: usize, x: usize, column: i32, pixel: i32, depth: i32, to: usize): void {
  const kw = integer(p, KW), kh = integer(p, KH), height = integer(p, H), width = integer(p, W), Wo = integer(p, WO);
  const j = column % kw, i = column / kw % kh;
  const plane = x + (<usize> (column / kw / kh) * height * width << 2);
  const stepH = integer(p, STRIDE), stepW = integer(p, STRIDE + 1);
  const left = j * integer(p, DILATION + 1) - integer(p, PADDING + 1);
  let h = pixel / Wo * stepH + i * integer(p, DILATION) - integer(p, PADDING), ow = pixel % Wo, w = left + ow * stepW;
  for (; depth > 0; depth--, to += 32) {
    store<f32>(to, valueAt(plane, h, w, height, width));
    w += stepW;
    if (++ow == Wo) ow = 0, w = left, h += stepH;
  }
}

/** The pixel, 0 outside the image. */
// @ts-ignore: decorator
@inline
function valueAt(plane: usize, h: i32, w: i32, height: i32, width: i32): f32 {
  return <u32> h < <u32> height && <u32> w < <u32> width ? load<f32>(plane + (<usize> (h * width + w) << 2)) : <f32> 0;
}

function convolve(args: usize, part: i32, parts: i32, turned: bool): void {
  const p = args + 24, groups = integer(p, GROUPS);
  const columns = integer(p, C) / groups, outputs = integer(p, O) / groups, kernel = integer(p, KH) * integer(p, KW);
  const x2 = integer(p, H) * integer(p, W), y2 = integer(p, HO) * integer(p, WO);
  const from = <usize> (turned ? outputs * y2 : columns * x2) << 2, pixels = turned ? x2 : y2;
  const rows = turned ? columns : outputs, panels = (pixels + 7) >> 3, total = cell(p, B) * groups * panels;
  const scratch = pointer(args, 4) + <usize> part * integer(args, 5), end = share(total, part + 1, parts);
  for (let i = share(total, part, parts); i < end;) {
    const image = i / panels, g = image % groups, first = i % panels, count = min(panels - first, end - i);
    const w = pointer(args, 1) + (<usize> (g * outputs) * columns * kernel << 2);
    const bias = pointer(args, 2), biasOfGroup = bias ? bias + (<usize> (g * rows) << 2) : 0;
    const y = pointer(args, 3) + (<usize> image * rows * pixels << 2), begin = first << 3;
    fillRows(y + (<usize> begin << 2), <usize> pixels << 2, rows, min(count << 3, pixels - begin), biasOfGroup);
    group(p, pointer(args, 0) + <usize> image * from, w, y, rows, pixels, first, count, scratch, turned);
    i += count;
  }
}

/** What the sums begin with: each row's bias, or 0. */
function fillRows(y: usize, rowBytes: usize, rows: i32, count: i32, bias: usize): void {
  for (let r = 0; r < rows; r++, y += rowBytes) {
    const value = bias ? load<f32>(bias + (<usize> r << 2)) : <f32> 0;
    for (let n = 0; n < count; n++) store<f32>(y + (<usize> n << 2), value);
  }
}

/** `count` panels of one image and group, from panel `first` on. */
function group(
  p: usize, x: usize, w: usize, y: usize, rows: i32, pixels: i32, first: i32, count: i32, panel: usize, turned: bool,
): void {
  const K = integer(p, turned ? O : C) / integer(p, GROUPS) * integer(p, KH) * integer(p, KW);
  const block = panel + (<usize> min(K, DEPTH) << 5);
  for (let k = 0; k < K; k += DEPTH) {
    const depth = min(DEPTH, K - k);
    if (turned) packWeights(p, w, k, depth, rows, block);
    const a = turned ? block : w + (<usize> k << 2), rowBytes = <usize> (turned ? depth : K) << 2;
    for (let n = first; n < first + count; n++) {
      const pixel = n << 3, columns = min(8, pixels - pixel);
      packPixels(p, x, k, depth, pixel, columns, panel, turned);
      panelRows(a, rowBytes, panel, y + (<usize> pixel << 2), <usize> pixels << 2, rows, columns, depth, ADDED);
    }
  }
}

/** w [o, c, i, j] to [c][k = (o, i, j)], for `depth` of k. */
function packWeights(p: usize, w: usize, k: i32, depth: i32, rows: i32, to: usize): void {
  const kernel = integer(p, KH) * integer(p, KW), end = k + depth;
  for (let c = 0; c < rows; c++) {
    for (let at = k; at < end; at++, to += 4) {
      const from = (at / kernel * rows + c) * kernel + at % kernel;
      store<f32>(to, load<f32>(w + (<usize> from << 2)));
    }
  }
}

/** The panel of eight pixels and `depth` of k; lanes past `columns` hold anything. */
function packPixels(
  p: usize, x: usize, k: i32, depth: i32, pixel: i32, columns: i32, panel: usize, turned: bool,
): void {
  const width = integer(p, turned ? W : WO), row = pixel / width, column = pixel - row * width;
  if (integer(p, STRIDE + 1) == 1 && columns == 8 && column + 8 <= width) {
    packLanes(p, x, k, depth, row, column, 8, panel, turned);
  } else {
    for (let c = 0; c < columns; c++, panel += 4) {
      packLanes(p, x, k, depth, (pixel + c) / width, (pixel + c) % width, 1, panel, turned);
    }
  }
}

/** One lane of a panel, or all eight where they are neighbours in x. */
function packLanes(
  p: usize, x: usize, k: i32, depth: i32, row: i32, column: i32, lanes: i32, to: usize, turned: bool,
): void {
  const kw = integer(p, KW), kh = integer(p, KH);
  const height = integer(p, turned ? HO : H), width = integer(p, turned ? WO : W), size = <usize> height * width << 2;
  const strideH = integer(p, STRIDE), strideW = integer(p, STRIDE + 1);
  const divideH = turned ? strideH : 1, divideW = turned ? strideW : 1;
  const top = turned ? row + integer(p, PADDING) : row * strideH - integer(p, PADDING);
  const left = turned ? column + integer(p, PADDING + 1) : column * strideW - integer(p, PADDING + 1);
  const stepH = turned ? -integer(p, DILATION) : integer(p, DILATION);
  const stepW = turned ? -integer(p, DILATION + 1) : integer(p, DILATION + 1);
  let j = k % kw, i = k / kw % kh, plane = x + <usize> (k / kw / kh) * size;
  for (; depth > 0; depth--, to += 32) {
    const h = divided(top + i * stepH, divideH), w = divided(left + j * stepW, divideW);
    if (lanes == 1) store<f32>(to, valueAt(plane, h, w, height, width));
    else packEight(plane, h, w, height, width, to);
    if (++j == kw) {
      j = 0;
      if (++i == kh) i = 0, plane += size;
    }
  }
}

function packEight(plane: usize, h: i32, w: i32, height: i32, width: i32, to: usize): void {
  if (<u32> h < <u32> height && w >= 0 && w + 8 <= width) {
    const from = plane + (<usize> (h * width + w) << 2);
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  } else {
    for (let l = 0; l < 8; l++, to += 4) store<f32>(to, valueAt(plane, h, w + l, height, width));
  }
}

/** n / by, or -1 where that is no whole number. */
// @ts-ignore: decorator
@inline
function divided(n: i32, by: i32): i32 {
  if (by == 1) return n;
  const q = n / by;
  return q * by == n ? q : -1;
}
