// Constants that stay in registers. V8 builds a constant vector that stands in a loop anew in every turn
// (three instructions; 27 instead of 44 Gparam/s for a loop over nibbles), and optimizers put it back there
// when it is named before the loop. One that is computed from a value which no compiler knows stays where it
// was made.

/** Lanes of zero made of any number that is not negative. */
// @ts-ignore: decorator
@inline
export function unknownZero(count: i32): v128 {
  return i32x4.splat(count >> 31);
}

/** `constant`, made once where this stands; `zero` is from unknownZero. */
// @ts-ignore: decorator
@inline
export function hold(constant: v128, zero: v128): v128 {
  return v128.or(constant, zero);
}
