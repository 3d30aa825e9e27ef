/**
 * Every row of the kernel table against its oracle, on every build: in one part and in several, with operands
 * off their alignment, guarded on both sides. A row without an oracle, an export without a row or a row without
 * an export fails.
 */
import { deepEqual } from "node:assert/strict";
import { kernels } from "../../src/device/kernels/mod.ts";
import { testSeed } from "../random.ts";
import { openBuild } from "./call.ts";
import { conform } from "./conform.ts";

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
      await t.step(kernel.name, () => conform(build, kernel, seed));
    }
  });
}
