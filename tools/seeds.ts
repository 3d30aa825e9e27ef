/**
 * Draws the cases of every row of the kernel table from many seeds, on the simd and relaxed builds, and tells the
 * rows that ever disagree with their oracles: `deno task seeds [count] [part of a row's name]`. Ends with status 1
 * where one did. $WICK_SEED is the first seed [a new one].
 *
 * @module
 */
import { kernels } from "../src/device/kernels/mod.ts";
import { openBuild } from "../test/device/call.ts";
import { conform } from "../test/device/conform.ts";
import { testSeed } from "../test/random.ts";

const count = Number(Deno.args[0] ?? 16);
const part = Deno.args[1] ?? "";
const first = testSeed();
const rows = [...kernels.values()].filter((kernel) => kernel.name.includes(part));
const builds = [await openBuild("simd"), await openBuild("relaxed")];
/** The seeds that a row failed with, and what it said first. */
const failures = new Map<string, { seeds: number[]; said: string }>();

for (let seed = first; seed < first + count; seed++) {
  for (const kernel of rows) for (const build of builds) attempt(build, kernel, seed);
}
for (const [name, { seeds, said }] of failures) {
  console.log(`${name}: ${seeds.length} of ${count} seeds (${seeds.slice(0, 4).join(", ")})\n  ${said}`);
}
console.log(`${rows.length} rows, ${count} seeds, ${failures.size} rows of a build that disagree`);
Deno.exit(failures.size > 0 ? 1 : 0);

function attempt(build: typeof builds[number], kernel: typeof rows[number], seed: number): void {
  try {
    conform(build, kernel, seed);
  } catch (error) {
    const name = `${kernel.name} (${build.name})`;
    const said = (error as Error).message;
    if (!failures.has(name)) console.log(`seed ${seed}: ${said}`); // at once: a run may be broken off
    const known = failures.get(name) ?? { seeds: [], said };
    failures.set(name, { ...known, seeds: [...known.seeds, seed] });
  }
}
