/**
 * Ops that memory bounds, beside what the memory of this machine gives to plain loops (bandwidth.ts) in the same
 * run, over operands that lie in the second cache and over ones far beyond the last:
 * `deno run -A bench/memory_bound.ts [--seconds 0.5] [--rows ROWS,ROWS] [--only NAME,NAME] [--quick]
 * [--json]`
 *
 * The bytes of an op are those that it must move: each operand read once, the result written once. Its factor is its
 * time over that of a copy of as many bytes (a read, where it writes next to nothing). Eager ops on tensors
 * [rows, 1024] on the relaxed build: allocating the result is in the times, but for gradients, which are their rows
 * alone. Loop and op take turns; the best counts.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { groupNorm, layerNorm, rmsNorm, scope, type Tensor, tensor, WasmDevice } from "../mod.ts";
import type { Kernel } from "../src/device/kernel.ts";
import * as activations from "../src/device/kernels/activation_backward.ts";
import { layer_norm_backward_f32 } from "../src/device/kernels/norm_backward.ts";
import { softmax_backward_f32 } from "../src/device/kernels/softmax.ts";
import { Random } from "../test/random.ts";
import { Bandwidth } from "./bandwidth.ts";
import { conditions } from "./machine.ts";

const COLUMNS = 1024;
/** Functions of one tensor without options. */
const UNARY = [
  ...[
    "neg",
    "abs",
    "sign",
    "sqr",
    "floor",
    "ceil",
    "round",
    "trunc",
    "relu",
    "relu6",
    "hardSigmoid",
    "hardSwish",
  ],
  ...[
    "leakyRelu",
    "sqrt",
    "rsqrt",
    "reciprocal",
    "exp",
    "expm1",
    "log",
    "log2",
    "log10",
    "log1p",
    "sin",
    "cos",
    "tan",
  ],
  ...[
    "tanh",
    "sigmoid",
    "logSigmoid",
    "softplus",
    "silu",
    "mish",
    "elu",
    "selu",
    "erf",
    "isNan",
    "logicalNot",
  ],
] as const;
/** Those that want positive numbers. */
const POSITIVE = ["sqrt", "rsqrt", "log", "log2", "log10", "log1p"] as readonly string[];
/** 256 KiB an operand, and 128 MiB. */
const ROWS = "64,32768";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "0.5" },
    rows: { type: "string", default: ROWS },
    only: { type: "string" },
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});
const seconds = values.quick ? 0.01 : Number(values.seconds);
const device = new WasmDevice({ build: "relaxed" });
const random = new Random(1);
const only = values.only?.split(",");
const rows = values.quick ? [64] : values.rows.split(",").map(Number);
const results = rows.map(measureAll);
if (values.json) console.log(JSON.stringify({ ...conditions(), results }, null, 2));

interface Case {
  name: string;
  /** Operands and results of the op, in units of x. */
  reads: number;
  writes: number;
  run: () => void;
}

/** All ops over x [rows, 1024]. */
function measureAll(rows: number) {
  const bytes = 4 * rows * COLUMNS;
  const loops = new Bandwidth(bytes);
  using own = scope();
  const pattern = random.floats(1 << 16);
  const some = (shape: number[], pattern: Float32Array) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let at = 0; at < data.length; at += pattern.length) {
      data.set(pattern.subarray(0, Math.min(pattern.length, data.length - at)), at);
    }
    return tensor(data, { shape, device, scope: own });
  };
  const positive = pattern.map(Math.abs);
  const [x, y, dx] = [pattern, pattern, positive].map((values) => some([rows, COLUMNS], values));
  const [weight, bias, mean, scale] = [COLUMNS, COLUMNS, rows, rows].map((n) => some([n], pattern));
  const op = (name: string, reads: number, writes: number, make: () => Tensor): Case => ({
    name,
    reads,
    writes,
    run: () => make().dispose(),
  });
  const gradient = (name: string, kernel: Kernel, operands: Tensor[], params = [COLUMNS]): Case => ({
    name,
    reads: 2,
    writes: 1,
    run: () => device.run(kernel, operands, params, [rows]),
  });
  const cases: Case[] = [
    { name: "copy", reads: 1, writes: 1, run: () => void y.sliceSet(x) },
    op("add", 2, 1, () => x.add(y)),
    op("mul", 2, 1, () => x.mul(y)),
    op("div", 2, 1, () => x.div(y)),
    op("maximum", 2, 1, () => x.maximum(y)),
    op("pow", 2, 1, () => dx.pow(y)),
    op("remainder", 2, 1, () => x.remainder(y)),
    op("mul by a number", 1, 1, () => x.mul(0.5)),
    op("pow of a number", 1, 1, () => dx.pow(1.7)),
    ...UNARY.map((name) => op(name, 1, 1, () => (POSITIVE.includes(name) ? dx : x)[name]())), // gradients write dx later
    op("gelu (erf)", 1, 1, () => x.gelu()),
    op("gelu (tanh)", 1, 1, () => x.gelu("tanh")),
    op("clamp", 1, 1, () => x.clamp(-0.5, 0.5)),
    op("softmax", 1, 1, () => x.softmax(-1)),
    op("logSoftmax", 1, 1, () => x.logSoftmax(-1)),
    op("rmsNorm", 1, 1, () => rmsNorm(x, weight, 1e-5)),
    op("layerNorm", 1, 1, () => layerNorm(x, weight, bias, 1e-5)),
    op("groupNorm", 1, 1, () => groupNorm(x, 8, weight, bias)),
    op("sum of rows", 1, 0, () => x.sum(-1)),
    op("sum of columns", 1, 0, () => x.sum(0)),
    op("max of rows", 1, 0, () => x.max(-1)),
    op("variance of rows", 1, 0, () => x.var(-1)),
    op("norm of rows", 1, 0, () => x.norm(2, -1)),
    op("logSumExp of rows", 1, 0, () => x.logSumExp(-1)),
    op("sum of all", 1, 0, () => x.sum()),
    gradient("gelu (erf)'s", activations.gelu_erf_backward_f32, [x, y, dx]),
    gradient("gelu (tanh)'s", activations.gelu_backward_f32, [x, y, dx]),
    gradient("silu's", activations.silu_backward_f32, [x, y, dx]),
    gradient("softmax's", softmax_backward_f32, [y, x, dx]),
    gradient("layerNorm's", layer_norm_backward_f32, [x, weight, y, dx, mean, scale], [COLUMNS, 1e-5]),
  ];
  const chosen = cases.filter(({ name }) => only?.includes(name) ?? true);
  if (!values.json) console.log(`\nf32 [${rows}, ${COLUMNS}], ${bytes / 1024} KiB an operand`);
  return { rows, bytes, cases: chosen.map((each) => measure(each, loops, bytes)) };
}

/** An op and its loop in turn. */
function measure({ name, reads, writes, run }: Case, loops: Bandwidth, bytes: number) {
  const loop = writes > 0 ? () => loops.copy() : () => loops.read();
  const [least, op] = bestInTurn([loop, run], seconds);
  const loopRate = bytes * (writes > 0 ? 2 : 1) / least;
  const rate = bytes * (reads + writes) / op;
  const result = { name, gigabytes: rate / 1e9, bandwidth: loopRate / 1e9, factor: loopRate / rate };
  if (!values.json) {
    console.log(
      `  ${name.padEnd(16)} ${result.gigabytes.toFixed(1).padStart(7)} GB/s of ` +
        `${result.bandwidth.toFixed(1).padStart(6)}: ${result.factor.toFixed(2).padStart(6)} times its time`,
    );
  }
  return result;
}

/** The least seconds of each, over about `budget` seconds for each; short ones repeat within a time. */
function bestInTurn(runs: (() => void)[], budget: number): number[] {
  const repeats = runs.map((run) => {
    run();
    const start = performance.now();
    run();
    return Math.max(1, Math.floor(2 / Math.max(performance.now() - start, 1e-3)));
  });
  const least = runs.map(() => Infinity);
  const end = performance.now() + 1000 * budget * runs.length;
  for (let round = 0; round < 3 || performance.now() < end; round++) {
    runs.forEach((run, i) => {
      const from = performance.now();
      for (let n = 0; n < repeats[i]; n++) run();
      least[i] = Math.min(least[i], (performance.now() - from) / repeats[i] / 1000);
    });
  }
  return least;
}
