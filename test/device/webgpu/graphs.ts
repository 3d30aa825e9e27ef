/** Random expressions of f32 have the values and gradients on WebGPU that they have on WASM. */
import { ok } from "node:assert/strict";
import { type Device, scope, WebGpuDevice, WickError } from "../../../mod.ts";
import { Random, testSeed } from "../../random.ts";
import { Graph } from "../../tensor/random_graphs.ts";

const seed = testSeed();
const GRAPHS = 100;
/** Relative to 1 + the largest. */
const TOLERANCE = 2e-5;

/** The value of an expression, and its gradients. */
async function numbersOf(graph: Graph, device?: Device): Promise<number[]> {
  using own = scope();
  const leaves = graph.leaves(graph.start, own, device);
  const loss = graph.loss(leaves);
  const found = loss.variable && loss.backward();
  const numbers = [await loss.item()];
  for (const leaf of leaves) numbers.push(...await found?.find(leaf)?.data() ?? []);
  return numbers;
}

/** Undefined where the device has no row for one of the ops. */
async function onGpu(graph: Graph, device: Device): Promise<number[] | undefined> {
  try {
    return await numbersOf(graph, device);
  } catch (error) {
    if (error instanceof WickError && error.code === "UNSUPPORTED_ON_DEVICE") return undefined;
    throw error;
  }
}

Deno.test({
  name: `${GRAPHS} random expressions have on WebGPU the values and gradients that they have on WASM`,
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    using device = await WebGpuDevice.open();
    const random = new Random(seed);
    let held = 0;
    for (let i = 0; i < GRAPHS; i++) {
      const graph = new Graph(random, "f32", random.integer(2, 6));
      const got = await onGpu(graph, device);
      if (!got) continue;
      held++;
      const want = await numbersOf(graph);
      const bound = TOLERANCE * (1 + Math.max(...want.map(Math.abs)));
      const what = `expression ${i} of seed ${seed}\n${graph}`;
      ok(got.length === want.length, `${what}: gradients of other leaves`);
      want.forEach((v, k) =>
        ok(Math.abs(got[k] - v) <= bound, `${what}: number ${k} is ${got[k]}, not ${v}`)
      );
    }
    ok(held > GRAPHS / 3, `${held} of ${GRAPHS} run on WebGPU`);
  },
});
