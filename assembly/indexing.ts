// Elements by index along one dimension: x [O, N, I], O before it and I behind it.
//
//   index_select   y[o, m, i] = x[o, index[m], i]              index_add   y[o, index[m], i] += src[o, m, i]
//   gather         y[o, m, i] = x[o, index[o, m, i], i]        scatter     y[o, index[o, m, i], i] = src[o, m, i]
//   scatter_add, scatter_prod, scatter_amax, scatter_amin      the same with +, *, max and min in place of =
//   scatter_backward   src[o, m, i] = y[o, k, i], then y[o, k, i] = 0, with k = index[o, m, i] and m from the last
//                      to the first: the gradients of scatter, where only the last of equals has one
//
//   x, y [O, N, I]    index [M] or [O, M, I] i32    src [O, M, I]
//
// Sums and the others take m in ascending order, whatever the parts. An index outside 0 .. N - 1 reads and writes
// nothing: what would have been read has all its bits set (NaN; -1; 255), what would have been written is left out.
// The host runs check_index before, which tells the first of them. Operands do not overlap. Cost: bound by memory,
// by its latency where I = 1. Sums are exact to the rounding of each addition. Parts divide the result's rows or
// elements, and the lanes O * I where several m meet in one element.

import { cell, integer, pointer, share } from "./common/args";
import { loadPart, storePart } from "./common/partial";
import { the } from "./common/the";

/** args: index, fault | limit, site, except | N (cell); fault is (site, place, value) of the first, kept until it is read */
export function check_index(args: usize, part: i32, parts: i32): void {
  const fault = pointer(args, 1), limit = <u32> integer(args, 2), except = integer(args, 4), N = cell(args, 5);
  if (part != 0 || load<i32>(fault) != 0) return;
  for (let n = 0; n < N; n++) {
    const value = load<i32>(pointer(args, 0) + (<usize> n << 2));
    if (<u32> value < limit || value == except) continue;
    store<i32>(fault, integer(args, 3));
    store<i32>(fault, n, 4);
    return store<i32>(fault, value, 8);
  }
}

/** args: x, index, y | N, I | O, M (cells) */
export function index_select_b8(args: usize, part: i32, parts: i32): void { select<u8>(args, part, parts); }
/** args: as index_select_b8 */
export function index_select_b16(args: usize, part: i32, parts: i32): void { select<u16>(args, part, parts); }
/** args: as index_select_b8 */
export function index_select_b32(args: usize, part: i32, parts: i32): void { select<u32>(args, part, parts); }
/** args: as index_select_b8 */
export function index_select_b64(args: usize, part: i32, parts: i32): void { select<u64>(args, part, parts); }

function select<T>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), M = cell(args, 6), rows = cell(args, 5) * M;
  const bytes = <usize> integer(args, 4) * sizeof<T>();
  const end = share(rows, part + 1, parts);
  for (let row = share(rows, part, parts); row < end;) {
    const o = row / M, stop = min(row + M - row % M, end);
    const x = pointer(args, 0) + <usize> o * <usize> N * bytes;
    let index = pointer(args, 1) + (<usize> (row - o * M) << 2);
    for (; row < stop; row++, index += 4) {
      const at = load<i32>(index), y = pointer(args, 2) + <usize> row * bytes;
      if (<u32> at >= <u32> N) memory.fill(y, 0xff, bytes);
      else if (bytes == sizeof<T>()) store<T>(y, load<T>(x + <usize> at * bytes));
      else memory.copy(y, x + <usize> at * bytes, bytes);
    }
  }
}

/** args: x, index, y | N, M, I | O (cell) */
export function gather_b8(args: usize, part: i32, parts: i32): void { gather<u8>(args, part, parts); }
/** args: as gather_b8 */
export function gather_b16(args: usize, part: i32, parts: i32): void { gather<u16>(args, part, parts); }
/** args: as gather_b8 */
export function gather_b32(args: usize, part: i32, parts: i32): void { gather<u32>(args, part, parts); }
/** args: as gather_b8 */
export function gather_b64(args: usize, part: i32, parts: i32): void { gather<u64>(args, part, parts); }

function gather<T>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), M = integer(args, 4), I = integer(args, 5), rows = cell(args, 6) * M;
  const end = share(rows, part + 1, parts);
  for (let row = share(rows, part, parts); row < end;) {
    const x = pointer(args, 0) + <usize> (row / M) * <usize> N * <usize> I * sizeof<T>();
    const first = <usize> row * <usize> I, stop = min(row + M - row % M, end);
    let index = pointer(args, 1) + (first << 2), y = pointer(args, 2) + first * sizeof<T>();
    for (; row < stop; row++) {
      for (let i = 0; i < I; i++, index += 4, y += sizeof<T>()) {
        const at = load<i32>(index);
        if (<u32> at >= <u32> N) store<T>(y, <T> -1);
        else store<T>(y, load<T>(x + (<usize> at * <usize> I + <usize> i) * sizeof<T>()));
      }
    }
  }
}

@unmanaged class AddF32 { @inline of(a: v128, b: v128): v128 { return f32x4.add(a, b); } }
@unmanaged class AddI32 { @inline of(a: v128, b: v128): v128 { return i32x4.add(a, b); } }

/** args: index, src, y | N, I | O, M (cells) */
export function index_add_f32(args: usize, part: i32, parts: i32): void { addRows<AddF32>(args, part, parts); }
/** args: as index_add_f32 */
export function index_add_i32(args: usize, part: i32, parts: i32): void { addRows<AddI32>(args, part, parts); }

function addRows<F>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), I = integer(args, 4), M = cell(args, 6), lanes = cell(args, 5) * I;
  const end = share(lanes, part + 1, parts);
  for (let lane = share(lanes, part, parts); lane < end;) {
    const o = lane / I, i = lane - o * I, count = min(I - i, end - lane);
    for (let m = 0; m < M; m++) {
      const at = load<i32>(pointer(args, 0) + (<usize> m << 2));
      if (<u32> at >= <u32> N) continue;
      let src = pointer(args, 1) + ((<usize> o * <usize> M + <usize> m) * <usize> I + <usize> i << 2);
      let y = pointer(args, 2) + ((<usize> o * <usize> N + <usize> at) * <usize> I + <usize> i << 2);
      for (let n = count; n > 0; n -= 4, src += 16, y += 16) {
        storePart(y, the<F>().of(loadPart(y, n), loadPart(src, n)), n);
      }
    }
    lane += count;
  }
}

/** args: as index_add_f32 */
export function index_add_f64(args: usize, part: i32, parts: i32): void { addElements<f64>(args, part, parts); }
/** args: as index_add_f32 */
export function index_add_i64(args: usize, part: i32, parts: i32): void { addElements<i64>(args, part, parts); }

function addElements<T>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), I = integer(args, 4), M = cell(args, 6), lanes = cell(args, 5) * I;
  const end = share(lanes, part + 1, parts);
  for (let lane = share(lanes, part, parts); lane < end; lane++) {
    const o = lane / I, i = lane - o * I;
    const base = pointer(args, 2) + (<usize> o * <usize> N * <usize> I + <usize> i << 3);
    let src = pointer(args, 1) + (<usize> o * <usize> M * <usize> I + <usize> i << 3);
    for (let m = 0; m < M; m++, src += <usize> I << 3) {
      const at = load<i32>(pointer(args, 0) + (<usize> m << 2));
      if (<u32> at >= <u32> N) continue;
      const y = base + (<usize> at * <usize> I << 3);
      store<T>(y, load<T>(y) + load<T>(src));
    }
  }
}

@unmanaged class Last<T> { @inline of(y: T, x: T): T { return x; } }
@unmanaged class Add<T> { @inline of(y: T, x: T): T { return y + x; } }
@unmanaged class Multiply<T> { @inline of(y: T, x: T): T { return y * x; } }
@unmanaged class Larger<T> { @inline of(y: T, x: T): T { return max<T>(y, x); } }
@unmanaged class Smaller<T> { @inline of(y: T, x: T): T { return min<T>(y, x); } }

/** args: index, src, y | N, M, I | O (cell) */
export function scatter_b8(args: usize, part: i32, parts: i32): void { scatter<u8, Last<u8>>(args, part, parts); }
/** args: as scatter_b8 */
export function scatter_b16(args: usize, part: i32, parts: i32): void { scatter<u16, Last<u16>>(args, part, parts); }
/** args: as scatter_b8 */
export function scatter_b32(args: usize, part: i32, parts: i32): void { scatter<u32, Last<u32>>(args, part, parts); }
/** args: as scatter_b8 */
export function scatter_b64(args: usize, part: i32, parts: i32): void { scatter<u64, Last<u64>>(args, part, parts); }
/** args: as scatter_b8 */
export function scatter_add_f32(args: usize, part: i32, parts: i32): void { scatter<f32, Add<f32>>(args, part, parts); }
/** args: as scatter_b8 */
export function scatter_add_i32(args: usize, part: i32, parts: i32): void { scatter<i32, Add<i32>>(args, part, parts); }
/** args: as scatter_b8 */
export function scatter_add_f64(args: usize, part: i32, parts: i32): void { scatter<f64, Add<f64>>(args, part, parts); }
/** args: as scatter_b8 */
export function scatter_prod_f32(args: usize, part: i32, parts: i32): void {
  scatter<f32, Multiply<f32>>(args, part, parts);
}
/** args: as scatter_b8 */
export function scatter_prod_f64(args: usize, part: i32, parts: i32): void {
  scatter<f64, Multiply<f64>>(args, part, parts);
}
/** args: as scatter_b8 */
export function scatter_prod_i32(args: usize, part: i32, parts: i32): void {
  scatter<i32, Multiply<i32>>(args, part, parts);
}
/** args: as scatter_b8; NaN where there is one */
export function scatter_amax_f32(args: usize, part: i32, parts: i32): void {
  scatter<f32, Larger<f32>>(args, part, parts);
}
/** args: as scatter_b8; NaN where there is one */
export function scatter_amax_f64(args: usize, part: i32, parts: i32): void {
  scatter<f64, Larger<f64>>(args, part, parts);
}
/** args: as scatter_b8 */
export function scatter_amax_i32(args: usize, part: i32, parts: i32): void {
  scatter<i32, Larger<i32>>(args, part, parts);
}
/** args: as scatter_b8; NaN where there is one */
export function scatter_amin_f32(args: usize, part: i32, parts: i32): void {
  scatter<f32, Smaller<f32>>(args, part, parts);
}
/** args: as scatter_b8; NaN where there is one */
export function scatter_amin_f64(args: usize, part: i32, parts: i32): void {
  scatter<f64, Smaller<f64>>(args, part, parts);
}
/** args: as scatter_b8 */
export function scatter_amin_i32(args: usize, part: i32, parts: i32): void {
  scatter<i32, Smaller<i32>>(args, part, parts);
}
/** args: as scatter_b8 */
export function scatter_add_i64(args: usize, part: i32, parts: i32): void {
  scatter<i64, Add<i64>>(args, part, parts);
}
/** args: as scatter_b8 */
export function scatter_prod_i64(args: usize, part: i32, parts: i32): void {
  scatter<i64, Multiply<i64>>(args, part, parts);
}
/** args: as scatter_b8 */
export function scatter_amax_i64(args: usize, part: i32, parts: i32): void {
  scatter<i64, Larger<i64>>(args, part, parts);
}
/** args: as scatter_b8 */
export function scatter_amin_i64(args: usize, part: i32, parts: i32): void {
  scatter<i64, Smaller<i64>>(args, part, parts);
}
/** args: as scatter_b8 */
export function scatter_amax_u32(args: usize, part: i32, parts: i32): void {
  scatter<u32, Larger<u32>>(args, part, parts);
}
/** args: as scatter_b8 */
export function scatter_amin_u32(args: usize, part: i32, parts: i32): void {
  scatter<u32, Smaller<u32>>(args, part, parts);
}

function scatter<T, F>(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), M = integer(args, 4), I = integer(args, 5), lanes = cell(args, 6) * I;
  const end = share(lanes, part + 1, parts);
  for (let lane = share(lanes, part, parts); lane < end;) {
    const o = lane / I, i = lane - o * I, count = min(I - i, end - lane);
    const base = pointer(args, 2) + (<usize> o * <usize> N * <usize> I + <usize> i) * sizeof<T>();
    for (let m = 0; m < M; m++) {
      const first = (<usize> o * <usize> M + <usize> m) * <usize> I + <usize> i;
      let index = pointer(args, 0) + (first << 2), src = pointer(args, 1) + first * sizeof<T>();
      for (let n: usize = 0; n < <usize> count; n++, index += 4, src += sizeof<T>()) {
        const at = load<i32>(index);
        if (<u32> at >= <u32> N) continue;
        const y = base + (<usize> at * <usize> I + n) * sizeof<T>();
        store<T>(y, the<F>().of(load<T>(y), load<T>(src)));
      }
    }
    lane += count;
  }
}

/** args: index, y, src | N, M, I | O (cell) */
export function scatter_b32_backward(args: usize, part: i32, parts: i32): void {
  const N = integer(args, 3), M = integer(args, 4), I = integer(args, 5), lanes = cell(args, 6) * I;
  const end = share(lanes, part + 1, parts);
  for (let lane = share(lanes, part, parts); lane < end;) {
    const o = lane / I, i = lane - o * I, count = min(I - i, end - lane);
    const base = pointer(args, 1) + (<usize> o * <usize> N * <usize> I + <usize> i << 2);
    for (let m = M - 1; m >= 0; m--) {
      const first = (<usize> o * <usize> M + <usize> m) * <usize> I + <usize> i << 2;
      let index = pointer(args, 0) + first, src = pointer(args, 2) + first;
      for (let n: usize = 0; n < <usize> count; n++, index += 4, src += 4) {
        const at = load<i32>(index);
        if (<u32> at >= <u32> N) {
          store<u32>(src, 0);
          continue;
        }
        const y = base + (<usize> at * <usize> I + n << 2);
        store<u32>(src, load<u32>(y));
        store<u32>(y, 0);
      }
    }
    lane += count;
  }
}
