/**
 * Every oracle, by its row's name.
 *
 * @module
 */
import type { Reference } from "./reference.ts";
import * as softmax from "./softmax.ts";
import * as norm from "./norm.ts";
import * as rope from "./rope.ts";
import * as attention from "./attention.ts";
import * as gated from "./gated.ts";
import * as matmul_f32 from "./matmul_f32.ts";
import * as rows from "./rows.ts";

/** The oracles: exports named like a row. */
export const references: ReadonlyMap<string, Reference> = new Map(
  [softmax, norm, rope, attention, gated, matmul_f32, rows].flatMap((family) => Object.entries(family))
    .filter((entry): entry is [string, Reference] => typeof entry[1] === "object" && "oracle" in entry[1]),
);
