/**
 * That comparisons fail where they should: on NaN and infinities, and on one wrong element, wherever it stands.
 */
import { equal, throws } from "node:assert/strict";
import { softmax_f32 } from "../src/device/kernels/softmax.ts";
import { compare } from "./device/compare.ts";
import { isNear, worst } from "./near.ts";
import { near } from "./tensor/differences.ts";

const WRONG: readonly [got: number, want: number][] = [
  [NaN, 1],
  [1, NaN],
  [NaN, Infinity],
  [Infinity, NaN],
  [Infinity, 1],
  [1, Infinity],
  [1, -Infinity],
  [-Infinity, Infinity],
  [NaN, 0],
  [1.1, 1],
];
const RIGHT: readonly [got: number, want: number][] = [
  [NaN, NaN],
  [Infinity, Infinity],
  [-Infinity, -Infinity],
  [0, -0],
  [1.0001, 1],
];

Deno.test("isNear() takes NaN for NaN and an infinity for itself alone, whatever the bound", () => {
  for (const [got, want] of RIGHT) equal(isNear(got, want, 1e-3), true, `${got} for ${want}`);
  for (const [got, want] of WRONG) {
    for (const bound of [1e-3, 1e-3 * (1 + Math.abs(want)), NaN]) {
      equal(isNear(got, want, bound), false, `${got} for ${want}`);
    }
  }
  for (const [got, want] of WRONG.slice(0, -1)) {
    equal(isNear(got, want, Infinity), false, `${got} for ${want}`);
  }
});

Deno.test("worst() of errors is NaN where one is, first, last or between", () => {
  for (const errors of [[NaN], [NaN, 1, 2], [1, NaN, 2], [1, 2, NaN]]) equal(worst(errors), NaN);
  equal(worst([1, 3, 2]), 3);
  equal(worst([]), 0);
});

Deno.test("near() and the comparison of rows fail on one wrong element, wherever it stands", () => {
  for (const [got, want] of WRONG) {
    for (const at of [0, 1, 2]) {
      const [mine, theirs] = [got, want].map((v) => [1, 1, 1].with(at, v));
      throws(() => near(mine, theirs, 1e-3, "a"), `${got} for ${want}`);
      throws(() => rows(Float32Array.from(mine), Float64Array.from(theirs)), `${got} for ${want}`);
    }
  }
  for (const [got, want] of RIGHT) {
    near([1, got], [1, want], 1e-3, "a");
    rows(Float32Array.of(1, got), Float64Array.of(1, want));
  }
});

function rows(got: Float32Array, want: Float64Array): void {
  const test = { label: "one row", params: [], cells: [], operands: [] };
  compare(softmax_f32, test, [{ operand: 0, values: want }], [got], { how: "as told", tolerance: 1e-3 });
}

/** What lets NaN pass: `if (x > tolerance) throw`, and a running maximum by comparison. */
const SLIPS: readonly RegExp[] = [
  /if \((?:Math\.abs\(.*\)|\w*(?:error|difference|distance|far|off)\w*) >=? .*\) (?:throw|return false|fail|ok = false)/i,
  /if \(!?\(?\w+ (?:>|<=) (?:worst|largest|most|max)\w*\)?\) (?:worst|largest|most|max)/i,
  /ok\(!\(.* >=? /,
];

Deno.test("no comparison of tests and benches lets NaN pass", () => {
  equal(SLIPS.some((slip) => slip.test("    if (!(difference <= worst)) worst = difference;")), true);
  equal(SLIPS.some((slip) => slip.test("  if (Math.abs(a - b) > 1e-3) throw new Error();")), true);
  for (const folder of ["./", "../bench/"]) {
    for (const file of sources(new URL(folder, import.meta.url))) {
      if (file.href === import.meta.url) continue;
      for (const line of Deno.readTextFileSync(file).split("\n")) {
        equal(SLIPS.some((slip) => slip.test(line)), false, `${file.pathname}: ${line.trim()}`);
      }
    }
  }
});

function* sources(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory && name !== "node_modules") yield* sources(new URL(`${name}/`, folder));
    else if (/\.(ts|js)$/.test(name)) yield new URL(name, folder);
  }
}
