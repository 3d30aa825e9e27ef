// Resizing of two axes, and its gradients:  x [B, C, H, W] to y [B, C, Ho, Wo], f32, contiguous
//
//   nearest    y[h, w] = x[min(floor(h scaleH), H - 1), min(floor(w scaleW), W - 1)]
//   bilinear   the four pixels about (position(h, scaleH), position(w, scaleW)), weighed by nearness
//
//   position(h, scale) = h scale with alignCorners, else max((h + 1/2) scale - 1/2, 0), in f32 as in PyTorch
//
// The scale is input over output extent (alignCorners: (H - 1) / (Ho - 1), or 0 for one pixel), or the reciprocal
// of a factor that was asked for. One axis alone has H = Ho = 1. The gradients add to zeros in ascending order of y's
// pixels. Cost: bound by the positions' arithmetic. Accuracy: nearest exact; sums 1e-6 of the sum of absolute terms
// (tested). Outputs lie apart from inputs. Parts divide the planes (b, c).

import { cell, integer, pointer, real, share } from "./common/args";

const C: usize = 0, H: usize = 1, W: usize = 2, HO: usize = 3, WO: usize = 4, SCALE_H: usize = 5, SCALE_W: usize = 6;
const ALIGN: usize = 7;

/** args: x, y | C, H, W, Ho, Wo, scaleH, scaleW | B (cell) */
export function upsample_nearest2d_f32(args: usize, part: i32, parts: i32): void {
  resize(args, cell(args, 9), part, parts, false, false);
}

/** args: dy, dx | as upsample_nearest2d_f32 */
export function upsample_nearest2d_backward_f32(args: usize, part: i32, parts: i32): void {
  resize(args, cell(args, 9), part, parts, false, true);
}

/** args: x, y | C, H, W, Ho, Wo, scaleH, scaleW, alignCorners (0 or 1) | B (cell) */
export function upsample_bilinear2d_f32(args: usize, part: i32, parts: i32): void {
  resize(args, cell(args, 10), part, parts, true, false);
}

/** args: dy, dx | as upsample_bilinear2d_f32 */
export function upsample_bilinear2d_backward_f32(args: usize, part: i32, parts: i32): void {
  resize(args, cell(args, 10), part, parts, true, true);
}

function resize(args: usize, B: i32, part: i32, parts: i32, bilinear: bool, backward: bool): void {
  const p = args + 8, Ho = integer(p, HO), planes = B * integer(p, C), end = share(planes, part + 1, parts);
  const size = <usize> integer(p, H) * integer(p, W) << 2, rowBytes = <usize> integer(p, WO) << 2;
  const source = pointer(args, backward ? 1 : 0), result = pointer(args, backward ? 0 : 1);
  for (let plane = share(planes, part, parts); plane < end; plane++) {
    const x = source + <usize> plane * size;
    let y = result + <usize> plane * Ho * rowBytes;
    if (backward) memory.fill(x, 0, size);
    for (let h = 0; h < Ho; h++, y += rowBytes) {
      if (bilinear) bilinearRow(p, x, y, h, backward);
      else nearestRow(p, x, y, h, backward);
    }
  }
}

function nearestRow(p: usize, x: usize, y: usize, h: i32, backward: bool): void {
  const W0 = integer(p, W), Wo = integer(p, WO), scale = real(p, SCALE_W);
  const row = x + (<usize> nearest(h, real(p, SCALE_H), integer(p, H)) * W0 << 2);
  for (let w = 0; w < Wo; w++, y += 4) {
    const at = row + (<usize> nearest(w, scale, W0) << 2);
    if (backward) store<f32>(at, load<f32>(at) + load<f32>(y));
    else store<f32>(y, load<f32>(at));
  }
}

// @ts-ignore: decorator
@inline
function nearest(at: i32, scale: f32, extent: i32): i32 {
  return min(<i32> (<f32> at * scale), extent - 1);
}

function bilinearRow(p: usize, x: usize, y: usize, h: i32, backward: bool): void {
  const width = integer(p, W), Wo = integer(p, WO), scale = real(p, SCALE_W), align = integer(p, ALIGN) != 0;
  const top = position(h, real(p, SCALE_H), align), first = min(<i32> top, integer(p, H) - 1);
  const low = min(max(top - <f32> first, 0), 1), high: f32 = 1 - low;
  const row0 = x + (<usize> first * width << 2), row1 = row0 + (first < integer(p, H) - 1 ? <usize> width << 2 : 0);
  for (let w = 0; w < Wo; w++, y += 4) {
    const left = position(w, scale, align), column = min(<i32> left, width - 1);
    const right = min(max(left - <f32> column, 0), 1), near: f32 = 1 - right;
    const o0 = <usize> column << 2, o1 = o0 + (column < width - 1 ? 4 : 0);
    if (backward) {
      const d = load<f32>(y);
      add(row0 + o0, high * near * d), add(row0 + o1, high * right * d);
      add(row1 + o0, low * near * d), add(row1 + o1, low * right * d);
    } else {
      const upper = near * load<f32>(row0 + o0) + right * load<f32>(row0 + o1);
      store<f32>(y, high * upper + low * (near * load<f32>(row1 + o0) + right * load<f32>(row1 + o1)));
    }
  }
}

// @ts-ignore: decorator
@inline
function position(at: i32, scale: f32, align: bool): f32 {
  return align ? <f32> at * scale : max((<f32> at + 0.5) * scale - 0.5, 0);
}

// @ts-ignore: decorator
@inline
function add(at: usize, value: f32): void {
  store<f32>(at, load<f32>(at) + value);
}
