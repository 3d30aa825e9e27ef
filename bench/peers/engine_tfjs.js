/**
 * TensorFlow.js does a job (job.ts) on its WASM backend, SIMD, one thread:
 * `deno run -A engine_tfjs.js FOLDER own|turning`
 *
 * Rows of the embedding are taken by a product with one-hot rows: the backend has no kernel for gather's gradient.
 * The optimizer has no weight decay; AdamW's is applied between gradients and step.
 *
 * The backend's product is slow where an operand is transposed, which is so in its gradient: "turning" gives layers
 * a gradient that turns the operands first, as a user may who looks for the cause; "own" leaves the library's.
 *
 * @module
 */
import process from "node:process";
import { ids, job, measure, pixels, readTensors, stacked, targets, turned } from "./read_job.js";

/** Variables, so that only who runs this file fetches them. */
const TFJS = "npm:@tensorflow/tfjs@4.22.0";
const WASM = "npm:@tensorflow/tfjs-backend-wasm@4.22.0";
const tf = await import(TFJS);
const { setThreadsCount } = await import(WASM);

setThreadsCount(1);
await tf.setBackend("wasm");
const about = {
  engine: `tfjs ${tf.version.tfjs}`,
  settings: {
    backend: tf.getBackend(),
    simd: await tf.env().getAsync("WASM_HAS_SIMD_SUPPORT"),
    threads: await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT"),
  },
};
const given = readTensors();
const turning = process.argv[3] === "turning";
/** x W, with the library's gradient or one of products without transposed operands. */
const product = turning
  ? tf.customGrad((x, w, save) => {
    save([x, w]);
    const gradFunc = (dy, [x, w]) => [tf.matMul(dy, w.transpose()), tf.matMul(x.transpose(), dy)];
    return { value: tf.matMul(x, w), gradFunc };
  })
  : (x, w) => tf.matMul(x, w);
const { sizes } = job;

if (job.task === "matmul") await multiply();
else await train(job.task === "gpt" ? gpt() : mlp());

async function multiply() {
  const [a, b] = ["a", "b"].map((name) => tf.tensor(given.get(name).data, given.get(name).shape));
  const y = await tf.matMul(a, b).data();
  const check = [y[0], y.at(-1)];
  let runs = 0;
  await measure(about, (steps) => {
    for (let i = 0; i < steps; i++) tf.matMul(a, b).dispose();
    return Promise.resolve(check[runs++ % 2]);
  });
}

/** Steps down the loss of `forward`'s logits. */
async function train(forward) {
  const classes = sizes.vocabulary ?? sizes.classes;
  const labels = tf.oneHot(tf.tensor1d(targets(), "int32"), classes).toFloat();
  const loss = () => tf.losses.softmaxCrossEntropy(labels, forward());
  const rate = job.learningRate;
  const optimizer = job.optimizer === "sgd" ? tf.train.sgd(rate) : tf.train.adam(rate, 0.9, 0.999, 1e-8);
  const step = () =>
    tf.tidy(() => {
      const { value, grads } = optimizer.computeGradients(loss);
      if (job.optimizer === "adamw") {
        for (const name of Object.keys(grads)) {
          const variable = tf.engine().registeredVariables[name];
          variable.assign(variable.mul(1 - rate * 0.01));
        }
      }
      optimizer.applyGradients(grads);
      return value;
    });
  await measure(about, async (steps) => {
    for (let i = 1;; i++) {
      const value = step();
      const [last] = i === steps ? await value.data() : [];
      value.dispose();
      if (i === steps) return last;
    }
  });
}

function variable({ shape, data }) {
  return tf.variable(tf.tensor(data, shape));
}

/** x -> x W + b. */
function linear(weight, bias) {
  const [w, b] = [variable(turned(weight)), variable(bias)];
  return (x) => product(x, w).add(b);
}

function mlp() {
  const x = tf.tensor(pixels(), [sizes.batch, sizes.inputs]);
  const layer = (i) => linear(given.get(`${i}.weight`), given.get(`${i}.bias`));
  const [first, second] = [layer(0), layer(2)];
  return () => second(first(x).relu());
}

/** Rows [B T, C] throughout; heads [B, H, T, D] in attention. */
function gpt() {
  const { layers, width, heads, vocabulary, batch, context } = sizes;
  const at = (name) => given.get(name);
  const layer = (path) => linear(at(`${path}.weight`), at(`${path}.bias`));
  const norm = (path) => {
    const [weight, bias] = [variable(at(`${path}.weight`)), variable(at(`${path}.bias`))];
    return (x) => {
      const { mean, variance } = tf.moments(x, -1, true);
      return x.sub(mean).mul(variance.add(1e-5).rsqrt()).mul(weight).add(bias);
    };
  };
  const hidden = tf.linalg.bandPart(tf.ones([context, context]), -1, 0).sub(1).mul(1e9);
  const attention = (path) => {
    const joined = (part) => stacked(["query", "key", "value"].map((name) => at(`${path}.${name}.${part}`)));
    const [project, output] = [linear(joined("weight"), joined("bias")), layer(`${path}.output`)];
    return (x) => {
      const [q, k, v] = project(x).split(3, -1).map((y) =>
        y.reshape([batch, context, heads, width / heads]).transpose([0, 2, 1, 3])
      );
      const scores = tf.matMul(q, k, false, true).mul((width / heads) ** -0.5).add(hidden);
      const y = tf.matMul(scores.softmax(), v);
      return output(y.transpose([0, 2, 1, 3]).reshape([batch * context, width]));
    };
  };
  const feedForward = (path) => {
    const [up, down] = [layer(`${path}.up`), layer(`${path}.down`)];
    return (x) => down(gelu(up(x)));
  };
  const blocks = Array.from({ length: layers }, (_, i) => {
    const path = `blocks.${i}`;
    const [norm1, norm2] = [norm(`${path}.norm1`), norm(`${path}.norm2`)];
    const [attend, feed] = [attention(`${path}.attention`), feedForward(`${path}.feed_forward`)];
    return (x) => {
      const y = x.add(attend(norm1(x)));
      return y.add(feed(norm2(y)));
    };
  });
  const [embedding, positions] = ["embedding.weight", "positions.weight"].map((name) => variable(at(name)));
  const last = norm("norm");
  const chosen = tf.oneHot(tf.tensor1d(ids(), "int32"), vocabulary).toFloat();
  return () => {
    const rows = product(chosen, embedding).reshape([batch, context, width]).add(positions);
    const x = blocks.reduce((x, block) => block(x), rows.reshape([batch * context, width]));
    return product(last(x), embedding.transpose());
  };
}

/** By tanh, composed: the library has no kernel of it. */
function gelu(x) {
  const inner = x.mul(x).mul(x).mul(0.044715).add(x).mul(Math.sqrt(2 / Math.PI));
  return inner.tanh().add(1).mul(x).mul(0.5);
}
