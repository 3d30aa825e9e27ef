import { equal, ok } from "node:assert/strict";
import type { Storage } from "../../src/device/device.ts";
import { softmax_f32 } from "../../src/device/kernels/softmax.ts";
import { PlanDevice } from "../../src/device/plan_device.ts";
import { planScratch, Recorder } from "../../src/tensor/program.ts";
import { Random, testSeed } from "../random.ts";

function step(trace: Recorder, ...storages: Storage[]): void {
  const operands = storages.map((storage) => ({ storage, byteOffset: 0 }));
  trace.calls.push({ kernel: softmax_f32, operands, params: [], cells: [] });
}

Deno.test("a chain of ops needs the room of its two largest neighbours", () => {
  const trace = new Recorder(new PlanDevice());
  const [a, b, c, d] = [768, 768, 768, 768].map((n) => trace.allocate(n));
  step(trace, a);
  step(trace, a, b);
  step(trace, b, c);
  step(trace, c, d);
  const { bytes, offsets } = planScratch(trace, new Set([d]));
  equal(bytes, 1536);
  equal(offsets.get(a), offsets.get(c));
});

Deno.test("an output keeps its place to the end", () => {
  const trace = new Recorder(new PlanDevice());
  const [out, a, b] = [64, 64, 64].map((n) => trace.allocate(n));
  step(trace, out);
  step(trace, a);
  step(trace, a, b);
  const { offsets } = planScratch(trace, new Set([out]));
  ok(offsets.get(a) !== offsets.get(out) && offsets.get(b) !== offsets.get(out));
});

Deno.test("whatever lives at once never overlaps (random programs)", () => {
  const random = new Random(testSeed());
  for (let round = 0; round < 100; round++) {
    const trace = new Recorder(new PlanDevice());
    const storages = Array.from(
      { length: random.integer(1, 30) },
      () => trace.allocate(random.integer(0, 5000)),
    );
    for (let i = 0; i < 60; i++) step(trace, random.pick(storages), random.pick(storages));
    const outputs = new Set([random.pick(storages)]);
    const { bytes, offsets } = planScratch(trace, outputs);
    const life = (s: Storage) => {
      const uses = trace.calls.flatMap((c, i) => c.operands.some((o) => o!.storage === s) ? [i] : []);
      return { first: uses[0] ?? Infinity, last: outputs.has(s) ? Infinity : uses.at(-1) ?? -1 };
    };
    const placed = [...offsets].map(([s, start]) => ({ ...life(s), start, end: start + s.bytes }));
    for (const a of placed) {
      ok(a.end <= bytes);
      for (const b of placed) {
        const together = a.first <= b.last && b.first <= a.last;
        if (a !== b && together && a.start < a.end && b.start < b.end) {
          ok(a.end <= b.start || b.end <= a.start);
        }
      }
    }
  }
});
