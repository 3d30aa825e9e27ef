/**
 * A Llama in plain float64: the truth that the fast one is held to.
 *
 * @module
 */
import type { LlamaConfig } from "../../src/models/llama.ts";
import { softmax } from "./softmax.ts";

/** Weights by their GGUF names, row-major, already dequantized. */
export type PlainWeights = ReadonlyMap<string, ArrayLike<number>>;

/**
 * Logits [T][V] of a text's tokens, each after the ones before it. `angles` gives pair i's angle at position p,
 * `magnitude` what cos and sin are multiplied with.
 */
export function llama(
  config: LlamaConfig,
  weights: PlainWeights,
  ids: readonly number[],
  angles: (p: number, i: number) => number = (p, i) => p * config.ropeBase ** (-2 * i / config.ropeDims),
  magnitude = 1,
): Float64Array[] {
  const { width, heads, keyValueHeads, headSize, feedForward, epsilon, vocabulary } = config;
  const get = (name: string) => {
    const w = weights.get(name);
    if (!w) throw new Error(`no weight ${name}`);
    return w;
  };
  const linear = (name: string, x: Float64Array, rows: number) => {
    const y = matvec(get(`${name}.weight`), x, rows);
    const bias = weights.get(`${name}.bias`);
    return bias ? y.map((v, i) => v + bias[i]) : y;
  };
  let stream: Float64Array[] = ids.map((id) =>
    Float64Array.from({ length: width }, (_, i) => get("token_embd.weight")[id * width + i])
  );
  for (let l = 0; l < config.layers; l++) {
    const name = (part: string) => `blk.${l}.${part}`;
    const inputs = stream.map((x) => rmsNorm(x, get(name("attn_norm.weight")), epsilon));
    const turn = (x: Float64Array, p: number) => rope(x, p, headSize, config.ropeDims, angles, magnitude);
    const q = inputs.map((x, p) => turn(linear(name("attn_q"), x, heads * headSize), p));
    const k = inputs.map((x, p) => turn(linear(name("attn_k"), x, keyValueHeads * headSize), p));
    const v = inputs.map((x) => linear(name("attn_v"), x, keyValueHeads * headSize));
    stream = stream.map((x, t) => {
      const mixed = attend(q[t], k, v, t, config);
      const after = add(x, linear(name("attn_output"), mixed, width));
      const inner = rmsNorm(after, get(name("ffn_norm.weight")), epsilon);
      const gate = linear(name("ffn_gate"), inner, feedForward);
      const up = linear(name("ffn_up"), inner, feedForward);
      const hidden = gate.map((g, i) => g / (1 + Math.exp(-g)) * up[i]);
      return add(after, linear(name("ffn_down"), hidden, width));
    });
  }
  const head = weights.get("output.weight") ?? get("token_embd.weight");
  return stream.map((x) => matvec(head, rmsNorm(x, get("output_norm.weight"), epsilon), vocabulary));
}

function matvec(w: ArrayLike<number>, x: Float64Array, rows: number): Float64Array {
  const columns = x.length;
  const y = new Float64Array(rows);
  for (let r = 0; r < rows; r++) {
    let sum = 0;
    for (let c = 0; c < columns; c++) sum += w[r * columns + c] * x[c];
    y[r] = sum;
  }
  return y;
}

function rmsNorm(x: Float64Array, w: ArrayLike<number>, epsilon: number): Float64Array {
  const scale = 1 / Math.sqrt(x.reduce((s, v) => s + v * v, 0) / x.length + epsilon);
  return x.map((v, i) => v * scale * w[i]);
}

/** Turns interleaved pairs of each head. */
function rope(
  x: Float64Array,
  p: number,
  headSize: number,
  dims: number,
  angles: (p: number, i: number) => number,
  magnitude: number,
): Float64Array {
  const y = x.slice();
  for (let h = 0; h < x.length; h += headSize) {
    for (let i = 0; i < dims / 2; i++) {
      const [a, b] = [x[h + 2 * i], x[h + 2 * i + 1]];
      const [cos, sin] = [Math.cos, Math.sin].map((f) => f(angles(p, i)) * magnitude);
      y[h + 2 * i] = a * cos - b * sin;
      y[h + 2 * i + 1] = a * sin + b * cos;
    }
  }
  return y;
}

function attend(
  q: Float64Array,
  k: Float64Array[],
  v: Float64Array[],
  t: number,
  config: LlamaConfig,
): Float64Array {
  const { heads, keyValueHeads, headSize: D, window } = config;
  const y = new Float64Array(heads * D);
  const first = window > 0 ? Math.max(0, t - window + 1) : 0;
  for (let h = 0; h < heads; h++) {
    const g = Math.floor(h / (heads / keyValueHeads)) * D;
    const scores = Array.from({ length: t - first + 1 }, (_, j) => {
      let dot = 0;
      for (let d = 0; d < D; d++) dot += q[h * D + d] * k[first + j][g + d];
      return dot / Math.sqrt(D);
    });
    softmax(scores).forEach((weight, j) => {
      for (let d = 0; d < D; d++) y[h * D + d] += weight * v[first + j][g + d];
    });
  }
  return y;
}

function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((v, i) => v + b[i]);
}
