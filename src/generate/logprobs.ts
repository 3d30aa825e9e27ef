/**
 * Log-probabilities of tokens under the model itself: the natural log of the softmax of its raw logits.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { expNonPositive } from "./exp.ts";
import type { TokenLogprobs } from "./options.ts";
import { argmax } from "./scan.ts";
import { TopK } from "./top_k.ts";

/** log(sum(e^(logit - best))), summed in float64. */
function logSumExp(logits: Float32Array, best: number): number {
  let sum = 0;
  for (let id = 0; id < logits.length; id++) sum += expNonPositive(logits[id] - best);
  return Math.log(sum);
}

/**
 * The log-probability of a token and those of the k best, best first, of equal ones the lower id first. Fewer
 * than k where fewer are possible at all.
 *
 * @param logits the model's logits, one a token of the vocabulary.
 * @throws {WickError} INDEX_OUT_OF_RANGE for no token; INVALID_STATE for logits that are NaN or Infinity.
 */
export function tokenLogprobs(logits: Float32Array, id: number, k: number): TokenLogprobs {
  if (!(id >= 0 && id < logits.length)) {
    const message =
      `Cannot give the log-probability of token ${id}: ids are below ${logits.length}, got ${id}`;
    throw new WickError("INDEX_OUT_OF_RANGE", message, { param: "id" });
  }
  const best = logits[argmax(logits)];
  const normalizer = logSumExp(logits, best);
  const entry = (id: number) => ({ id, logprob: logits[id] - best - normalizer });
  return { ...entry(id), top: bestIds(logits, k).map(entry) };
}

/** The ids of the k greatest logits, best first. */
function bestIds(logits: Float32Array, k: number): number[] {
  if (k === 0) return [];
  const top = new TopK(Math.min(k, logits.length));
  top.collect(logits);
  return [...top.ids.subarray(0, top.count)].sort((a, b) => logits[b] - logits[a] || a - b);
}
