/** Tensors, gradients, Programs and training on WebGPU, beside the same on WASM. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import {
  cat,
  crossEntropy,
  type Device,
  dropout,
  einsum,
  eye,
  Generator,
  grad,
  nn,
  ones,
  optim,
  rand,
  randint,
  randn,
  record,
  type Scope,
  scope,
  type Tensor,
  tensor,
  WasmDevice,
  WebGpuDevice,
} from "../../../mod.ts";
import { rope } from "../../../src/tensor/ops/attention.ts";
import { swiglu } from "../../../src/tensor/ops/elementwise.ts";
import { takeRows } from "../../../src/tensor/ops/linear.ts";
import { layerNorm, rmsNorm } from "../../../src/tensor/ops/norm.ts";
import { Random, testSeed } from "../../random.ts";

const seed = testSeed();

/**
 * What both devices give must agree: `run` gets the device, numbers that are the same on both, and a scope that owns
 * what it makes. A second run leaves no more on the GPU than the first (constants of the tape stay).
 */
function bothAgree(
  name: string,
  run: (device: Device, random: Random, own: Scope) => Promise<ArrayLike<number>>,
  tolerance = 2e-5,
): void {
  Deno.test({
    name,
    sanitizeOps: false, // maps that are taken before they resolve
    sanitizeResources: false,
    fn: async () => {
      const on = async (device: Device) => {
        using own = scope();
        return await run(device, new Random(seed), own);
      };
      using gpu = await WebGpuDevice.open();
      using cpu = new WasmDevice();
      const [got, wanted] = [await on(gpu), await on(cpu)];
      ok(got.length > 0 && got.length === wanted.length);
      Array.from(got, (value, i) => {
        const bound = tolerance * (1 + Math.abs(wanted[i]));
        ok(Math.abs(value - wanted[i]) <= bound, `[${i}] is ${value}, on WASM ${wanted[i]}`);
      });
      const left = gpu.live();
      ok(left.storages <= 6, `${left.storages} storages stay: more than constants`);
      await on(gpu);
      deepEqual(gpu.live(), left);
    },
  });
}

const make = (device: Device, random: Random, shape: number[], own: Scope) =>
  tensor(random.floats(shape.reduce((a, b) => a * b, 1)), { shape, device, scope: own });

bothAgree("attention, as a researcher writes it", async (device, random, own) => {
  const [q, k, v] = [0, 1, 2].map(() => make(device, random, [2, 3, 70, 16], own));
  return await q.matmul(k.t()).mul(0.25).softmax(-1).matmul(v).data();
});

bothAgree("views, broadcasting, reductions and copies", async (device, random, own) => {
  const x = make(device, random, [4, 5, 6], own);
  const row = make(device, random, [6], own);
  const made = [
    x.permute(2, 0, 1).narrow(0, 1, 3).contiguous(),
    x.add(row),
    x.reshape(2, 2, 5, 6).transpose(0, 3).reshape(24, 5),
    ...[0, 1, -1].flatMap((dim) => [x.sum(dim), x.max(dim), x.argmin(dim), x.softmax(dim)]),
    x.gt(row).where(x, row),
    x.sub(1).abs().add(0.1).log().exp().sqrt(),
  ];
  return (await Promise.all(made.map((m) => m.data()))).flatMap((values) => [...values]);
});

bothAgree("indexing and its gradients", async (device, random, own) => {
  const [x, src] = [[3, 4, 5], [3, 6, 5]].map((shape) => make(device, random, shape, own).requiresGrad());
  const whole = (values: Int32Array, shape: number[]) => tensor(values, { shape, device, scope: own });
  const [index, vector] = [whole(random.ints(90, 0, 3), [3, 6, 5]), whole(random.ints(6, 0, 3), [6])];
  const made = [
    x.gather(1, index),
    x.indexSelect(1, vector),
    x.indexAdd(1, vector, src),
    x.scatter(1, index, src),
    ...(["sum", "mean", "prod", "amax", "amin"] as const).flatMap((by) =>
      [true, false].map((self) => x.scatterReduce(1, index, src, by, self))
    ),
    x.sliceScatter(src.i(":", [0, 2]), 1, 1),
    x.i(-1, vector, [0, null, 2]),
    x.maskedFill(x.gt(0), 1),
  ];
  const results: number[] = [];
  for (const y of made) {
    using gradients = y.mul(y).reshape(-1).sum(0).backward();
    results.push(...await y.data());
    for (const leaf of [x, src]) results.push(...await gradients.find(leaf)?.data() ?? []);
  }
  return results;
}, 1e-4);

bothAgree("gradients of what an MLP and a transformer's blocks are made of", async (device, random, own) => {
  const leaf = (...shape: number[]) => make(device, random, shape, own).requiresGrad();
  const [x, w, b, table] = [leaf(6, 8), leaf(8, 8), leaf(8), leaf(5, 8)];
  const ids = tensor(Int32Array.of(0, 4, 2, 2, 1, 0), { device, scope: own });
  const angles = make(device, random, [8, 4], own).sin();
  const blocks: ((h: Tensor) => Tensor)[] = [
    (h) => h.matmul(w).add(b).relu(),
    (h) => rmsNorm(h, b, 1e-5).matmul(w.t()).silu(),
    (h) => layerNorm(h, b, b, 1e-5).gelu(),
    (h) => swiglu(h, h.matmul(w)).tanh(),
    (h) => h.matmul(h.t()).softmax(-1).matmul(h).sigmoid(),
    (h) => h.add(takeRows(table, ids)).gelu("tanh"),
    (h) => rope(h.reshape(6, 2, 4), angles, 1, "halved").mul(b.reshape(2, 4)).reshape(6, 8),
    (h) => rope(h.reshape(3, 2, 8), angles, 0, "interleaved").reshape(6, 8).matmul(w),
  ];
  const results: number[] = [];
  for (const block of blocks) {
    const loss = crossEntropy(block(x), ids, { smoothing: 0.1 });
    using gradients = loss.backward();
    results.push(await loss.item());
    for (const leaf of [x, w, b, table]) results.push(...await gradients.find(leaf)?.data() ?? []);
  }
  return results;
}, 1e-4);

const STEPS = 24;

/** An MLP learns to tell points inside a ring: the losses of its steps. */
async function trained(device: Device, recorded: boolean, own: Scope): Promise<number[]> {
  const generator = new Generator(7);
  const leaf = (shape: number[], deviation: number) => {
    const values = generator.normal(shape.reduce((a, b) => a * b, 1), 0, deviation);
    return tensor(values, { shape, device, scope: own }).requiresGrad();
  };
  const [w1, b1, w2, b2] = [leaf([2, 32], 0.7), leaf([32], 0.1), leaf([32, 2], 0.2), leaf([2], 0.1)];
  const points = generator.uniform(128, -1, 1);
  const isInside = (i: number) => Math.hypot(points[2 * i], points[2 * i + 1]) < 0.7;
  const inside = Int32Array.from({ length: 64 }, (_, i) => Number(isInside(i)));
  const x = tensor(points, { shape: [64, 2], device, scope: own });
  const labels = tensor(inside, { device, scope: own });
  using optimizer = new optim.AdamW([w1, b1, w2, b2], { learningRate: 0.05 });
  const step = () => {
    using work = scope(); // younger than the parameters': owns all of the step
    const input = x.alias(x.shape, { scope: work });
    const loss = crossEntropy(input.matmul(w1).add(b1).relu().matmul(w2).add(b2), labels);
    using gradients = loss.backward();
    optimizer.step(gradients);
    return work.keep(loss);
  };
  const losses: number[] = [];
  using program = recorded ? record(device, step) : undefined;
  let held = 0;
  for (let i = 0; i < STEPS; i++) {
    if (i === 1) held = device.live().storages;
    if (program) {
      program.run();
      losses.push(await program.outputs[0].item());
    } else {
      using loss = step();
      losses.push(await loss.item());
    }
  }
  equal(device.live().storages, held, "a step leaves nothing");
  ok(losses.at(-1)! < 0.35 && losses[0] > 0.5, `it does not learn: ${losses[0]} .. ${losses.at(-1)}`);
  return losses;
}

bothAgree("an MLP trains, step by step as on WASM", (device, _, own) => trained(device, false, own), 1e-3);

bothAgree("a recorded training step replays", (device, _, own) => trained(device, true, own), 1e-3);

bothAgree("parts of a sequence go back together: a recurrent layer", async (device, random, own) => {
  using net = new nn.Gru(3, 4, { bidirectional: true }).init(5, device);
  const x = make(device, random, [2, 6, 3], own).requiresGrad();
  const { output } = net.forward(x);
  using gradients = output.mul(output).sum().add(x.narrow(1, 0, 4).mul(x.narrow(1, 2, 4)).sum()).backward();
  const results: number[] = [];
  for (const leaf of [x, ...net.parameters()]) results.push(...await gradients.get(leaf).data());
  return results;
});

bothAgree(
  "losses by class in other shapes, by weights that require a gradient",
  async (device, random, own) => {
    const logits = make(device, random, [2, 4, 3], own).requiresGrad();
    const weights = make(device, random, [4], own).sqr().add(0.5).detach().requiresGrad();
    const ids = tensor(Int32Array.of(1, 3, -100, 0, 2, 2), { shape: [2, 3], device, scope: own });
    const loss = crossEntropy(logits, ids, { weights, smoothing: 0.1 });
    using gradients = loss.backward();
    return [await loss.item(), ...await gradients.get(logits).data(), ...await gradients.get(weights).data()];
  },
);

for (const dtype of ["bf16", "f16"] as const) {
  bothAgree(`a network of ${dtype} moves there, trains, and comes back`, async (device, random, own) => {
    const home = new WasmDevice();
    using net = new nn.Sequential(
      new nn.Linear(3, 8),
      new nn.LayerNorm(8),
      new nn.Silu(),
      new nn.Linear(8, 2),
    )
      .init(5, home).to(dtype);
    await net.to(device);
    using optimizer = new optim.AdamW(net.parameters(), { learningRate: 0.02 });
    const x = make(device, random, [5, 3], own).to(dtype);
    const ids = tensor(Int32Array.of(1, 0, 1, 1, 0), { device, scope: own });
    for (let i = 0; i < 3; i++) optimizer.step(crossEntropy(net.forward(x), ids).backward());
    await net.to(home);
    const results: number[] = [];
    for (const p of net.parameters()) {
      using wide = p.to("f32").detach();
      results.push(...await wide.data());
    }
    home[Symbol.dispose]();
    return results;
  }, dtype === "f16" ? 4e-3 : 3e-2);
}

bothAgree("Programs: results in one arena, a leading extent that changes", async (device, random, own) => {
  const x = make(device, random, [40, 8], own);
  const w = make(device, random, [8, 8], own);
  const rows = device.cell(40);
  const live = x.alias(x.shape, { rows });
  using program = record(device, () => {
    const h = live.matmul(w);
    return h.silu().softmax(-1).mul(h);
  });
  const results: number[] = [];
  for (const n of [40, 1, 17]) {
    rows.set(n);
    program.run();
    results.push(...(await program.outputs[0].data()).slice(0, 8 * n));
  }
  rows.dispose();
  return results;
});

bothAgree("conversions and integers", async (device, random, own) => {
  const x = make(device, random, [3, 5], own);
  const mask = x.gt(0);
  equal(mask.dtype, "bool");
  const counted = mask.to("f32").sum(1).add(mask.to("i32").mul(3).add(2).narrow(1, 0, 1).squeeze(1));
  const whole = x.mul(100).t().to("i32");
  return [
    ...await counted.data(),
    ...await whole.data(),
    ...await whole.to("bool").data(),
    ...await x.to("bool").where(whole.t(), x).data(),
    ...await tensor([NaN, Infinity, -3e9, -1.9], { device, scope: own }).to("i32").data(),
  ];
});

bothAgree("integers without a sign, and folds of integers as i32", async (device, random, own) => {
  const values = random.ints(24, -(2 ** 31), 2 ** 31 - 1);
  const [x, y] = [values, values.toReversed()].map((v) =>
    tensor(Uint32Array.from(v), { shape: [4, 6], device, scope: own })
  );
  const whole = x.to("i32");
  const as = { dtype: "i32" } as const;
  const made = [
    x.add(y).sub(3).mul(y),
    x.maximum(y.t().contiguous().reshape(4, 6)),
    x.minimum(y),
    x.floorDiv(y).add(x.remainder(1000)),
    whole.floorDiv(-7).add(whole.remainder(-7)),
    x.matmul(y.t()),
    whole.matmul(whole.t()),
    ...(["eq", "lt", "le", "gt", "ge"] as const).map((op) => x[op](y)),
    x.gt(2 ** 31).where(x, y),
    x.to("f32").mul(2 ** -32),
    x.to("f32").to("u32").sub(x),
    x.indexSelect(0, tensor(Uint32Array.of(3, 0, 3), { device, scope: own })),
    x.scatterReduce(0, tensor(Int32Array.of(2, 0), { shape: [1, 2], device, scope: own }), y, "amax"),
    ...[0, 1, undefined].flatMap((dim) => [
      whole.sum(dim, false, as),
      whole.prod(dim, false, as),
      x.max(dim),
      x.min(dim),
      whole.max(dim),
    ]),
  ];
  equal(made[0].dtype, "u32");
  return (await Promise.all(made.map((m) => m.data()))).flatMap((values) => [...values]);
});

bothAgree("random draws, eagerly and recorded", async (device, _, own) => {
  const generator = new Generator(9);
  const options = { device, generator, scope: own };
  const x = ones([5, 7], { device, scope: own });
  const whole = async (y: Tensor) => [...await y.data()];
  const results = [
    ...await whole(rand([2, 3], options)),
    ...await whole(randn([9], options)),
    ...await whole(randint(-5, 2 ** 31 - 1, [6], options)).then((values) => values.map((v) => v / 2 ** 31)),
  ];
  using program = record(device, () => dropout(x, 0.4, generator).add(rand([5, 7], { device, generator })));
  for (let replay = 0; replay < 2; replay++) {
    program.run();
    results.push(...await whole(program.outputs[0]));
  }
  return results;
});

bothAgree("shape ops and einsum", async (device, random, own) => {
  const x = make(device, random, [4, 5, 6], own);
  const made = [
    cat([x, x.flip(0, 2)], 1),
    x.roll(2, 1),
    x.pad([1, -1, 2, 0], 0.5),
    x.pad([1, 2], "edge"),
    x.tril(-1),
    x.diagonal(1, 0, 2),
    x.unfold(2, 3, 2).contiguous(),
    x.repeat(2, 1, 2),
    einsum("abc,abd->acd", x, x),
    grad((x) => x.flip(1).unfold(1, 3, 1).mul(2).triu().reshape(-1).sum(0))(x)[0],
    eye(3, 4, { device, scope: own }),
  ];
  return (await Promise.all(made.map((m) => m.data()))).flatMap((values) => [...values]);
});

Deno.test({
  name: "devices do not mix, and bytes turn",
  sanitizeOps: false,
  sanitizeResources: false,
  fn: async () => {
    using device = await WebGpuDevice.open();
    using a = tensor([1, 2], { device });
    using b = tensor([1, 2]);
    throws(() => a.add(b), { code: "DEVICE_MISMATCH" });
    using bytes = tensor(Uint8Array.of(1, 2, 3, 4), { shape: [2, 2], device });
    using turned = bytes.t();
    deepEqual([...await turned.data()], [1, 3, 2, 4]);
    using half = tensor(Uint16Array.of(0x3c00, 0x4000, 0x4200), { dtype: "f16", device });
    using last = half.narrow(0, 1, 2).flip(0);
    deepEqual(await last.toArray(), [3, 2]);
    using wide = tensor([1, 2], { dtype: "f64", device });
    throws(() => wide.add(wide), { code: "UNSUPPORTED_ON_DEVICE", message: /add_f64/ });
    throws(() => wide.mul(2), { code: "UNSUPPORTED_ON_DEVICE", message: /affine_f64/ });
    throws(() => a.to("f64"), { code: "UNSUPPORTED_ON_DEVICE", message: /cast_f32_f64/ });
    using whole = tensor(Int32Array.of(1, 2), { device });
    for (const op of ["sum", "prod", "cumsum", "cumprod"] as const) {
      throws(() => whole[op](0), {
        code: "UNSUPPORTED_ON_DEVICE",
        message: new RegExp(
          `Cannot ${op} i32\\[2\\] on webgpu as i64.*${op[0] === "c" ? "" : "pass { dtype"}`,
        ),
      });
    }
    using long = tensor(BigInt64Array.of(1n, 2n), { shape: [1, 2], device });
    throws(() => long.matmul(long.t()), { code: "UNSUPPORTED_ON_DEVICE", message: /matmul_i64/ });
    throws(() => a.to("i64"), { code: "UNSUPPORTED_ON_DEVICE", message: /cast_f32_i64/ });
    deepEqual([...await wide.data()], [1, 2]);
  },
});

bothAgree("folds of rows of 300,000", async (device, random, own) => {
  const values = random.floats(600000).map((v) => Math.abs(v) + 1); // errors of sums do not cancel
  const x = tensor(values, { shape: [2, 300000], device, scope: own });
  const targets = tensor(Int32Array.of(3, 299999), { device, scope: own });
  const folds = [
    x.mean(-1),

    x.logSumExp(-1),
    crossEntropy(x, targets, { reduction: "none" }),
  ];
  const shares = x.softmax(-1).narrow(1, 0, 4).mul(300000).contiguous();
  const normal = rmsNorm(x, ones([300000], { device, scope: own }), 1e-5).narrow(1, 0, 4).contiguous();
  const all = await Promise.all([...folds, shares, normal].map((y) => y.data()));
  return all.flatMap((numbers) => Array.from(numbers, Number));
}, 2e-6);
