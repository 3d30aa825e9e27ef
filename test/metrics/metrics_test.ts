/** Accuracy and perplexity are what a plain count and exp say, and refuse what they cannot measure. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import {
  accuracy,
  crossEntropy,
  defaultDevice,
  perplexity,
  record,
  scope,
  type Tensor,
  tensor,
  zeros,
} from "../../mod.ts";
import { Random, testSeed } from "../random.ts";

/** The share of targets with fewer than k better classes: larger logits, or equal ones of a lower class. */
function counted(rows: number[][], targets: number[], k: number, ignore = -100): number {
  const left = targets.map((t, i) => [t, rows[i]] as const).filter(([t]) => t !== ignore);
  const right = left.filter(([t, row]) =>
    row.filter((v, c) => v > row[t] || (v === row[t] && c < t)).length < k
  );
  return right.length / left.length;
}

Deno.test("accuracy is the count of a plain loop, for every topK and dtype, with ties", async () => {
  const random = new Random(testSeed());
  for (const dtype of ["f32", "f64", "f16", "bf16"] as const) {
    for (let round = 0; round < 8; round++) {
      const [N, V] = [random.integer(1, 30), random.integer(1, 9)];
      const rows = Array.from({ length: N }, () => Array.from({ length: V }, () => random.integer(-3, 3)));
      const targets = Array.from({ length: N }, () => random.integer(0, V - 1));
      if (N > 1) targets[0] = -100;
      using logits = tensor(rows).to(dtype);
      using ids = tensor(targets, { dtype: "i32" });
      for (let topK = 1; topK <= V; topK++) {
        using found = accuracy(logits, ids, { topK });
        ok(Math.abs(await found.item() - counted(rows, targets, topK)) < 1e-6, `${dtype} ${topK} of ${rows}`);
        deepEqual([found.shape, found.dtype], [[], "f32"]);
      }
    }
  }
});

Deno.test("accuracy takes the shapes that crossEntropy takes", async () => {
  using logits = tensor([[[0, 9], [5, 1]], [[4, 2], [0, 3]]]); // [N, C, d] or [B, T, V]
  using targets = tensor([[1, 0], [0, 1]], { dtype: "i64" });
  equal(await accuracy(logits, targets).item(), 1);
  equal(await accuracy(logits, targets, { classDim: -1 }).item(), 1);
  using first = tensor([[0, 0], [0, 0]], { dtype: "i32" });
  equal(await accuracy(logits, first, { classDim: -1, ignoreIndex: 0 }).item(), NaN);
  equal(await accuracy(tensor([1, 3, 2]), tensor([1], { dtype: "i32" }).squeeze()).item(), 1);
});

Deno.test("accuracy and perplexity belong to the scope of their operands, leave nothing behind and record nothing", () => {
  let before = defaultDevice().live();
  for (let round = 0; round < 3; round++) {
    if (round === 1) before = defaultDevice().live(); // the device's own constants come with the first
    using own = scope();
    const logits = tensor([[1, 2], [3, 4]], { scope: own }).requiresGrad();
    const targets = tensor([0, 1], { dtype: "i32", scope: own });
    const made: Tensor[] = [accuracy(logits, targets), perplexity(crossEntropy(logits, targets))];
    for (const x of made) ok(x.scope === own && x.variable === undefined);
  }
  deepEqual(defaultDevice().live(), before);
});

Deno.test("accuracy and perplexity are recorded as they run", async () => {
  using logits = zeros([3, 4]);
  using targets = zeros([3], { dtype: "i32" });
  using step = record(logits.device, () => [
    accuracy(logits, targets),
    accuracy(logits, targets, { topK: 2 }),
    perplexity(crossEntropy(logits, targets)),
  ]);
  for (const values of [[3, 1, 2, 0, 0, 1, 2, 3, 1, 0, 5, 4], [0, 1, 2, 3, 3, 2, 1, 0, 2, 1, 0, 3]]) {
    logits.write(Float32Array.from(values));
    targets.write(Int32Array.of(0, 2, 3));
    step.run();
    const eager = [
      accuracy(logits, targets),
      accuracy(logits, targets, { topK: 2 }),
      perplexity(crossEntropy(logits, targets)),
    ];
    for (const [i, x] of eager.entries()) equal(await step.outputs[i].item(), await x.item());
  }
});

Deno.test("accuracy refuses other shapes, classes and options", () => {
  using logits = zeros([2, 3]);
  const ids = (values: number[]) => tensor(values, { dtype: "i32" });
  using two = ids([0, 1]);
  throws(() => accuracy(logits, ids([0, 1, 2])), { code: "SHAPE_MISMATCH", message: /accuracy/ });
  throws(() => accuracy(logits, tensor([0, 1])), { code: "SHAPE_MISMATCH" });
  throws(() => accuracy(logits, ids([0, 3])), { code: "INDEX_OUT_OF_RANGE" });
  throws(() => accuracy(two, two), { code: "SHAPE_MISMATCH" });
  for (const topK of [0, 4, 1.5, NaN]) {
    throws(() => accuracy(logits, two, { topK }), { code: "INVALID_ARGUMENT", param: "topK" });
  }
  throws(() => accuracy(logits, two, { topk: 1 } as never), { code: "INVALID_ARGUMENT", param: "topk" });
  throws(() => accuracy(logits, two, 1 as never), { code: "INVALID_ARGUMENT" });
});

Deno.test("perplexity is exp of nats, of a number or a loss", async () => {
  equal(perplexity(0), 1);
  equal(perplexity(Math.log(7)), Math.exp(Math.log(7)));
  equal(perplexity(Infinity), Infinity);
  using loss = tensor([2]);
  ok(Math.abs(await perplexity(loss).item() - Math.exp(2)) < 1e-5);
  throws(() => perplexity(tensor([1, 2])), { code: "SHAPE_MISMATCH", message: /mean/ });
  throws(() => perplexity("2" as unknown as number), { code: "INVALID_ARGUMENT", param: "loss" });
});
