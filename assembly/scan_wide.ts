// Scans of i64 along the middle of x [O, N, I]:
//
//   cumsum           y[n] = sum over m <= n of x[m] (m >= n with reverse)
//   cumprod          y[n] = product over m <= n of x[m] (m >= n with reverse)
//   cummax, cummin   values[n] = the largest (smallest) x[m], m <= n, and its index, of equals the last
//
//   x, y, values [O, N, I] i64, indices [O, N, I] i32, contiguous; y and values may be x
//
// What is carried from n to n is read back from where it was written, so nothing is kept beside. Sums and products
// wrap around. Cost: one read, one write, and a read of what the cache still holds: bound by memory. Exact. Parts
// divide the lanes O * I.

import { cell, integer, pointer, share } from "./common/args";
import { the } from "./common/the";

/** args: x, y | N, I, reverse | O (cell) */
export function cumsum_i64(args: usize, part: i32, parts: i32): void { scan<Add>(args, part, parts); }
/** args: x, y | N, I, reverse | O (cell) */
export function cumprod_i64(args: usize, part: i32, parts: i32): void { scan<Multiply>(args, part, parts); }

@unmanaged class Add { @inline of(a: i64, b: i64): i64 { return a + b; } }
@unmanaged class Multiply { @inline of(a: i64, b: i64): i64 { return a * b; } }

function scan<F>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 2), I = integer(args, 3), lanes = cell(args, 5) * I, end = share(lanes, part + 1, parts);
  const reverse = integer(args, 4) != 0, row = <usize> I << 3, step = reverse ? 0 - row : row;
  for (let lane = share(lanes, part, parts); N > 0 && lane < end;) {
    const o = lane / I, i = lane - o * I, count = min(I - i, end - lane);
    const first = <usize> (o * N + (reverse ? N - 1 : 0)) * row + (<usize> i << 3);
    let x = pointer(args, 0) + first, y = pointer(args, 1) + first;
    for (let k: usize = 0; k < <usize> count << 3; k += 8) store<i64>(y + k, load<i64>(x + k));
    for (let n = 1; n < N; n++) {
      x += step;
      const before = y;
      y += step;
      for (let k: usize = 0; k < <usize> count << 3; k += 8) {
        store<i64>(y + k, the<F>().of(load<i64>(before + k), load<i64>(x + k)));
      }
    }
    lane += count;
  }
}

/** args: x, values, indices | N, I | O (cell) */
export function cummax_i64(args: usize, part: i32, parts: i32): void { best<Largest>(args, part, parts); }
/** args: x, values, indices | N, I | O (cell) */
export function cummin_i64(args: usize, part: i32, parts: i32): void { best<Smallest>(args, part, parts); }

/** Whether v takes the place of the best so far. */
@unmanaged class Largest { @inline takes(v: i64, best: i64): bool { return v >= best; } }
@unmanaged class Smallest { @inline takes(v: i64, best: i64): bool { return v <= best; } }

function best<F>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), I = integer(args, 4), lanes = cell(args, 5) * I, end = share(lanes, part + 1, parts);
  for (let lane = share(lanes, part, parts); N > 0 && lane < end;) {
    const o = lane / I, i = lane - o * I, count = min(I - i, end - lane);
    for (let n = 0; n < N; n++) {
      const at = <usize> (o * N + n) * <usize> I + <usize> i, before = at - <usize> I;
      for (let k: usize = 0; k < <usize> count; k++) {
        const v = load<i64>(pointer(args, 0) + (at + k << 3));
        const taken = n == 0 || the<F>().takes(v, load<i64>(pointer(args, 1) + (before + k << 3)));
        const from = taken ? at : before;
        store<i64>(pointer(args, 1) + (at + k << 3), taken ? v : load<i64>(pointer(args, 1) + (from + k << 3)));
        store<i32>(pointer(args, 2) + (at + k << 2), taken ? n : load<i32>(pointer(args, 2) + (from + k << 2)));
      }
    }
    lane += count;
  }
}
