/**
 * Checkpoints whose attention has query, key and value joined, as PyTorch's `nn.MultiheadAttention`.
 *
 * @module
 */
import type { Tensor } from "../tensor/tensor.ts";

const PARTS = ["query", "key", "value"];

/**
 * The same tensors with every `in_proj_weight` and `in_proj_bias` apart, as the weights and biases of `query`, `key`
 * and `value`, and `out_proj` named `output`: what {@linkcode MultiHeadAttention} loads. Parts are views of what they
 * come from.
 */
export function splitProjections(tensors: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const apart = new Map<string, Tensor>();
  for (const [name, tensor] of tensors) {
    const [, path, kind] = /^(|.*\.)in_proj_(weight|bias)$/.exec(name) ?? [];
    if (kind === undefined) apart.set(name.replace(/(^|\.)out_proj\./, "$1output."), tensor);
    else {
      const rows = tensor.shape[0] / PARTS.length;
      PARTS.forEach((part, i) => apart.set(`${path}${part}.${kind}`, tensor.narrow(0, i * rows, rows)));
    }
  }
  return apart;
}
