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
import * as gated from "./gated.ts";
import * as matmul_f32 from "./matmul_f32.ts";
import * as rows from "./rows.ts";

/** All rows. */
export const kernels: ReadonlyMap<string, Kernel> = new Map(
  [softmax, norm, rope, attention, gated, matmul_f32, rows].flatMap((family) => Object.values(family)).map((
    row,
  ) => [row.name, row]),
);
