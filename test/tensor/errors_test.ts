/** What a user meets who does something wrong: an error with the values, and nothing left behind. */
import { deepEqual, equal, ok, rejects, throws } from "node:assert/strict";
import * as wick from "../../mod.ts";

const { arange, crossEntropy, defaultDevice, nllLoss, record, scope, tensor, WasmDevice, zeros, zerosLike } =
  wick;

Deno.test("a tensor of a shape or dtype that is none is refused", () => {
  for (const shape of [[-1, -2], [0.5, 2], [NaN], [2 ** 60]]) {
    throws(() => tensor(new Float32Array(1), { shape }), {
      code: "SHAPE_MISMATCH",
      message: `Cannot make a tensor of [${shape}]: each extent must be a whole number from 0`,
    });
  }
  const dtype = "f63" as wick.PlainDtype;
  const message = /f63: expected one of f64, f32, f16/;
  using x = tensor([1, 2]);
  for (const make of [() => tensor([1], { dtype }), () => zeros([2], { dtype }), () => x.to(dtype)]) {
    throws(make, { code: "DTYPE_MISMATCH", message });
  }
  throws(() => x.to("toString" as wick.PlainDtype), { code: "DTYPE_MISMATCH" });
});

Deno.test("tensors of two devices are told with both", () => {
  using other = new WasmDevice();
  using a = zeros([2, 3]);
  using b = zeros([3], { device: other });
  const message =
    "Cannot add f32[2,3] on wasm and f32[3] on another wasm device: both must live on one device; move " +
    "one with to()";
  throws(() => a.add(b), { code: "DEVICE_MISMATCH", message });
});

Deno.test("an op that is composed of others is the one that its errors name; they keep code, param and cause", () => {
  using x = zeros([2, 3]);
  using short = zeros([2]);
  using gone = zeros([3]);
  gone.dispose();
  const cases: [() => unknown, string, string][] = [
    [() => x.std(5), "std", "Cannot std: cannot var: dimension must be in -2..1 for rank 2, got 5"],
    [() => x.mv(short), "mv", "Cannot mv: cannot matmul [2,3] x [2]: inner sizes must match, got 3 and 2"],
    [
      () => wick.layerNorm(x, gone, null, 1e-5),
      "layerNorm",
      "Cannot layerNorm: cannot view a tensor after its dispose: f32[3] on wasm",
    ],
    [
      () => wick.rmsNorm(x, short, 1e-5),
      "rmsNorm",
      "Cannot rmsNorm f32[2,3] on wasm with f32[2] on wasm: both must be floats of one dtype, the second [3]",
    ],
  ];
  for (const [run, op, message] of cases) {
    throws(run, (error: wick.WickError) => {
      equal(error.message, message);
      const inner = error.cause as wick.WickError | undefined;
      equal(inner?.code, message.startsWith(`Cannot ${op}: `) ? error.code : undefined);
      if (op === "std") deepEqual([error.param, inner?.param], ["dim", "dim"]);
      return true;
    });
  }
});

Deno.test("what is larger than memory says what it needs and what is held, and leaves nothing", () => {
  using device = new WasmDevice({ maximumPages: 32 });
  using x = zeros([300, 300], { device });
  const message =
    /cannot allocate \d+ bytes: \d+ are held in \d+ storages, the memory has \d+ and may not pass 2097152; dispose\(\) .* scope\(\)/i;
  throws(() => arange(0, 1e12, 1, { device }), { code: "OUT_OF_MEMORY", message });
  throws(() => x.expand(1e6, 300, 300).contiguous(), { code: "OUT_OF_MEMORY", message });
  const before = device.live().storages;
  for (let steps = 1; steps < 6; steps++) {
    throws(() => {
      using own = scope();
      let y = own.borrow(x).requiresGrad();
      for (let i = 0; i < steps; i++) y = y.tanh().mul(y); // runs out on the way forth, or on the way back
      y.exp().sum().backward().get(y);
      y.repeat(2, 2);
    }, { code: "OUT_OF_MEMORY", message });
    ok(
      device.live().storages <= before + 3,
      `${device.live().storages} storages, ${before} before, at ${steps} steps`,
    );
  }
});

Deno.test("numbers that change with every step do not fill the memory; those that a Program captured stay", async () => {
  using device = new WasmDevice();
  using x = tensor([1, 2, 3], { device });
  using program = record(device, () => x.gt(1.5).where(x, 7));
  const most = (from: number, to: number) => {
    let most = 0;
    for (let i = from; i < to; i++) {
      using own = scope();
      own.borrow(x).requiresGrad().clamp(-i, i + 0.5).maskedFill(own.borrow(x).gt(i / 3), i).sum().backward();
      most = Math.max(most, device.live().storages);
    }
    return most;
  };
  const before = most(0, 3000); // the device forgets, some at a time
  equal(most(3000, 6000), before);
  program.run();
  deepEqual(await program.outputs[0].toArray(), [7, 2, 3]);
});

Deno.test("layers, losses and optimizers refuse numbers that make none", () => {
  const { nn, optim } = wick;
  using p = tensor([1]).requiresGrad();
  const code = "INVALID_ARGUMENT";
  const rate = { learningRate: 0.1 };
  throws(() => new nn.Linear(-3, 4), { code: "SHAPE_MISMATCH", message: /declare a parameter \[4,-3\]/ });
  throws(() => new nn.Embedding(2.5, 4), { code: "SHAPE_MISMATCH", message: /\[2.5,4\]/ });
  throws(() => new nn.Dropout(NaN), { code, message: /0 or more and 1 or less, got NaN/ });
  throws(() => new nn.Lstm(3, 3, { layers: 0 }), {
    code,
    message: /layers must be a whole number, 1 or more, got 0/,
  });
  throws(() => new optim.Adam([p], { ...rate, beta1: 1 }), {
    code,
    message: /beta1 must be a finite number, 0 or more and below 1, got 1/,
  });
  throws(() => new optim.AdamW([p], { ...rate, weightDecay: -1 }), { code, message: /weightDecay.*got -1/ });
  throws(() => new optim.Sgd([p], { ...rate, momentum: NaN }), { code, message: /momentum.*got NaN/ });
  throws(() => wick.mseLoss(p, p, { reduction: "all" as "sum" }), {
    code,
    message: /reduction must be "mean" or "sum" or "none", got "all"/,
  });
});

Deno.test("a position that a table of angles lacks is told", () => {
  using own = scope();
  const x = zeros([5, 1, 4], { scope: own });
  const table = zeros([6, 4], { scope: own });
  for (const position of [2, -1, 0.5]) {
    throws(() => wick.rope(x, table, position), {
      code: "INDEX_OUT_OF_RANGE",
      message: `Cannot rope f32[5,1,4] on wasm from position ${position}: the table has positions 0 .. 5`,
    });
  }
});

Deno.test("a target that is no class is told with its place, eager and replayed; ignored ones are none", async () => {
  using own = scope();
  const logits = zeros([3, 4], { scope: own });
  const targets = tensor(Int32Array.of(1, -100, 4), { scope: own });
  const told = (op: string) => ({
    code: "INDEX_OUT_OF_RANGE",
    message: `Cannot take ${op} of f32[3,4] on wasm: indices must be in 0 .. 3, got 4 at [2]`,
  });
  throws(() => crossEntropy(logits, targets), told("crossEntropy"));
  throws(() => nllLoss(logits, targets), told("nllLoss"));
  using program = record(defaultDevice(), () => crossEntropy(logits, targets));
  throws(() => program.run(), told("crossEntropy"));
  targets.write(Int32Array.of(1, -100, 3));
  program.run();
  ok(Math.abs(await program.outputs[0].item() - Math.log(4)) < 1e-6);
  const past = tensor(Int32Array.of(0, 255, 1), { scope: own });
  equal((await crossEntropy(logits, past, { ignoreIndex: 255, reduction: "none" }).data())[1], 0);
  throws(() => crossEntropy(logits, past, { ignoreIndex: 1 }), /got 255 at \[1\]/);
});

Deno.test("a target that is no class is told in every form of the losses by class", () => {
  using own = scope();
  const forms: [shape: number[], targets: number[], at: string, classDim?: number][] = [
    [[3], [], ""],
    [[2, 3], [2], "1"],
    [[2, 3, 2], [2, 2], "1,0"],
    [[2, 2, 3], [2, 2], "1,0", -1],
    [[2, 3, 1, 2], [2, 1, 2], "1,0,0"],
  ];
  for (const [shape, others, at, classDim] of forms) {
    const size = others.reduce((a, b) => a * b, 1);
    const ids = Int32Array.from({ length: size }, (_, i) => i === size >> 1 ? 3 : 0);
    for (const dtype of ["f32", "f64", "f16", "bf16"] as const) {
      const x = zeros(shape, { dtype, scope: own });
      const weights = wick.ones([3], { dtype, scope: own });
      for (const whole of ["i32", "i64", "u32", "i16", "u8"] as const) {
        const targets = tensor(ids, { shape: others, scope: own }).to(whole);
        const message = new RegExp(`indices must be in 0 .. 2, got 3 at \\[${at}\\]`);
        const told = { code: "INDEX_OUT_OF_RANGE", message };
        for (const op of [crossEntropy, nllLoss]) {
          throws(() => op(x, targets, { classDim }), told);
          throws(() => op(x, targets, { classDim, weights }), told);
          throws(() => op(x, targets, { classDim, weights: own.borrow(weights).requiresGrad() }), told);
          using program = record(defaultDevice(), () => op(x, targets, { classDim }));
          throws(() => program.run(), told);
          op(x, targets, { classDim, ignoreIndex: 3 });
        }
      }
    }
  }
  using x = zeros([2, 3]);
  using targets = tensor(Int32Array.of(0, 3));
  throws(() => crossEntropy(x, targets)); // makes constants
  const before = defaultDevice().live();
  for (const op of [crossEntropy, nllLoss]) throws(() => op(x, targets));
  deepEqual(defaultDevice().live(), before, "without a scope, too, an error leaves nothing");
});

Deno.test("a gradient of another shape, dtype or device than its value is refused", async () => {
  using other = new WasmDevice();
  using own = scope();
  const y = zeros([2], { scope: own }).requiresGrad().mul(2);
  const by = (gradient: wick.Tensor) => () => y.backward({ gradient });
  throws(by(zeros([3], { scope: own })), { code: "SHAPE_MISMATCH", message: /must be \[2\], got \[3\]/ });
  throws(by(zeros([2], { dtype: "i32", scope: own })), {
    code: "DTYPE_MISMATCH",
    message: /must be f32, got i32/,
  });
  throws(by(zeros([2], { device: other, scope: own })), { code: "DEVICE_MISMATCH" });
  const wide = tensor(Float64Array.of(1, 3, 2), { scope: own }).requiresGrad();
  const found = wide.max().mul(1 / 3).backward().get(wide);
  equal(found.dtype, "f64", "over everything, where a number of rank 0 meets f32");
  deepEqual(await found.toArray(), [0, 1 / 3, 0]);
});

Deno.test("what was disposed, and what lay in a Program that was, says so", async () => {
  const x = tensor([1, 2]);
  const program = record(defaultDevice(), () => x.add(1));
  program.run();
  const [y] = program.outputs;
  deepEqual(await y.toArray(), [2, 3]);
  program[Symbol.dispose]();
  await rejects(() => y.data(), { code: "DISPOSED", message: /after its dispose: f32\[2\]/ });
  throws(() => y.mul(2), { code: "DISPOSED" });
  y.dispose();
  x.dispose();
  throws(() => zerosLike(x), { code: "DISPOSED", message: /f32\[2\] on wasm was disposed/ });
  throws(() => record(defaultDevice(), () => [undefined as unknown as wick.Tensor]), {
    code: "INVALID_ARGUMENT",
    message: "Cannot record a function that returns undefined: expected tensors",
  });
});

Deno.test("class ids and indices that are floats are told how to be integers", () => {
  using own = scope();
  const x = tensor([[1, 2, 3], [4, 5, 6]], { scope: own });
  const ids = tensor([0, 1], { scope: own }), table = tensor([[0, 1, 0], [1, 0, 1]], { scope: own });
  const message = /use tensor\(ids, \{ dtype: "i32" \}\)/;
  throws(() => crossEntropy(x, ids), { code: "SHAPE_MISMATCH", message });
  throws(() => nllLoss(x, ids), { code: "SHAPE_MISMATCH", message });
  for (
    const byIndex of [
      () => x.embedding(ids),
      () => x.indexSelect(0, ids),
      () => x.i(ids),
      () => x.gather(0, table),
      () => x.scatter(0, table, x),
      () => x.scatterAdd(0, table, x),
      () => x.indexAdd(0, ids, x),
      () => wick.oneHot(ids, 3),
    ]
  ) throws(byIndex, { code: "DTYPE_MISMATCH", message });
});
