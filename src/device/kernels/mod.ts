/**
 * The kernel table: every row, by name.
 *
 * @module
 */
import type { Kernel } from "../kernel.ts";
import * as embedQuant from "./embed_quant.ts";
import * as matmulQuant from "./matmul_quant.ts";
import * as quantize from "./quantize.ts";
import * as repack from "./repack.ts";
import * as softmax from "./softmax.ts";

/** All rows. */
export const kernels: ReadonlyMap<string, Kernel> = new Map(
  [softmax, repack, quantize, matmulQuant, embedQuant].flatMap((family) => Object.values(family))
    .filter((row): row is Kernel => typeof row === "object")
    .map((row) => [row.name, row]),
);
