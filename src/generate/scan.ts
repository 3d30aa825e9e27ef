/**
 * Passes over a whole vocabulary of logits. Each refuses what no softmax takes, so that a broken model ends in
 * an error and never in a token that nobody chose.
 *
 * @module
 */
import { WickError } from "../error.ts";

/** The error for logits that are not numbers below Infinity. */
export function notFinite(value: number, id: number): WickError {
  const message = `Cannot draw a token: every logit must be below Infinity, got ${value} at token ${id}`;
  return new WickError("INVALID_STATE", message, { param: "logits" });
}

/** The error for logits that forbid every token. */
export function nothingPossible(): WickError {
  const message = "Cannot draw a token: at least one logit must be above -Infinity, got none";
  return new WickError("INVALID_STATE", message, { param: "logits" });
}

/**
 * The id of the greatest logit, the lowest one of several.
 *
 * @throws {WickError} INVALID_STATE for NaN or Infinity, naming the first, and where all are -Infinity.
 */
export function argmax(logits: Float32Array): number {
  let best = -Infinity, bestId = -1;
  for (let id = 0; id < logits.length; id++) {
    const logit = logits[id];
    // Written so that NaN enters, too: the check costs the many nothing.
    if (!(logit <= best)) {
      if (!(logit < Infinity)) throw notFinite(logit, id);
      best = logit;
      bestId = id;
    }
  }
  if (bestId < 0) throw nothingPossible();
  return bestId;
}
