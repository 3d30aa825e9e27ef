/**
 * A language model of characters (Radford et al. 2019) that learns to write like Shakespeare:
 * `deno run -A examples/gpt.ts [STEPS]`
 *
 * @module
 */
import { crossEntropy, nn, type optim, type Program, record, type Tensor } from "../mod.ts";

/** `context` is the most characters that it looks back on. */
export type GptConfig = { vocabulary: number; context: number; layers: number; width: number; heads: number };

const small = { initial: nn.init.normal(0.02) };

class Block extends nn.Module {
  readonly norm1: nn.LayerNorm;
  readonly attention: nn.MultiHeadAttention;
  readonly norm2: nn.LayerNorm;
  readonly feedForward: nn.FeedForward;

  constructor({ width, heads }: GptConfig) {
    super();
    this.norm1 = new nn.LayerNorm(width);
    this.attention = new nn.MultiHeadAttention(width, heads, { causal: true, ...small });
    this.norm2 = new nn.LayerNorm(width);
    this.feedForward = new nn.FeedForward(width, 4 * width, { activation: (x) => x.gelu("tanh"), ...small });
  }

  forward(x: Tensor): Tensor {
    x = x.add(this.attention.forward(this.norm1.forward(x)));
    return x.add(this.feedForward.forward(this.norm2.forward(x)));
  }
}

/** ids [B, T] to logits [B, T, V] of the characters that follow. */
export class Gpt extends nn.Module {
  readonly embedding: nn.Embedding;
  readonly positions: nn.PositionalEmbedding;
  readonly blocks: Block[];
  readonly norm: nn.LayerNorm;
  readonly output: nn.Linear;

  constructor(readonly config: GptConfig) {
    super();
    const { vocabulary, context, layers, width } = config;
    this.embedding = new nn.Embedding(vocabulary, width, small);
    this.positions = new nn.PositionalEmbedding(context, width);
    this.blocks = Array.from({ length: layers }, () => new Block(config));
    this.norm = new nn.LayerNorm(width);
    this.output = new nn.Linear(width, vocabulary, { bias: false, tiedTo: this.embedding.weight });
  }

  forward(ids: Tensor): Tensor {
    const x = this.positions.forward(this.embedding.forward(ids));
    return this.output.forward(this.norm.forward(this.blocks.reduce((x, block) => block.forward(x), x)));
  }
}

/** A step of training, recorded: it learns from what `inputs` and `targets` [B, T] hold whenever it runs. */
export function recordStep(gpt: Gpt, optimizer: optim.AdamW, inputs: Tensor, targets: Tensor): Program {
  return record(inputs.device, () => {
    const logits = gpt.forward(inputs).reshape(-1, gpt.config.vocabulary);
    const loss = crossEntropy(logits, targets.reshape(-1));
    optimizer.step(loss.backward());
    return loss;
  });
}
