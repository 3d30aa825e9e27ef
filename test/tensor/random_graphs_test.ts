/** Gradients of random expressions: against differences, and the same to the bit by every way to get them. */
import { deepEqual, ok, rejects } from "node:assert/strict";
import { grad, type Gradients, scope, type Tensor } from "../../mod.ts";
import { Random, testSeed } from "../random.ts";
import { Graph, type Leaves } from "./random_graphs.ts";

const seed = testSeed();
const GRAPHS = { f64: 120, f32: 80 } as const;
/**
 * Steps of differences, how far gradients (and theirs) may be off, relative to 1 + the largest, and how far slopes to
 * both sides are apart at a kink.
 */
const BOUNDS = {
  f64: { h: 1e-4, off: 1e-6, apart: 1e-4 },
  f32: { h: 1 / 128, off: 4e-3, apart: 1e-2 },
} as const;
/** So many of all elements may lie at kinks. */
const KINKS = { f64: 0.02, f32: 0.1 } as const;

/** Central differences of fourth order. */
async function slope(f: (by: number) => Promise<number>, h: number): Promise<number> {
  return (8 * (await f(h) - await f(-h)) - (await f(2 * h) - await f(-2 * h))) / (12 * h);
}

/** How a slope compares to differences: "kink" where f has a step or a kink nearby. */
async function compared(
  v: number,
  f: (by: number) => Promise<number>,
  dtype: "f64" | "f32",
  scale: number,
): Promise<"equal" | "kink" | { differences: number }> {
  const { h, off, apart } = BOUNDS[dtype];
  const is = (want: number) => Math.abs(v - want) <= off * scale;
  const wide = await slope(f, h);
  if (is(wide)) return "equal";
  const [near, nearer] = [await slope(f, h / 4), await slope(f, h / 16)];
  if (is(near) || is(nearer)) return "kink"; // between the steps
  if (!(Math.abs(near - nearer) <= off * scale)) return "kink";
  const [s, here] = [h / 16, await f(0)];
  const sides = Math.abs((await f(s) - here) - (here - await f(-s))) / s;
  return sides > apart ? "kink" : { differences: nearer };
}

const none = (x: Tensor) => new (x.dtype === "f32" ? Float32Array : Float64Array)(x.size);

async function numbersOf(leaves: readonly Tensor[], found: Gradients): Promise<Float64Array[]> {
  return await Promise.all(
    leaves.map(async (x) => Float64Array.from(await found.find(x)?.data() ?? none(x), Number)),
  );
}

/** Gradients as they come, and to the bit the same in other ways. */
async function gradients(graph: Graph): Promise<Float64Array[]> {
  using own = scope();
  const leaves = graph.leaves(graph.start, own);
  const loss = graph.loss(leaves);
  if (!loss.variable) return leaves.map((x) => new Float64Array(x.size)); // all of it detached
  const once = await numbersOf(leaves, loss.backward({ retainGraph: true }));
  deepEqual(await numbersOf(leaves, loss.backward()), once, "a second pass over a retained tape");
  const dropped = graph.loss(leaves, { drops: true });
  deepEqual(await numbersOf(leaves, dropped.backward()), once, "handles disposed before backward");
  const again = graph.checkpointed(leaves);
  deepEqual(await numbersOf(leaves, again.backward()), once, "checkpoint");
  return once;
}

/** How the gradients' product with `along` changes: by going back twice, in a checkpoint or without. */
async function bends(graph: Graph, along: Leaves, how: "loss" | "checkpointed"): Promise<Float64Array[]> {
  using own = scope();
  const leaves = graph.leaves(graph.start, own);
  const directions = graph.leaves(along, own).map((v) => v.detach());
  const turned = (...xs: Tensor[]) =>
    grad((...inner) => graph[how](inner))(...xs).map((g, i) => g.mul(directions[i]).sum())
      .reduce((a, b) => a.add(b));
  const found = grad(turned)(...leaves);
  return await Promise.all(found.map(async (g) => Float64Array.from(await g.data(), Number)));
}

/** Elements that were compared, and those that lie at kinks. */
interface Count {
  all: number;
  kinks: number;
}

/** Compares numbers with differences of `f`, whose slope by each element of each leaf they are; true without kinks. */
async function hold(
  what: string,
  graph: Graph,
  got: readonly Float64Array[],
  f: (leaf: number, e: number, by: number) => Promise<number>,
  count: Count,
): Promise<boolean> {
  const before = count.kinks;
  for (const [leaf, of] of got.entries()) {
    const largest = of.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
    for (const [e, v] of of.entries()) {
      const found = await compared(v, (by) => f(leaf, e, by), graph.dtype, 1 + largest);
      count.all++;
      if (found === "kink") count.kinks++;
      else if (found !== "equal") {
        throw new Error(`${what} of leaf ${leaf}[${e}] is ${v}, differences give ${found.differences}`);
      }
    }
  }
  return count.kinks === before;
}

async function check(graph: Graph, random: Random, count: Count): Promise<void> {
  await graph.hold();
  const { start } = graph;
  const value = (leaf: number, e: number, by: number) =>
    graph.at(start.map((n, i) => i === leaf ? n.with(e, n[e] + by) : n));
  const smooth = await hold("gradient", graph, await gradients(graph), value, count);
  if (!smooth) return; // second differences would see the kinks alone
  const along = start.map((n) => Float64Array.from(random.floats(n.length)));
  const moved = async (leaf: number, e: number, by: number) => {
    using own = scope();
    const xs = graph.leaves(start.map((n, i) => n.map((x, j) => x + by * along[i][j])), own);
    const loss = graph.loss(xs);
    return loss.variable ? (await numbersOf(xs, loss.backward()))[leaf][e] : 0;
  };
  const second = await bends(graph, along, "loss");
  deepEqual(await bends(graph, along, "checkpointed"), second, "second gradients through a checkpoint");
  await hold("second gradient", graph, second, moved, { all: 0, kinks: 0 });
}

for (const dtype of ["f64", "f32"] as const) {
  Deno.test(`gradients of ${GRAPHS[dtype]} random ${dtype} expressions equal differences`, async () => {
    const count = { kinks: 0, all: 0 };
    const random = new Random(seed);
    for (let i = 0; i < GRAPHS[dtype]; i++) {
      const graph = new Graph(random, dtype, random.integer(3, 9));
      try {
        await check(graph, random, count);
      } catch (error) {
        const what = error instanceof Error ? error.message : error;
        throw new Error(`expression ${i} of seed ${seed}: ${what}\n${graph}`, { cause: error });
      }
    }
    ok(count.kinks <= KINKS[dtype] * count.all, `${count.kinks} of ${count.all} lie at kinks`);
  });
}

Deno.test("an op of a random expression that loses its gradient is found, and one whose gradient is wrong", async () => {
  const wrong = { lost: (x: Tensor) => x.detach().mul(2), wrong: (x: Tensor) => x.mul(x.detach()) };
  for (const [name, op] of Object.entries(wrong)) {
    const only = new Graph(new Random(5), "f64", 2, { one: { [name]: () => op }, two: {} });
    await rejects(check(only, new Random(5), { all: 0, kinks: 0 }), /gradient of leaf/, name);
  }
});
