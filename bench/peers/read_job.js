/**
 * What every engine in JavaScript does with a job: read it, repeat it, report. See job.ts.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import process from "node:process";

const folder = process.argv[2];

/** The job, without its tensors' values. */
export const job = JSON.parse(readFileSync(`${folder}/job.json`, "utf8"));

/** The values of its tensors, by name: { shape, data }. */
export function readTensors() {
  const all = floats("tensors.f32");
  let at = 0;
  return new Map(job.tensors.map(({ name, shape }) => {
    const size = shape.reduce((a, b) => a * b, 1);
    return [name, { shape, data: all.slice(at, at += size) }];
  }));
}

/** The pixels of an MLP's batch. */
export const pixels = () => floats("inputs.bin");
/** The ids that a GPT reads. */
export const ids = () => integers("inputs.bin");
/** The classes that are to be learnt. */
export const targets = () => integers("targets.bin");

/** [outputs, inputs] to [inputs, outputs], for engines that multiply from the right. */
export function turned({ shape: [rows, columns], data }) {
  const out = new Float32Array(data.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) out[j * rows + i] = data[i * columns + j];
  }
  return { shape: [columns, rows], data: out };
}

/** [A, C] above [B, C] above ..: one product in place of several. */
export function stacked(parts) {
  const data = new Float32Array(parts.reduce((sum, p) => sum + p.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { shape: [parts.reduce((sum, p) => sum + p.shape[0], 0), ...parts[0].shape.slice(1)], data };
}

/**
 * Runs the job and prints the report as the last line.
 *
 * @param {{ engine: string, settings: object }} about
 * @param {(steps: number) => Promise<number>} run does steps, one after the other, and reads the last one's loss
 */
export async function measure(about, run) {
  const check = [];
  for (let i = 0; i < 3; i++) check.push(await run(1));
  const [seconds, cpuSeconds] = [[], []];
  for (let i = 0; i < job.repeat; i++) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    await run(job.steps);
    const { user, system } = process.cpuUsage(cpu);
    seconds.push((performance.now() - start) / 1000 / job.steps);
    cpuSeconds.push((user + system) / 1e6 / job.steps);
  }
  console.log(JSON.stringify({ ...about, check, seconds, cpuSeconds }));
}

function floats(name) {
  return new Float32Array(bytes(name));
}

function integers(name) {
  return new Int32Array(bytes(name));
}

function bytes(name) {
  const { buffer, byteOffset, byteLength } = readFileSync(`${folder}/${name}`);
  return buffer.slice(byteOffset, byteOffset + byteLength);
}
