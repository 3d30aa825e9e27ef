// Sorting rows, and the rows that move values by index.
//
//   sort     values[r, :] = x[r, :] in order, indices[r, j] = where values[r, j] stood
//   top_k    the first K of them
//   pick     y[r, j] = x[r, indices[r, j]]
//   place    y[r, :] = 0, then y[r, indices[r, j]] += x[r, j], in the order of j
//
//   x [R, C] f32, i32 or u32, contiguous rows    values, indices (i32) [R, C] or [R, K]
//
// An element is a pair of 64 bits, its key above its index. Keys are unsigned integers in the order of the values:
//
//   f32   negative numbers with all bits turned, others with the sign turned; -0 as 0; every NaN the largest
//   i32   with the sign turned
//   u32   as they are
//
// turned once more for a descending order. So equals, and among them 0 and -0, keep the order of their indices in both
// directions, and NaN is the largest, as in PyTorch. Values are made from their keys; zeros and NaN are read again.
//
// Rows to 48 elements are sorted by insertion. Longer ones by the key's four bytes, the lowest first: four stable
// passes from one half of scratch to the other, but for bytes that all keys share.
//
//   scratch of sort    [ pairs, 8 C bytes | pairs, 8 C bytes | 4 counts of 256, 4 KiB ]
//   scratch of top_k   [ a heap of K pairs, the largest first ]; elements whose keys are not below the first's are passed
//                      over four at a time
//
// An index outside 0 .. C - 1 picks NaN and is not placed; K <= C. Cost: sort 16 C bytes a pass, bound by scattered
// writes; top_k one read of x, and log K for each element that enters the heap. Exact. Parts divide the rows.

import { cell, integer, pointer, share } from "./common/args";
import { the } from "./common/the";

/** Where insertion's C^2 / 4 moves take as long as the passes over 256 counts. */
export const SHORT: i32 = 48;
const COUNTS = 4096;

/** args: x, values, indices | scratch, bytes | C, descending | R (cell) */
export function sort_f32(args: usize, part: i32, parts: i32): void { sortRows<F32>(args, part, parts); }
/** args: as sort_f32 */
export function sort_i32(args: usize, part: i32, parts: i32): void { sortRows<I32>(args, part, parts); }
/** args: as sort_f32 */
export function sort_u32(args: usize, part: i32, parts: i32): void { sortRows<U32>(args, part, parts); }
/** args: x, values, indices | scratch, bytes | C, K, largest | R (cell) */
export function top_k_f32(args: usize, part: i32, parts: i32): void { topRows<F32>(args, part, parts); }
/** args: as top_k_f32 */
export function top_k_i32(args: usize, part: i32, parts: i32): void { topRows<I32>(args, part, parts); }
/** args: as top_k_f32 */
export function top_k_u32(args: usize, part: i32, parts: i32): void { topRows<U32>(args, part, parts); }

@unmanaged class F32 {
  /** Keys of four values. */
  @inline keys(v: v128): v128 {
    const positive = v128.andnot(v, f32x4.eq(v, f32x4.splat(0))); // 0 for -0
    const turned = v128.or(i32x4.shr_s(positive, 31), i32x4.splat(0x80000000));
    return v128.or(v128.xor(positive, turned), f32x4.ne(v, v));
  }
  /** The bits of the value of a key; `x` is where it stood. */
  @inline bits(key: u32, x: usize): u32 {
    if (key == 0x80000000 || key == 0xffffffff) return load<u32>(x);
    return key >> 31 ? key ^ 0x80000000 : ~key;
  }
}

@unmanaged class I32 {
  @inline keys(v: v128): v128 { return v128.xor(v, i32x4.splat(0x80000000)); }
  @inline bits(key: u32, x: usize): u32 { return key ^ 0x80000000; }
}

@unmanaged class U32 {
  @inline keys(v: v128): v128 { return v; }
  @inline bits(key: u32, x: usize): u32 { return key; }
}

// @ts-ignore: decorator
@inline
function sortRows<F>(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 5), turn = integer(args, 6) != 0 ? <u32> -1 : 0, R = cell(args, 7);
  const pairs = pointer(args, 3) + <usize> part * pointer(args, 4), end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const at = <usize> r * <usize> C << 2, x = pointer(args, 0) + at;
    makePairs<F>(x, pairs, C, turn);
    const sorted = C <= SHORT ? insertionSort(pairs, C) : radixSort(pairs, C);
    unmakePairs<F>(x, sorted, pointer(args, 1) + at, pointer(args, 2) + at, C, turn);
  }
}

function makePairs<F>(x: usize, pairs: usize, C: i32, turn: u32): void {
  const turns = i32x4.splat(turn);
  let at = i32x4(0, 1, 2, 3), c = C;
  for (; c >= 4; c -= 4, x += 16, pairs += 32) {
    const keys = v128.xor(the<F>().keys(v128.load(x)), turns);
    v128.store(pairs, v128.shuffle<i32>(at, keys, 0, 4, 1, 5));
    v128.store(pairs, v128.shuffle<i32>(at, keys, 2, 6, 3, 7), 16);
    at = i32x4.add(at, i32x4.splat(4));
  }
  for (; c > 0; c--, x += 4, pairs += 8) store<u64>(pairs, pairOf<F>(x, C - c, turn));
}

/** The key and index of the value at x. */
// @ts-ignore: decorator
@inline
function pairOf<F>(x: usize, index: i32, turn: u32): u64 {
  const key = <u32> i32x4.extract_lane(the<F>().keys(v128.load32_splat(x)), 0) ^ turn;
  return <u64> key << 32 | <u64> <u32> index;
}

function unmakePairs<F>(x: usize, pairs: usize, values: usize, indices: usize, count: i32, turn: u32): void {
  for (let n = count; n > 0; n--, pairs += 8, values += 4, indices += 4) {
    const index = load<u32>(pairs), key = load<u32>(pairs, 4) ^ turn;
    store<u32>(values, the<F>().bits(key, x + (<usize> index << 2)));
    store<u32>(indices, index);
  }
}

function insertionSort(pairs: usize, C: i32): usize {
  const end = pairs + (<usize> C << 3);
  for (let p = pairs + 8; p < end; p += 8) {
    const pair = load<u64>(p);
    let q = p;
    for (; q > pairs; q -= 8) {
      const before = load<u64>(q - 8);
      if (before < pair) break;
      store<u64>(q, before);
    }
    store<u64>(q, pair);
  }
  return pairs;
}

/** Sorts by the keys' bytes, equals as they stand, and gives the half of scratch where the last pass wrote. */
export function radixSort(pairs: usize, C: i32): usize {
  const bytes = <usize> C << 3, counts = pairs + (bytes << 1);
  countBytes(pairs, C, counts);
  let from = pairs, to = pairs + bytes;
  for (let byte: usize = 0; byte < 4; byte++) {
    const own = counts + (byte << 10);
    // all in one bucket, that of the first: nothing would move
    if (load<i32>(own + (<usize> load<u8>(from + 4 + byte) << 2)) == C) continue;
    pass(from, to, C, own, byte);
    const other = from;
    from = to, to = other;
  }
  return from;
}

function countBytes(pairs: usize, C: i32, counts: usize): void {
  memory.fill(counts, 0, COUNTS);
  for (let n = C; n > 0; n--, pairs += 8) {
    const key = load<u32>(pairs, 4);
    increment(counts + (<usize> (key & 255) << 2));
    increment(counts + 1024 + (<usize> (key >> 8 & 255) << 2));
    increment(counts + 2048 + (<usize> (key >> 16 & 255) << 2));
    increment(counts + 3072 + (<usize> (key >> 24) << 2));
  }
}

// @ts-ignore: decorator
@inline
function increment(at: usize): void { store<u32>(at, load<u32>(at) + 1); }

/** Moves pairs to their buckets by one byte of the key, in order. */
function pass(from: usize, to: usize, C: i32, counts: usize, byte: usize): void {
  let place: u32 = 0;
  for (let at = counts; at < counts + 1024; at += 4) { // counts become where each bucket goes on
    const count = load<u32>(at);
    store<u32>(at, place);
    place += count;
  }
  for (let n = C; n > 0; n--, from += 8) {
    const bucket = counts + (<usize> load<u8>(from + 4 + byte) << 2), at = load<u32>(bucket);
    store<u32>(bucket, at + 1);
    store<u64>(to + (<usize> at << 3), load<u64>(from));
  }
}

// @ts-ignore: decorator
@inline
function topRows<F>(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 5), K = integer(args, 6), turn = integer(args, 7) != 0 ? <u32> -1 : 0, R = cell(args, 8);
  const heap = pointer(args, 3) + <usize> part * pointer(args, 4), end = K > 0 ? share(R, part + 1, parts) : 0;
  for (let r = share(R, part, parts); r < end; r++) {
    const x = pointer(args, 0) + (<usize> r * <usize> C << 2), at = <usize> r * <usize> K << 2;
    select<F>(x, heap, C, K, turn);
    unmakePairs<F>(x, heap, pointer(args, 1) + at, pointer(args, 2) + at, K, turn);
  }
}

/** The K first pairs of a row in order, by a heap whose root is the last of them. */
function select<F>(x: usize, heap: usize, C: i32, K: i32, turn: u32): void {
  makePairs<F>(x, heap, K, turn);
  for (let i = (K >> 1) - 1; i >= 0; i--) sink(heap, i, K, load<u64>(heap + (<usize> i << 3)));
  const turns = i32x4.splat(turn);
  let c = K;
  for (; c + 4 <= C; c += 4) {
    // an equal key stands further back than the root: it is no better
    const better = i32x4.lt_u(
      v128.xor(the<F>().keys(v128.load(x + (<usize> c << 2))), turns), v128.load32_splat(heap + 4),
    );
    if (v128.any_true(better)) for (let i = c; i < c + 4; i++) offer<F>(x, heap, i, K, turn);
  }
  for (; c < C; c++) offer<F>(x, heap, c, K, turn);
  for (let n = K - 1; n > 0; n--) { // the last of those left, again and again, to the end
    const last = load<u64>(heap + (<usize> n << 3));
    store<u64>(heap + (<usize> n << 3), load<u64>(heap));
    sink(heap, 0, n, last);
  }
}

function offer<F>(x: usize, heap: usize, c: i32, K: i32, turn: u32): void {
  const pair = pairOf<F>(x + (<usize> c << 2), c, turn);
  if (pair < load<u64>(heap)) sink(heap, 0, K, pair);
}

/** Puts a pair in at i of a heap of n, or below, where it is no smaller than what is under it. */
function sink(heap: usize, i: i32, n: i32, pair: u64): void {
  for (;;) {
    let child = 2 * i + 1;
    if (child >= n) break;
    if (child + 1 < n && load<u64>(heap + (<usize> child << 3), 8) > load<u64>(heap + (<usize> child << 3))) child++;
    const under = load<u64>(heap + (<usize> child << 3));
    if (under <= pair) break;
    store<u64>(heap + (<usize> i << 3), under);
    i = child;
  }
  store<u64>(heap + (<usize> i << 3), pair);
}

/** args: x, indices, y | C, K | R (cell) */
export function pick_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 3), K = integer(args, 4), R = cell(args, 5), end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const x = pointer(args, 0) + (<usize> r * <usize> C << 2), at = <usize> r * <usize> K << 2;
    let i = pointer(args, 1) + at, y = pointer(args, 2) + at;
    for (let k = K; k > 0; k--, i += 4, y += 4) {
      const index = load<u32>(i);
      store<f32>(y, index < <u32> C ? load<f32>(x + (<usize> index << 2)) : NaN);
    }
  }
}

/** args: x, indices, y | C, K | R (cell) */
export function place_f32(args: usize, part: i32, parts: i32): void {
  const C = integer(args, 3), K = integer(args, 4), R = cell(args, 5), end = share(R, part + 1, parts);
  for (let r = share(R, part, parts); r < end; r++) {
    const y = pointer(args, 2) + (<usize> r * <usize> C << 2), at = <usize> r * <usize> K << 2;
    let x = pointer(args, 0) + at, i = pointer(args, 1) + at;
    memory.fill(y, 0, <usize> C << 2);
    for (let k = K; k > 0; k--, i += 4, x += 4) {
      const index = load<u32>(i);
      if (index >= <u32> C) continue;
      const to = y + (<usize> index << 2);
      store<f32>(to, load<f32>(to) + load<f32>(x));
    }
  }
}
