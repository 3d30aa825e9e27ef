/**
 * How many choices a model hesitates between.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { noGrad } from "../tensor/autograd.ts";
import { Tensor } from "../tensor/tensor.ts";

/**
 * exp of a mean negative log-likelihood in nats, which {@linkcode crossEntropy} gives: the number of equally likely
 * tokens between which a model would be as unsure. 1 is certain; a guess among V tokens has V. That of a whole text is
 * of the mean over all its tokens, not the mean of perplexities. It records no gradient.
 *
 * @example
 * ```ts
 * import { ok } from "node:assert/strict";
 * import { crossEntropy, perplexity, tensor, zeros } from "@wick/wick";
 * using logits = zeros([1, 50]);
 * using loss = crossEntropy(logits, tensor([7], { dtype: "i32" }));
 * ok(Math.abs(await perplexity(loss).item() - 50) < 1e-4);
 * ok(Math.abs(perplexity(Math.log(50)) - 50) < 1e-12);
 * ```
 *
 * @throws WickError INVALID_ARGUMENT for what is neither, SHAPE_MISMATCH for a tensor of several losses
 */
export function perplexity(nats: number): number;
/** The same of a loss, a tensor of one element, on its device. */
export function perplexity(loss: Tensor): Tensor;
export function perplexity(loss: number | Tensor): number | Tensor {
  if (typeof loss === "number") return Math.exp(loss);
  if (!(loss instanceof Tensor)) {
    const message = `Cannot take perplexity: expected a number of nats or a loss, got ${typeof loss}`;
    throw new WickError("INVALID_ARGUMENT", message, { param: "loss" });
  }
  if (loss.size === 1) return noGrad(() => loss.exp());
  const message = `Cannot take perplexity of ${loss}: expected one mean loss, got ${loss.size}`;
  throw new WickError("SHAPE_MISMATCH", message, { param: "loss" });
}
