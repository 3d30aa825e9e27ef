/**
 * Wick does a job (job.ts) on its relaxed build: `deno run -A bench/peers/engine_wick.ts FOLDER recorded|eager`
 *
 * @module
 */
import {
  crossEntropy,
  type Device,
  nn,
  optim,
  type Program,
  record,
  scope,
  type Tensor,
  tensor,
  WasmDevice,
} from "../../mod.ts";
import { Gpt } from "../../examples/gpt.ts";
import type { Job } from "./job.ts";
import { ids, job as anyJob, measure, pixels, readTensors, targets } from "./read_job.js";

const job: Job = anyJob;
const mode = Deno.args[1];
const device = new WasmDevice({ build: "relaxed" });
const given = new Map(
  [...readTensors()].map(([name, { shape, data }]) => [name, tensor(data, { shape, device })]),
);

const about = { engine: `Wick ${mode}`, settings: { build: device.build } };
if (job.task === "matmul") await multiply();
else if (mode === "recorded") await trainRecorded();
else await trainEagerly();

async function multiply(): Promise<void> {
  const [a, b] = [given.get("a")!, given.get("b")!];
  const { size } = job.sizes;
  using y = a.matmul(b);
  const values = await y.data();
  const check = [Number(values[0]), Number(values[size * size - 1])];
  let runs = 0;
  await measure(about, async (steps: number) => {
    for (let i = 0; i < steps; i++) a.matmul(b).dispose();
    return await Promise.resolve(check[runs++ % 2]);
  });
}

/** The model, its optimizer, what it reads and what its loss is. */
async function model(): Promise<
  { inputs: Tensor; optimizer: optim.Sgd | optim.AdamW; lossOf: (inputs: Tensor) => Tensor }
> {
  const { sizes, learningRate } = job;
  const gpt = job.task === "gpt";
  const net = gpt ? gptOf(device) : new nn.Sequential(
    new nn.Linear(sizes.inputs, sizes.hidden),
    new nn.Relu(),
    new nn.Linear(sizes.hidden, sizes.classes),
  ).init(1, device);
  await net.loadStateDict(given);
  for (const each of given.values()) each.dispose();
  const parameters = net.parameters();
  const optimizer = job.optimizer === "sgd"
    ? new optim.Sgd(parameters, { learningRate })
    : new optim.AdamW(parameters, { learningRate });
  const inputs = gpt
    ? tensor(ids(), { shape: [sizes.batch, sizes.context], device })
    : tensor(pixels(), { shape: [sizes.batch, sizes.inputs], device });
  const y = tensor(targets(), { device });
  const lossOf = (x: Tensor) => {
    const logits = net.forward(x);
    return crossEntropy(logits.reshape(-1, logits.shape.at(-1)!), y);
  };
  return { inputs, optimizer, lossOf };
}

function gptOf(device: Device): Gpt {
  const { vocabulary, context, layers, width, heads } = job.sizes;
  return new Gpt({ vocabulary, context, layers, width, heads }).init(1, device);
}

async function trainRecorded(): Promise<void> {
  const { inputs, optimizer, lossOf } = await model();
  const program: Program = record(device, () => {
    const loss = lossOf(inputs);
    optimizer.step(loss.backward());
    return loss;
  });
  await measure(about, async (steps: number) => {
    for (let i = 0; i < steps; i++) {
      program.run();
    }
    return await program.outputs[0].item() as number;
  });
}

async function trainEagerly(): Promise<void> {
  const { inputs, optimizer, lossOf } = await model();
  await measure(about, async (steps: number) => {
    for (let i = 1;; i++) {
      using own = scope();
      const loss = lossOf(inputs.alias(inputs.shape, { scope: own }));
      optimizer.step(loss.backward());
      if (i === steps) return await loss.item() as number;
    }
  });
}
