/**
 * Every oracle, by its row's name.
 *
 * @module
 */
import * as embedQuant from "./embed_quant.ts";
import * as matmulQuant from "./matmul_quant.ts";
import * as quantize from "./quantize.ts";
import type { Reference } from "./reference.ts";
import * as repack from "./repack.ts";
import * as softmax from "./softmax.ts";

/** The oracles: exports named like a row. */
export const references: ReadonlyMap<string, Reference> = new Map(
  [softmax, repack, quantize, matmulQuant, embedQuant].flatMap((family) => Object.entries(family))
    .filter((entry): entry is [string, Reference] => typeof entry[1] === "object" && "oracle" in entry[1]),
);
