// Vectors at the end of a row, where fewer than four lanes may belong to it.

/** The first `n` floats from `p` on (all four where n >= 4), zeros in the other lanes; reads no others. */
// @ts-ignore: decorator
@inline
export function loadPart(p: usize, n: i32): v128 {
  return n >= 4 ? v128.load(p) : loadRest(p, n);
}

/** Writes the first `n` lanes (all four where n >= 4) from `p` on, and nothing else. */
// @ts-ignore: decorator
@inline
export function storePart(p: usize, v: v128, n: i32): void {
  if (n >= 4) v128.store(p, v);
  else storeRest(p, v, n);
}

function loadRest(p: usize, n: i32): v128 {
  let v = f32x4.splat(0);
  if (n > 0) v = f32x4.replace_lane(v, 0, load<f32>(p));
  if (n > 1) v = f32x4.replace_lane(v, 1, load<f32>(p, 4));
  if (n > 2) v = f32x4.replace_lane(v, 2, load<f32>(p, 8));
  return v;
}

function storeRest(p: usize, v: v128, n: i32): void {
  if (n > 0) store<f32>(p, f32x4.extract_lane(v, 0));
  if (n > 1) store<f32>(p, f32x4.extract_lane(v, 1), 4);
  if (n > 2) store<f32>(p, f32x4.extract_lane(v, 2), 8);
}
