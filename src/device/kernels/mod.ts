/**
 * The kernel table: every row, by name.
 *
 * @module
 */
import type { Kernel } from "../kernel.ts";
import * as attention from "./attention.ts";
import * as channelNorm from "./channel_norm.ts";
import * as conv from "./conv.ts";
import * as compare from "./compare.ts";
import * as copy from "./copy.ts";
import * as elementwise from "./elementwise.ts";
import * as elementwiseMore from "./elementwise_more.ts";
import * as embedQuant from "./embed_quant.ts";
import * as gated from "./gated.ts";
import * as groupNorm from "./group_norm.ts";
import * as indexing from "./indexing.ts";
import * as logSumExp from "./log_sum_exp.ts";
import * as matmulF32 from "./matmul_f32.ts";
import * as matmulQuant from "./matmul_quant.ts";
import * as norm from "./norm.ts";
import * as pool from "./pool.ts";
import * as quantize from "./quantize.ts";
import * as reduce from "./reduce.ts";
import * as repack from "./repack.ts";
import * as rope from "./rope.ts";
import * as rounding from "./rounding.ts";
import * as rows from "./rows.ts";
import * as activationBackward from "./activation_backward.ts";
import * as crossEntropy from "./cross_entropy.ts";
import * as normBackward from "./norm_backward.ts";
import * as attentionTrain from "./attention_train.ts";
import * as optimizer from "./optimizer.ts";
import * as random from "./random.ts";
import * as softmax from "./softmax.ts";
import * as upsample from "./upsample.ts";
import * as cast from "./cast.ts";
import * as elementwiseWide from "./elementwise_wide.ts";
import * as matmulWide from "./matmul_wide.ts";
import * as reduceWide from "./reduce_wide.ts";
import * as reduceMiddle from "./reduce_middle.ts";
import * as reduceU8 from "./reduce_u8.ts";
import * as scan from "./scan.ts";
import * as scanF64 from "./scan_f64.ts";
import * as scanWide from "./scan_wide.ts";
import * as sort from "./sort.ts";
import * as sortF64 from "./sort_f64.ts";
import * as sortWide from "./sort_wide.ts";

const families: readonly object[] = [
  attention,
  channelNorm,
  conv,
  compare,
  copy,
  elementwise,
  elementwiseMore,
  embedQuant,
  gated,
  groupNorm,
  indexing,
  logSumExp,
  matmulF32,
  matmulQuant,
  norm,
  pool,
  quantize,
  reduce,
  repack,
  rope,
  rounding,
  rows,
  softmax,
  upsample,
  activationBackward,
  attentionTrain,
  crossEntropy,
  normBackward,
  optimizer,
  random,
  cast,
  elementwiseWide,
  matmulWide,
  reduceWide,
  reduceMiddle,
  reduceU8,
  scan,
  scanF64,
  scanWide,
  sort,
  sortF64,
  sortWide,
];

/** All rows. */
export const kernels: ReadonlyMap<string, Kernel> = new Map(
  families.flatMap((family) => Object.values(family))
    .filter((row): row is Kernel => typeof row === "object")
    .map((row) => [row.name, row]),
);
