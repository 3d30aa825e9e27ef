/**
 * The kernel table: every row, by name.
 *
 * @module
 */
import type { Kernel } from "../kernel.ts";
import * as softmax from "./softmax.ts";
import * as norm from "./norm.ts";
import * as rope from "./rope.ts";
import * as attention from "./attention.ts";

/** All rows. */
export const kernels: ReadonlyMap<string, Kernel> = new Map(
  [softmax, norm, rope, attention].flatMap((family) => Object.values(family)).map((row) => [row.name, row]),
);
