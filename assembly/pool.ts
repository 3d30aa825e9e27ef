// Pooling over two axes, and its gradients. A window of y's pixel (h, w) holds x's pixels h * stride - padding +
// i * dilation, i < kh, and the same for w, as far as they lie inside x.
//
//   x [B, C, H, W], y [B, C, Ho, Wo] f32, contiguous    indices [B, C, Ho, Wo] i32: h * W + w within the plane
//
//   max   the largest of the window and its place: of equals the first, of NaNs the last, as in PyTorch
//   avg   the window's sum over a divisor: `divisor`, or where that is 0 the window's pixels, with or without those
//         in the padding
//
// The gradients add to zeros, in ascending order of y's pixels, so overlapping windows add up; a place outside the
// plane adds nothing. The gradient of max's gradient gathers, and gives 0 for such a place. Cost: kh kw reads an output. Accuracy: max exact; sums 1e-6 of the sum of absolute terms
// (tested). Outputs lie apart from inputs. Parts divide the planes (b, c).

import { cell, integer, pointer, share } from "./common/args";

// Words from `p` on; max goes on with dilation, avg with countPadding and divisor.
const C: usize = 0, H: usize = 1, W: usize = 2, HO: usize = 3, WO: usize = 4, KH: usize = 5, KW: usize = 6;
const STRIDE: usize = 7, PADDING: usize = 9, DILATION: usize = 11, COUNT_PADDING: usize = 11, DIVISOR: usize = 12;
const B: usize = 13;

/** args: x, y, indices | C, H, W, Ho, Wo, kh, kw, stride, padding, dilation (2 each) | B (cell) */
export function max_pool2d_f32(args: usize, part: i32, parts: i32): void {
  const p = args + 12, Ho = integer(p, HO), Wo = integer(p, WO), planes = cell(p, B) * integer(p, C);
  const size = <usize> integer(p, H) * integer(p, W) << 2, end = share(planes, part + 1, parts);
  for (let plane = share(planes, part, parts); plane < end; plane++) {
    const x = pointer(args, 0) + <usize> plane * size;
    let at = <usize> plane * Ho * Wo << 2;
    for (let h = 0; h < Ho; h++) {
      for (let w = 0; w < Wo; w++, at += 4) {
        const best = largest(p, x, h, w);
        store<i32>(pointer(args, 2) + at, best);
        store<f32>(pointer(args, 1) + at, best < 0 ? -Infinity : load<f32>(x + (<usize> best << 2)));
      }
    }
  }
}

/** The place of a window's largest value; -1 where the window lies in the padding alone. */
function largest(p: usize, x: usize, row: i32, column: i32): i32 {
  const height = integer(p, H), width = integer(p, W), stepH = integer(p, DILATION), stepW = integer(p, DILATION + 1);
  const top = row * integer(p, STRIDE) - integer(p, PADDING), bottom = min(height, top + integer(p, KH) * stepH);
  const left = column * integer(p, STRIDE + 1) - integer(p, PADDING + 1);
  const right = min(width, left + integer(p, KW) * stepW);
  let best = -1, value: f32 = -Infinity;
  for (let h = top; h < bottom; h += stepH) {
    for (let w = left; h >= 0 && w < right; w += stepW) {
      if (w < 0) continue;
      const v = load<f32>(x + (<usize> (h * width + w) << 2));
      if (best < 0 || v > value || v != v) {
        best = h * width + w;
        value = v;
      }
    }
  }
  return best;
}

/** args: dy, indices, dx | N (of a plane of dy), M (of a plane of dx), C | B (cell) */
export function max_pool2d_backward_f32(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), M = integer(args, 4), planes = cell(args, 6) * integer(args, 5);
  const end = share(planes, part + 1, parts);
  for (let plane = share(planes, part, parts); plane < end; plane++) {
    const dx = pointer(args, 2) + (<usize> plane * M << 2), from = <usize> plane * N << 2;
    memory.fill(dx, 0, <usize> M << 2);
    for (let n: usize = 0; n < <usize> N; n++) {
      const at = from + (n << 2), place = load<u32>(pointer(args, 1) + at);
      if (place >= <u32> M) continue;
      const to = dx + (<usize> place << 2);
      store<f32>(to, load<f32>(to) + load<f32>(pointer(args, 0) + at));
    }
  }
}

/** args: x, indices, y | as max_pool2d_backward_f32 */
export function max_pool2d_gather_f32(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), M = integer(args, 4), planes = cell(args, 6) * integer(args, 5);
  const end = share(planes, part + 1, parts);
  for (let plane = share(planes, part, parts); plane < end; plane++) {
    const x = pointer(args, 0) + (<usize> plane * M << 2), to = <usize> plane * N << 2;
    for (let n: usize = 0; n < <usize> N; n++) {
      const at = to + (n << 2), place = load<u32>(pointer(args, 1) + at);
      store<f32>(pointer(args, 2) + at, place < <u32> M ? load<f32>(x + (<usize> place << 2)) : 0);
    }
  }
}

/** args: x, y | C, H, W, Ho, Wo, kh, kw, stride, padding (2 each), countPadding (0 or 1), divisor | B (cell) */
export function avg_pool2d_f32(args: usize, part: i32, parts: i32): void { average(args, part, parts, false); }
/** args: dy, dx | as avg_pool2d_f32 */
export function avg_pool2d_backward_f32(args: usize, part: i32, parts: i32): void { average(args, part, parts, true); }

function average(args: usize, part: i32, parts: i32, backward: bool): void {
  const p = args + 8, Ho = integer(p, HO), Wo = integer(p, WO), planes = cell(p, B) * integer(p, C);
  const size = <usize> integer(p, H) * integer(p, W) << 2, end = share(planes, part + 1, parts);
  const wide = pointer(args, backward ? 1 : 0), narrow = pointer(args, backward ? 0 : 1);
  for (let plane = share(planes, part, parts); plane < end; plane++) {
    const x = wide + <usize> plane * size;
    let y = narrow + (<usize> plane * Ho * Wo << 2);
    if (backward) memory.fill(x, 0, size);
    for (let h = 0; h < Ho; h++) {
      for (let w = 0; w < Wo; w++, y += 4) averageWindow(p, x, y, h, w, backward);
    }
  }
}

function averageWindow(p: usize, x: usize, y: usize, row: i32, column: i32, backward: bool): void {
  const height = integer(p, H), width = integer(p, W), padH = integer(p, PADDING), padW = integer(p, PADDING + 1);
  let top = row * integer(p, STRIDE) - padH, left = column * integer(p, STRIDE + 1) - padW;
  let bottom = min(top + integer(p, KH), height + padH), right = min(left + integer(p, KW), width + padW);
  const padded = (bottom - top) * (right - left);
  top = max(top, 0), left = max(left, 0), bottom = min(bottom, height), right = min(right, width);
  const inside = max(bottom - top, 0) * max(right - left, 0), given = integer(p, DIVISOR);
  const divisor = <f32> (given ? given : integer(p, COUNT_PADDING) ? padded : inside);
  const share = backward ? load<f32>(y) / divisor : <f32> 0;
  let sum: f32 = 0;
  for (let h = top; h < bottom; h++) {
    for (let w = left; w < right; w++) {
      const at = x + (<usize> (h * width + w) << 2);
      if (backward) store<f32>(at, load<f32>(at) + share);
      else sum += load<f32>(at);
    }
  }
  if (!backward) store<f32>(y, inside ? sum / divisor : 0);
}
