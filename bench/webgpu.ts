/**
 * What the WebGPU device does on this machine's GPU: products, kernels bound by memory, the cost of a call, and a
 * training step.
 *
 * `deno run -A bench/webgpu.ts [--small] [--json] [--out FILE]`; --small is for a GPU of software.
 *
 * @module
 */
import { parseArgs } from "node:util";
import {
  crossEntropy,
  type Device,
  Generator,
  noGrad,
  openDevice,
  optim,
  type Program,
  randn,
  record,
  type Scope,
  scope,
  type Tensor,
  tensor,
  WasmDevice,
} from "../mod.ts";

/** A measured line. */
interface Line {
  what: string;
  /** Of one run. */
  microseconds: number;
  /** In `unit`. */
  rate: number;
  unit: "GFLOP/s" | "GB/s" | "calls/s" | "steps/s";
}

const { values: args } = parseArgs({
  options: {
    small: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    out: { type: "string" },
  },
});
/** Milliseconds that one measurement lasts. */
const LONG = args.small ? 100 : 700;
const lines: Line[] = [];

const device = await openDevice("webgpu");
const fence = tensor([0], { device });
for (const size of args.small ? [32, 64] : [1024, 2048, 4096]) await products(size);
for (const size of args.small ? [2 ** 14] : [2 ** 22, 2 ** 26]) await streams(size);
await calls();
for (const batch of args.small ? [8] : [64, 1024]) await trainingSteps(batch);

const report = { gpu: device.build, deno: Deno.version.deno, small: args.small, lines };
if (args.out !== undefined) Deno.writeTextFileSync(args.out, JSON.stringify(report, null, 2) + "\n");
if (args.json) console.log(JSON.stringify(report));
else show();

/** Square f32 products, also of a turned operand; checked on a few elements against float64. */
async function products(size: number): Promise<void> {
  using own = scope();
  const [a, b] = [normal([size, size], own), normal([size, size], own)];
  for (const [what, right] of [["A B", b], ["A B^T", b.t()]] as const) {
    const product = () => a.matmul(right);
    await checkProduct(a, right, product());
    await measured(`matmul ${size} ${what}`, 2 * size ** 3, "GFLOP/s", product);
  }
}

/** Throws where y's corner is not that of a b: no speed of wrong numbers. */
async function checkProduct(a: Tensor, b: Tensor, y: Tensor): Promise<void> {
  const [K, N] = b.shape;
  const [row, column, corner] = await Promise.all([
    a.narrow(0, a.shape[0] - 1, 1).data(),
    b.narrow(1, N - 1, 1).data(),
    y.narrow(0, a.shape[0] - 1, 1).narrow(1, N - 1, 1).item(),
  ]);
  const wanted = Array.from(row).reduce((sum, v, k) => sum + v * column[k], 0);
  if (!(Math.abs(corner - wanted) <= 1e-5 * K)) throw new Error(`matmul gives ${corner}, not ${wanted}`);
  y.dispose();
}

/** Kernels bound by memory: bytes read and written once each. */
async function streams(size: number): Promise<void> {
  using own = scope();
  const [x, other] = [0, 1].map(() => normal([size / 1024, 1024], own));
  const w = normal([1024], own);
  const each = 4 * size;
  const kernels: [string, number, () => Tensor][] = [
    ["add", 3 * each, () => x.add(other)],
    ["add a row", 2 * each, () => x.add(w)],
    ["gelu", 2 * each, () => x.gelu()],
    ["softmax", 2 * each, () => x.softmax(-1)],
    ["sum of rows", each, () => x.sum(-1)],
    ["transpose", 2 * each, () => x.t().contiguous()],
  ];
  for (const [name, bytes, run] of kernels) await measured(`${name} ${size / 1024}x1024`, bytes, "GB/s", run);
}

/** A call that does almost nothing, eagerly and recorded: what is left is its cost. */
async function calls(): Promise<void> {
  using own = scope();
  const x = normal([16], own);
  await measured("an eager call", 1, "calls/s", () => x.add(1));
  const count = 256;
  using program = record(device, () => {
    let y: Tensor = x;
    for (let i = 0; i < count; i++) y = y.neg();
    return y;
  });
  await measured("a replayed call", 1, "calls/s", () => program.run(), count);
  const start = performance.now();
  const reads = args.small ? 10 : 200;
  for (let i = 0; i < reads; i++) await x.data();
  add("a read of 16 elements", (performance.now() - start) / reads * 1000, 1, "calls/s");
}

/** A step of an MLP 784-256-10 with AdamW, recorded; its loss must be that of WASM. */
async function trainingSteps(batch: number): Promise<void> {
  using own = scope();
  const { program, optimizer } = mlp(device, batch, own);
  using _step = program;
  using _state = optimizer;
  const step = () => {
    optimizer.advance();
    program.run();
  };
  step();
  await compareLoss(batch, await program.outputs[0].item());
  await measured(`MLP 784-256-10, batch ${batch}: ${program.calls} calls`, 1, "steps/s", step);
}

async function compareLoss(batch: number, got: number): Promise<void> {
  using cpu = new WasmDevice();
  using own = scope();
  const { program } = mlp(cpu, batch, own);
  program.run();
  const wanted = await program.outputs[0].item();
  if (!(Math.abs(got - wanted) <= 1e-4 * wanted)) throw new Error(`the loss is ${got}, on WASM ${wanted}`);
}

function normal(shape: number[], own: Scope): Tensor {
  return randn(shape, { device, scope: own, generator: new Generator(lines.length) });
}

function mlp(on: Device, batch: number, own: Scope): { program: Program; optimizer: optim.AdamW } {
  const generator = new Generator(7);
  const make = (shape: number[], deviation: number) => {
    const values = generator.normal(shape.reduce((a, b) => a * b, 1), 0, deviation);
    return tensor(values, { shape, device: on, scope: own });
  };
  const x = make([batch, 784], 1);
  const labels = tensor(generator.integers(batch, 0, 10), { device: on, scope: own });
  const parameters = [make([784, 256], 0.05), make([1, 256], 0), make([256, 10], 0.1), make([1, 10], 0)];
  const [w1, b1, w2, b2] = parameters.map((p) => p.requiresGrad());
  const optimizer = new optim.AdamW(parameters, { learningRate: 1e-3 });
  const program = record(on, () => {
    const loss = crossEntropy(x.matmul(w1).add(b1).relu().matmul(w2).add(b2), labels);
    optimizer.step(loss.backward());
    return loss;
  });
  return { program, optimizer };
}

/** Runs again and again, for as long as a measurement lasts; each run counts as `runs` of `amount`. */
async function measured(
  what: string,
  amount: number,
  unit: Line["unit"],
  run: () => Tensor | void,
  runs = 1,
): Promise<void> {
  const some = async (times: number) => {
    const start = performance.now();
    for (let i = 0; i < times; i++) noGrad(run)?.dispose();
    await fence.item(); // answers after all that was called before
    return performance.now() - start;
  };
  await some(2); // compiles
  let times = 1;
  let spent = await some(times);
  while (spent < LONG / 4) spent = await some(times *= 2);
  spent = Math.min(await some(times), await some(times), spent);
  add(what, 1000 * spent / times / runs, amount, unit);
}

/** `amount` (operations, bytes, or 1) in so many microseconds. */
function add(what: string, microseconds: number, amount: number, unit: Line["unit"]): void {
  const perSecond = amount / microseconds * 1e6;
  lines.push({ what, microseconds, rate: unit.startsWith("G") ? perSecond / 1e9 : perSecond, unit });
}

function show(): void {
  console.log(`${report.gpu}, Deno ${report.deno}`);
  for (const { what, microseconds, rate, unit } of lines) {
    console.log(
      `${what.padEnd(44)}${microseconds.toFixed(1).padStart(12)} us ${rate.toFixed(1).padStart(12)} ${unit}`,
    );
  }
}
