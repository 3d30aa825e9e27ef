/**
 * jax-js does a job (job.ts) on its WASM backend, compiled by its jit, one thread: `deno run -A engine_jax.js FOLDER`
 *
 * It takes as many threads as there are processors where it finds Worker; without, it runs on the caller's.
 *
 * @module
 */
import { ids, job, measure, pixels, readTensors, stacked, targets, turned } from "./read_job.js";

/** A variable, so that only who runs this file fetches it. */
const JAX = "npm:@jax-js/jax@0.1.25";
delete globalThis.Worker;
const { defaultDevice, init, jit, nn, numpy: np, tree, valueAndGrad } = await import(JAX);

await init("wasm");
defaultDevice("wasm");
const about = { engine: "jax-js 0.1.25", settings: { backend: "wasm", threads: 1, jit: true } };
const given = readTensors();
const { sizes } = job;

if (job.task === "matmul") await multiply();
else if (job.task === "gpt") {
  const { batch, context } = sizes;
  await train(gptParameters(), gpt, np.array(ids(), { dtype: np.int32 }).reshape([batch, context]));
} else {
  const parameters = { first: linear("0"), second: linear("2") };
  await train(parameters, mlp, np.array(pixels()).reshape([sizes.batch, sizes.inputs]));
}

async function multiply() {
  const [a, b] = ["a", "b"].map((name) => array(given.get(name)));
  const product = jit((a, b) => np.matmul(a, b));
  const y = await product(a.ref, b.ref).data();
  const check = [y[0], y.at(-1)];
  let runs = 0;
  await measure(about, async (steps) => {
    for (let i = 0; i < steps; i++) {
      const y = product(a.ref, b.ref);
      await y.blockUntilReady();
      y.dispose();
    }
    return check[runs++ % 2];
  });
}

/** Steps down the loss of `forward`'s logits. */
async function train(parameters, forward, inputs) {
  const labels = np.array(targets(), { dtype: np.int32 });
  const classes = sizes.vocabulary ?? sizes.classes;
  const lossOf = (parameters, x, labels) => {
    const logProbabilities = nn.logSoftmax(forward(parameters, x).reshape([-1, classes]), -1);
    return np.mean(np.sum(logProbabilities.mul(nn.oneHot(labels, classes)), -1)).mul(-1);
  };
  const gradient = valueAndGrad(lossOf);
  const step = jit(job.optimizer === "sgd" ? sgd(gradient) : adamW(gradient));
  const zeros = () => tree.map((p) => np.zeros(p.shape), parameters);
  let state = job.optimizer === "sgd" ? [] : [zeros(), zeros()];
  let count = 0;
  await measure(about, async (steps) => {
    for (let i = 1;; i++) {
      count++;
      const corrections = [0.9, 0.999].map((beta) => np.array(1 / (1 - beta ** count)));
      const result = step(parameters, state, corrections, inputs.ref, labels.ref);
      [parameters, state] = [result.parameters, result.state];
      if (i === steps) return (await result.loss.data())[0];
      result.loss.dispose();
    }
  });
}

function sgd(gradient) {
  return (parameters, state, corrections, x, labels) => {
    tree.dispose(corrections);
    const [loss, grads] = gradient(tree.ref(parameters), x, labels);
    return {
      loss,
      state,
      parameters: tree.map((p, g) => p.sub(g.mul(job.learningRate)), parameters, grads),
    };
  };
}

function adamW(gradient) {
  return (parameters, [mean, square], [correction1, correction2], x, labels) => {
    const [loss, grads] = gradient(tree.ref(parameters), x, labels);
    mean = tree.map((m, g) => m.mul(0.9).add(g.mul(0.1)), mean, tree.ref(grads));
    square = tree.map((v, g) => v.mul(0.999).add(g.ref.mul(g).mul(0.001)), square, grads);
    const rate = job.learningRate;
    const stepped = tree.map(
      (p, m, v) => {
        const root = np.sqrt(v.mul(correction2.ref)).add(1e-8);
        return p.mul(1 - rate * 0.01).sub(m.mul(correction1.ref).div(root).mul(rate));
      },
      parameters,
      tree.ref(mean),
      tree.ref(square),
    );
    tree.dispose([correction1, correction2]);
    return { loss, state: [mean, square], parameters: stepped };
  };
}

function array({ shape, data }) {
  return np.array(data).reshape(shape);
}

function linear(path) {
  return { weight: array(turned(given.get(`${path}.weight`))), bias: array(given.get(`${path}.bias`)) };
}

function apply({ weight, bias }, x) {
  return np.matmul(x, weight).add(bias);
}

function mlp({ first, second }, x) {
  return apply(second, nn.relu(apply(first, x)));
}

function gptParameters() {
  const at = (name) => given.get(name);
  const norm = (path) => ({ weight: array(at(`${path}.weight`)), bias: array(at(`${path}.bias`)) });
  const joined = (path) => {
    const part = (name) => stacked(["query", "key", "value"].map((each) => at(`${path}.${each}.${name}`)));
    return { weight: array(turned(part("weight"))), bias: array(part("bias")) };
  };
  return {
    embedding: array(at("embedding.weight")),
    positions: array(at("positions.weight")),
    norm: norm("norm"),
    blocks: Array.from({ length: sizes.layers }, (_, i) => ({
      norm1: norm(`blocks.${i}.norm1`),
      joined: joined(`blocks.${i}.attention`),
      output: linear(`blocks.${i}.attention.output`),
      norm2: norm(`blocks.${i}.norm2`),
      up: linear(`blocks.${i}.feed_forward.up`),
      down: linear(`blocks.${i}.feed_forward.down`),
    })),
  };
}

/** ids [B, T] to logits [B, T, V]. */
function gpt({ embedding, positions, norm, blocks }, ids) {
  const rows = np.take(embedding.ref, ids, 0);
  const x = blocks.reduce((x, block) => {
    const y = x.ref.add(attention(block, layerNorm(block.norm1, x)));
    return y.ref.add(apply(block.down, gelu(apply(block.up, layerNorm(block.norm2, y)))));
  }, rows.add(positions));
  return np.matmul(layerNorm(norm, x), embedding.transpose());
}

function attention({ joined, output }, x) {
  const { batch, context, heads, width } = sizes;
  const [q, k, v] = np.split(apply(joined, x), 3, -1).map((y) =>
    y.reshape([batch, context, heads, width / heads])
  );
  const y = nn.dotProductAttention(q, k, v, { isCausal: true });
  return apply(output, y.reshape([batch, context, width]));
}

function layerNorm({ weight, bias }, x) {
  return nn.standardize(x, -1, { epsilon: 1e-5 }).mul(weight).add(bias);
}

function gelu(x) {
  return nn.gelu(x, { approximate: true });
}
