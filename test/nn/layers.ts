/** One or more of every layer with values or options of its own, and an input that it takes. */
import { type Generator, nn, type Tensor, tensor } from "../../mod.ts";

/** A layer, and what it makes of an input. */
export interface Specimen {
  readonly make: () => nn.Module;
  /** The shape of the input; [.., 0] of ids. */
  readonly input: readonly number[];
  readonly isIds?: boolean;
}

type Callable = nn.Module & { forward(x: Tensor): Tensor | nn.RecurrentResult };

/** The tensors that a layer makes of an input. */
export function outputsOf(layer: nn.Module, x: Tensor): Tensor[] {
  const made = (layer as Callable).forward(x);
  return "output" in made ? [made.output, ...made.state] : [made];
}

/** First values away from 0 and 1, so that none goes unseen. */
const initial = (generator: Generator, shape: readonly number[]) =>
  generator.uniform(shape.reduce((a, b) => a * b, 1), -1, 1);

/** By the name of the class; what has no values has none here. */
export const specimens: Readonly<Record<string, readonly Specimen[]>> = {
  AvgPool2d: [{ make: () => new nn.AvgPool2d(2), input: [1, 2, 4, 4] }],
  BatchNorm: [
    { make: () => new nn.BatchNorm(3), input: [4, 3, 2] },
    { make: () => new nn.BatchNorm(3).eval(), input: [4, 3, 2] },
  ],
  Conv1d: [{ make: () => new nn.Conv1d(4, 6, 3, { padding: 1, groups: 2 }), input: [2, 4, 5] }],
  Conv2d: [{ make: () => new nn.Conv2d(2, 3, 3, { stride: 2 }), input: [2, 2, 5, 5] }],
  ConvTranspose1d: [{ make: () => new nn.ConvTranspose1d(2, 3, 3), input: [2, 2, 5] }],
  ConvTranspose2d: [{ make: () => new nn.ConvTranspose2d(2, 3, [3, 2]), input: [2, 2, 3, 4] }],
  Dropout: [{ make: () => new nn.Dropout(0.5).eval(), input: [2, 3] }],
  Elu: [{ make: () => new nn.Elu(0.5), input: [2, 3] }],
  Embedding: [
    { make: () => new nn.Embedding(7, 3), input: [2, 4], isIds: true },
    { make: () => new nn.Embedding(7, 3, { paddingIdx: -2 }), input: [2, 4], isIds: true },
  ],
  FeedForward: [{ make: () => new nn.FeedForward(4, 6), input: [2, 3, 4] }],
  Flatten: [{ make: () => new nn.Flatten(), input: [2, 3, 4] }],
  Func: [{ make: () => new nn.Func((x) => x.mul(2)), input: [2, 3] }],
  GatedFeedForward: [
    { make: () => new nn.GatedFeedForward(4, 6), input: [2, 3, 4] },
    { make: () => new nn.GatedFeedForward(4, 6, { gate: "gelu", bias: true }), input: [2, 3, 4] },
  ],
  Geglu: [{ make: () => new nn.Geglu(), input: [2, 4] }],
  Gelu: [{ make: () => new nn.Gelu("tanh"), input: [2, 3] }],
  GroupNorm: [{ make: () => new nn.GroupNorm(2, 4, { epsilon: 1e-3 }), input: [2, 4, 3] }],
  Gru: [{ make: () => new nn.Gru(3, 4, { layers: 2, bidirectional: true }), input: [2, 3, 3] }],
  HardSwish: [{ make: () => new nn.HardSwish(), input: [2, 3] }],
  LayerNorm: [
    { make: () => new nn.LayerNorm(5), input: [3, 5] },
    { make: () => new nn.LayerNorm(5, { bias: false }), input: [3, 5] },
  ],
  LeakyRelu: [{ make: () => new nn.LeakyRelu(0.2), input: [2, 3] }],
  Linear: [
    { make: () => new nn.Linear(4, 3), input: [2, 4] },
    { make: () => new nn.Linear(4, 3, { bias: "optional" }), input: [2, 4] },
  ],
  Lstm: [{ make: () => new nn.Lstm(3, 4), input: [2, 3, 3] }],
  MaxPool2d: [{ make: () => new nn.MaxPool2d(2), input: [1, 2, 4, 4] }],
  Mish: [{ make: () => new nn.Mish(), input: [2, 3] }],
  MultiHeadAttention: [
    { make: () => new nn.MultiHeadAttention(8, 2, { causal: true }), input: [2, 3, 8] },
    {
      make: () =>
        new nn.MultiHeadAttention(8, 4, {
          keyValueHeads: 2,
          headSize: 4,
          rotary: new nn.RotaryEmbedding(8, 4),
        }),
      input: [2, 3, 8],
    },
  ],
  PositionalEmbedding: [{ make: () => new nn.PositionalEmbedding(6, 4), input: [2, 3, 4] }],
  Prelu: [{ make: () => new nn.Prelu(3), input: [2, 3, 2] }],
  Relu: [{ make: () => new nn.Relu(), input: [2, 3] }],
  RmsNorm: [{ make: () => new nn.RmsNorm(5, { epsilon: 1e-6 }), input: [3, 5] }],
  Rnn: [{ make: () => new nn.Rnn(3, 4, { bias: false }), input: [2, 3, 3] }],
  RotaryEmbedding: [{ make: () => new nn.RotaryEmbedding(8, 4), input: [3, 2, 4] }],
  Selu: [{ make: () => new nn.Selu(), input: [2, 3] }],
  Sequential: [{
    make: () => new nn.Sequential(new nn.Linear(4, 3), new nn.LayerNorm(3), new nn.Tanh()),
    input: [2, 4],
  }],
  Sigmoid: [{ make: () => new nn.Sigmoid(), input: [2, 3] }],
  Silu: [{ make: () => new nn.Silu(), input: [2, 3] }],
  SinusoidalEmbedding: [{ make: () => new nn.SinusoidalEmbedding(6, 4), input: [2, 3, 4] }],
  Softplus: [{ make: () => new nn.Softplus(2), input: [2, 3] }],
  Swiglu: [{ make: () => new nn.Swiglu(), input: [2, 4] }],
  Tanh: [{ make: () => new nn.Tanh(), input: [2, 3] }],
};

/** Draws every value anew, buffers' and norms' among them: weights of 1 and biases of 0 would hide which is which. */
export function stir(module: nn.Module, generator: Generator): void {
  for (const [name, t] of module.stateDict()) {
    if (t.dtype !== "f32") continue;
    const values = initial(generator, t.shape);
    t.write(name.endsWith("running_var") ? values.map((v) => 1 + v * v) : values);
  }
}

/** An input of a shape in f32, or ids below 7. */
export function inputOf({ input: shape, isIds }: Specimen, generator: Generator): Tensor {
  const size = shape.reduce((a, b) => a * b, 1);
  return isIds
    ? tensor(Int32Array.from({ length: size }, (_, i) => i % 7), { shape })
    : tensor(generator.uniform(size, -2, 2), { shape });
}
