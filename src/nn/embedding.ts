/**
 * The embedding layer.
 *
 * @module
 */
import { checkOptions, type ChecksOf } from "../check_options.ts";
import { WickError } from "../error.ts";
import { compare, where } from "../tensor/ops/compare.ts";
import { takeRows } from "../tensor/ops/index_select.ts";
import type { Tensor } from "../tensor/tensor.ts";
import { normal } from "./init.ts";
import { Module } from "./module.ts";
import { type Initial, Parameter } from "./parameter.ts";

/** Options of {@linkcode Embedding}. */
export interface EmbeddingOptions {
  /** First values [normal with deviation 1]. */
  initial?: Initial;
  /**
   * The id that stands for nothing, as of padded sequences; a negative one counts from the end. Its row begins as zeros
   * and gets no gradient from here [none].
   */
  paddingIdx?: number;
}

const checks: ChecksOf<EmbeddingOptions> = { initial: "function", paddingIdx: { whole: true } };

/**
 * Rows of weight [V, C] by id.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { nn, tensor } from "@wick/wick";
 * using embedding = new nn.Embedding(3, 2, { paddingIdx: 0 }).init(1);
 * const rows = embedding.forward(tensor([2, 0], { dtype: "i32" }));
 * deepEqual((await rows.toArray() as number[][])[1], [0, 0]);
 * const slopes = rows.sum().backward().get(embedding.weight.tensor);
 * deepEqual(await slopes.toArray(), [[0, 0], [0, 0], [1, 1]]);
 * ```
 */
export class Embedding extends Module {
  /** [V, C]. */
  readonly weight: Parameter;
  /** The id whose row gets no gradient, from 0 on. */
  readonly paddingIdx?: number;

  /**
   * V rows of C values.
   *
   * @throws WickError INDEX_OUT_OF_RANGE where `paddingIdx` is outside -V .. V - 1
   */
  constructor(rows: number, width: number, options: EmbeddingOptions = {}) {
    super();
    checkOptions("make an Embedding", options, checks);
    const { initial = normal(1), paddingIdx } = options;
    if (paddingIdx !== undefined) this.paddingIdx = row(paddingIdx, rows);
    this.weight = new Parameter([rows, width], this.#begin(initial));
  }

  /**
   * ids [..] (i32): [.., C] f32, of a table of f64 f64.
   *
   * @throws WickError INDEX_OUT_OF_RANGE where an id is outside 0 .. V - 1
   */
  forward(ids: Tensor): Tensor {
    const taken = takeRows(this.weight.tensor, ids);
    if (this.paddingIdx === undefined || !taken.variable) return taken;
    using rows = taken;
    using pads = compare("eq", ids, this.paddingIdx);
    using column = pads.unsqueeze(-1);
    using constant = rows.detach();
    return where(column, constant, rows);
  }

  /** First values, with zeros in the row of padding. */
  #begin(initial: Initial): Initial {
    const at = this.paddingIdx;
    if (at === undefined) return initial;
    return (generator, shape) => initial(generator, shape).fill(0, at * shape[1], (at + 1) * shape[1]);
  }
}

function row(paddingIdx: number, rows: number): number {
  if (paddingIdx >= -rows && paddingIdx < rows) return paddingIdx < 0 ? paddingIdx + rows : paddingIdx;
  throw new WickError(
    "INDEX_OUT_OF_RANGE",
    `Cannot make an Embedding: paddingIdx must be in ${-rows}..${rows - 1}, got ${paddingIdx}`,
    { param: "paddingIdx" },
  );
}
