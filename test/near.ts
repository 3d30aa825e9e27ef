/**
 * When two numbers are as good as the same: one place for what NaN and infinities mean.
 *
 * @module
 */

/**
 * Whether `got` is `want` to within `bound`. NaN is near NaN alone and an infinity near itself alone, whatever the bound:
 * where `want` is infinite, a bound relative to it is, too.
 */
export function isNear(got: number, want: number, bound: number): boolean {
  if (Object.is(got, want) || got === want) return true;
  const difference = Math.abs(got - want);
  return difference < Infinity && difference <= bound;
}

/** The largest of some errors; NaN where one is NaN. */
export function worst(errors: Iterable<number>): number {
  let found = 0;
  for (const error of errors) found = Math.max(found, error);
  return found;
}
