/**
 * The work that Wick and its peers are given: the same first weights and data, in a folder that any language reads.
 *
 * `job.json` is a {@linkcode Job}, `tensors.f32` its tensors one after the other, `inputs.bin` and `targets.bin`
 * what is learnt from. An engine does the work and prints a {@linkcode JobReport} as its last line.
 *
 * @module
 */
import { Random } from "../../test/random.ts";

/** What is to be done, and how often. */
export interface Job {
  task: "gpt" | "mlp" | "matmul";
  /** As each task needs them: layers, width, heads, vocabulary, batch, context; inputs, hidden, classes; size. */
  sizes: Record<string, number>;
  optimizer: "sgd" | "adamw";
  /** AdamW's other figures are torch's: betas 0.9 and 0.999, epsilon 1e-8, decay 0.01 of every weight. */
  learningRate: number;
  /** Steps in one measured time, which ends when the last loss is read. */
  steps: number;
  /** Measured times, after three steps that warm up and give {@linkcode JobReport.check}. */
  repeat: number;
  /** Weights are [outputs, inputs], as torch has them. */
  tensors: { name: string; shape: number[] }[];
}

/** What an engine measured. */
export interface JobReport {
  engine: string;
  /** Version, backend, and whatever else decides the speed. */
  settings: Record<string, string | number | boolean>;
  /** The losses of the first three steps, or two values of the product: equal among engines. */
  check: number[];
  /** Seconds a step. */
  seconds: number[];
  /** Seconds a step of all the process's threads on processors: less than `seconds` where others had their turn. */
  cpuSeconds: number[];
}

/** A tensor of a job: normal values of a deviation, around a centre. */
interface Draw {
  name: string;
  shape: number[];
  deviation: number;
  centre?: number;
}

/** A character-level GPT's training step with AdamW. */
export const gptSizes = { layers: 6, width: 384, heads: 6, vocabulary: 65, batch: 8, context: 256 };
/** Such a step within a second anywhere. */
export const quickGptSizes = { layers: 2, width: 64, heads: 2, vocabulary: 65, batch: 2, context: 64 };
const mlpSizes = { inputs: 784, hidden: 256, classes: 10, batch: 64 };

/** How often a job is measured. */
type Counts = Pick<Job, "steps" | "repeat">;

/** Writes a training step of the GPT. */
export function writeGpt(folder: string, sizes: typeof gptSizes, counts: Counts): Job {
  const { layers, width, vocabulary, batch, context } = sizes;
  const linear = (name: string, outputs: number, inputs: number): Draw[] => [
    { name: `${name}.weight`, shape: [outputs, inputs], deviation: 0.02 },
    { name: `${name}.bias`, shape: [outputs], deviation: 0.02 },
  ];
  const norm = (name: string): Draw[] => [
    { name: `${name}.weight`, shape: [width], deviation: 0.02, centre: 1 },
    { name: `${name}.bias`, shape: [width], deviation: 0.02 },
  ];
  const block = (path: string): Draw[] => [
    ...norm(`${path}.norm1`),
    ...["query", "key", "value", "output"].flatMap((n) => linear(`${path}.attention.${n}`, width, width)),
    ...norm(`${path}.norm2`),
    ...linear(`${path}.feed_forward.up`, 4 * width, width),
    ...linear(`${path}.feed_forward.down`, width, 4 * width),
  ];
  const random = new Random(1);
  const ids = () => random.ints(batch * context, 0, vocabulary - 1);
  return write(folder, { task: "gpt", sizes, optimizer: "adamw", learningRate: 3e-4, ...counts }, [
    { name: "embedding.weight", shape: [vocabulary, width], deviation: 0.02 },
    { name: "positions.weight", shape: [context, width], deviation: 0.02 },
    ...Array.from({ length: layers }, (_, i) => block(`blocks.${i}`)).flat(),
    ...norm("norm"),
  ], { inputs: ids(), targets: ids() });
}

/** Writes a training step of the MLP 784-256-10 on a batch of 64. */
export function writeMlp(folder: string, optimizer: Job["optimizer"], counts: Counts): Job {
  const { inputs, hidden, classes, batch } = mlpSizes;
  const random = new Random(1);
  const data = {
    inputs: random.floats(batch * inputs),
    targets: random.ints(batch, 0, classes - 1),
  };
  return write(folder, { task: "mlp", sizes: mlpSizes, optimizer, learningRate: 1e-3, ...counts }, [
    { name: "0.weight", shape: [hidden, inputs], deviation: inputs ** -0.5 },
    { name: "0.bias", shape: [hidden], deviation: 0.02 },
    { name: "2.weight", shape: [classes, hidden], deviation: hidden ** -0.5 },
    { name: "2.bias", shape: [classes], deviation: 0.02 },
  ], data);
}

/** Writes the product of two square matrices. */
export function writeMatmul(folder: string, size: number, counts: Counts): Job {
  const matrix = (name: string) => ({ name, shape: [size, size], deviation: size ** -0.25 });
  const job = { task: "matmul", sizes: { size }, optimizer: "sgd", learningRate: 0, ...counts } as const;
  return write(folder, job, [matrix("a"), matrix("b")], {});
}

function write(
  folder: string,
  job: Omit<Job, "tensors">,
  draws: Draw[],
  data: Record<string, Float32Array | Int32Array>,
): Job {
  const random = new Random(2);
  using file = Deno.openSync(`${folder}/tensors.f32`, { write: true, create: true, truncate: true });
  for (const { shape, deviation, centre = 0 } of draws) {
    const values = random.floats(shape.reduce((a, b) => a * b, 1), deviation).map((x) => x + centre);
    writeAll(file, new Uint8Array(values.buffer));
  }
  for (const [name, values] of Object.entries(data)) {
    Deno.writeFileSync(`${folder}/${name}.bin`, new Uint8Array(values.buffer));
  }
  const whole: Job = { ...job, tensors: draws.map(({ name, shape }) => ({ name, shape })) };
  Deno.writeTextFileSync(`${folder}/job.json`, JSON.stringify(whole));
  return whole;
}

function writeAll(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += file.writeSync(bytes.subarray(at));
}
