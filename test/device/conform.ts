/**
 * One row of the kernel table on one build against its oracle.
 *
 * @module
 */
import { ok } from "node:assert/strict";
import { type Kernel, MAX_OPERANDS } from "../../src/device/kernel.ts";
import { Random } from "../random.ts";
import { references } from "../reference/mod.ts";
import { type Build, call } from "./call.ts";
import { compare } from "./compare.ts";

/** A row's cases from `seed`: in one part and in several, and with operands off their alignment. */
export function conform(build: Build, kernel: Kernel, seed: number): void {
  ok(kernel.operands.length <= MAX_OPERANDS, `${kernel.name} has more than ${MAX_OPERANDS} operands`);
  const reference = references.get(kernel.name);
  ok(reference, `${kernel.name} has no oracle in test/reference/`);
  let count = 0;
  for (const test of reference.cases(new Random(seed))) {
    const expected = reference.oracle(test);
    for (const [parts, misalign] of [[1, false], [3, false], [1, true]] as const) {
      compare(kernel, test, expected, call(build, kernel, test, parts, misalign), { how: `${parts} parts` });
    }
    count++;
  }
  ok(count > 0, `${kernel.name} has no cases`);
}
