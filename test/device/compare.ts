/**
 * Results of a row beside what its oracle expects.
 *
 * @module
 */
import { isNear } from "../near.ts";
import type { Kernel } from "../../src/device/kernel.ts";
import type { Case, Expected, OperandValue } from "../reference/reference.ts";

/** What a comparison may differ in. */
export interface Comparison {
  /** Shown where it fails. */
  how: string;
  /** [the row's] */
  tolerance?: number;
  /** Results that are right as well. */
  or?: readonly Expected[];
}

/** Throws where an operand does not hold what is expected. */
export function compare(
  kernel: Kernel,
  test: Case,
  expected: readonly Expected[],
  got: readonly OperandValue[],
  { how, tolerance = kernel.tolerance, or }: Comparison,
): void {
  expected.forEach((wanted, e) => {
    const actual = got[wanted.operand]!;
    for (let i = 0; i < actual.length; i++) {
      if (fits(wanted, i, actual[i], tolerance) || (or && fits(or[e], i, actual[i], tolerance))) continue;
      throw new Error(
        `${kernel.name} ${test.label} (${how}): operand ${kernel.operands[wanted.operand].name}[${i}] is ` +
          `${actual[i]}, expected ${wanted.values[i]} within ${bound(wanted, i, tolerance)}`,
      );
    }
  });
}

function fits(expected: Expected, i: number, actual: number | bigint, tolerance: number): boolean {
  const want = expected.values[i];
  if (want === undefined || Object.is(want, actual)) return true;
  if (typeof want === "bigint" || typeof actual === "bigint") return false; // only the same will do
  return isNear(actual, want, bound(expected, i, tolerance));
}

function bound({ values, scale }: Expected, i: number, tolerance: number): number {
  return tolerance * (scale ? scale[i] : 1 + Math.abs(Number(values[i])));
}
