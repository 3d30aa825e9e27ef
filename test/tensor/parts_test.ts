/**
 * Gradients of parts of a tensor: right however the parts lie, and as cheap for many as for one.
 */
import { deepEqual, ok } from "node:assert/strict";
import { defaultDevice, type Device, nn, record, scope, stack, Tensor, tensor } from "../../mod.ts";
import { itemBytes } from "../../src/tensor/dtype.ts";
import { Random, testSeed } from "../random.ts";
import { type Case, hold } from "./differences.ts";

const seed = testSeed();

const add = (parts: Tensor[]) => parts.reduce((a, b) => a.add(b));

const cases: Record<string, Case> = {
  "parts that cover all": { op: (x) => add(x.unbind(1).map((y) => y.sin())), shapes: [[3, 4]] },
  "parts of two sizes, turned": {
    op: (x) => add(x.split([1, 2, 1], 1).map((y, i) => y.mul(y).mul(i + 1).sum(1))),
    shapes: [[3, 4]],
  },
  "parts with gaps": { op: (x) => x.narrow(0, 3, 1).mul(x.narrow(0, 1, 1)), shapes: [[5, 2]] },
  "parts that overlap": { op: (x) => x.narrow(1, 0, 3).mul(x.narrow(1, 1, 3)), shapes: [[2, 4]] },
  "a part twice": { op: (x) => x.narrow(1, 1, 2).mul(x.narrow(1, 1, 2).tanh()), shapes: [[2, 4]] },
  "parts and the whole": {
    op: (x) => x.mul(x).sum(1).mul(x.get(null, 1)).add(x.get(null, 3)),
    shapes: [[3, 4]],
  },
  "parts in two dimensions": { op: (x) => x.get(1, null).mul(x.get(null, 2)), shapes: [[3, 3]] },
  "parts by steps": { op: (x) => x.get([0, null, 2]).mul(x.get([1, null, 2])), shapes: [[6]] },
  "parts of parts": {
    op: (x) => add(x.chunk(2, 0).flatMap((y) => y.unbind(1)).map((y) => y.mul(y).mul(y))),
    shapes: [[4, 3]],
  },
  "a diagonal beside a row": { op: (x) => x.diagonal().mul(x.get(1)), shapes: [[3, 3]] },
  "all of it backwards, and a part": {
    op: (x) => x.flip(0).mul(x).narrow(0, 1, 2).add(x.get(0)),
    shapes: [[4, 2]],
  },
};

for (const [name, checked] of Object.entries(cases)) {
  Deno.test(`gradient of ${name} against differences`, () => hold({ ...checked, composed: true }, seed));
}

/** The bytes of all operands of the calls that `fn` makes on a device. */
function bytesOf(device: Device, fn: () => void): number {
  const { run } = device;
  let bytes = 0;
  device.run = (kernel, operands, ...rest) => {
    for (const t of operands) if (t instanceof Tensor) bytes += t.size * itemBytes(t.dtype);
    run.call(device, kernel, operands, ...rest);
  };
  try {
    fn();
  } finally {
    delete (device as Partial<Device>).run; // that of the class again
  }
  return bytes;
}

/** Fails unless twice as much costs at most 2.2 times the bytes. */
function isLinear(what: string, back: (n: number) => () => void): void {
  const device = defaultDevice();
  const [once, twice] = [32, 64].map((n) => bytesOf(device, back(n)));
  ok(once > 0 && twice <= 2.2 * once, `${what}: ${twice} bytes for twice the parts, ${once} for once`);
}

const splits: Record<string, (x: Tensor, n: number) => Tensor[]> = {
  split: (x) => x.split(1, 1),
  chunk: (x, n) => x.chunk(n, 1),
  unbind: (x) => x.unbind(1),
  narrow: (x, n) => Array.from({ length: n }, (_, i) => x.narrow(1, i, 1)),
  "narrow to windows": (x, n) => Array.from({ length: n - 3 }, (_, i) => x.narrow(1, i, 3).sum(1)),
  i: (x, n) => Array.from({ length: n }, (_, i) => x.i(null, i)),
  get: (x, n) => Array.from({ length: n }, (_, i) => x.get(i % 8, i)),
};

for (const createGraph of [false, true]) {
  const order = createGraph ? "second" : "first";
  Deno.test(`gradients of ${order} order of n parts cost n parts, not n wholes`, () => {
    for (const [name, parts] of Object.entries(splits)) {
      isLinear(name, (n) => () => {
        using own = scope();
        const x = tensor(new Random(seed).floats(8 * n), { shape: [8, n], scope: own }).requiresGrad();
        const slopes = stack(parts(x, n).map((y) => y.sin())).sum().backward({ createGraph }).get(x);
        if (createGraph) slopes.mul(slopes).sum().backward().get(x);
      });
    }
  });
}

Deno.test("the way back through a recurrent layer costs as the rows, not as their square", () => {
  for (const Layer of [nn.Rnn, nn.Lstm, nn.Gru]) {
    isLinear(Layer.name, (T) => () => {
      using own = scope();
      using layer = new Layer(4, 8, { bidirectional: true, layers: 2 }).init(seed);
      const x = tensor(new Random(seed).floats(2 * T * 4), { shape: [2, T, 4], scope: own }).requiresGrad();
      layer.forward(x).output.sum().backward().get(x);
    });
  }
});

Deno.test("parts of many dtypes, and in a Program", async () => {
  const values = [1, 2, 3, 4, 5, 6];
  for (const dtype of ["f32", "f64"] as const) {
    using x = tensor(values, { dtype, shape: [2, 3] }).requiresGrad();
    const step = () => {
      const [a, b, c] = x.unbind(1);
      return a.mul(b).add(c.mul(c)).add(x.narrow(1, 0, 1).squeeze(1)).sum().backward().get(x);
    };
    const want = [[2 + 1, 1, 6], [5 + 1, 4, 12]];
    using program = record(x.device, step);
    program.run();
    deepEqual(await program.outputs[0].toArray(), want);
    using eager = step();
    deepEqual(await eager.toArray(), want);
  }
});
