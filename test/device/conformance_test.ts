/**
 * Every row of the kernel table against its oracle, on every build: in one part and in several, with operands
 * off their alignment, guarded on both sides. A row without an oracle, an export without a row or a row without
 * an export fails.
 */
import { deepEqual, ok } from "node:assert/strict";
import type { Kernel } from "../../src/device/kernel.ts";
import { MAX_OPERANDS } from "../../src/device/kernel.ts";
import { kernels } from "../../src/device/kernels/mod.ts";
import { Random, testSeed } from "../random.ts";
import { references } from "../reference/mod.ts";
import { type Build, call, openBuild } from "./call.ts";
import { compare } from "./compare.ts";

const seed = testSeed();
const only = Deno.env.get("WICK_KERNEL"); // a part of a name, to work on one row

for (const name of ["simd", "relaxed", "threads", "debug"] as const) {
  Deno.test(`the ${name} build agrees with the oracles`, async (t) => {
    const build = await openBuild(name);
    const exported = Object.keys(build.exports).filter((e) =>
      !["memory", "table", "run_program", "probe_dot"].includes(e)
    );
    if (!only && name !== "debug") deepEqual(exported.sort(), [...kernels.keys()].sort(), "exports and rows");
    for (const kernel of kernels.values()) {
      if (only && !kernel.name.includes(only)) continue;
      await t.step(kernel.name, () => conform(build, kernel));
    }
  });
}

function conform(build: Build, kernel: Kernel): void {
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
