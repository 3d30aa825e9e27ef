/**
 * What an eager op costs beside its arithmetic, on tensors of 16 values, and whether training keeps memory:
 * `deno run -A bench/eager.ts [--quick] [--json]`
 *
 * A time is that of the call and of disposing its result, the best of many runs of thousands; "with tape" has one
 * operand that requires a gradient, so that the op is remembered as well. Memory is what is live, and what the
 * device holds of its runtime, after 1000 steps of an MLP against after ten.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { crossEntropy, nn, optim, record, scope, type Tensor, tensor, WasmDevice } from "../mod.ts";
import { Random } from "../test/random.ts";
import { conditions } from "./machine.ts";

const { values } = parseArgs({
  options: { quick: { type: "boolean", default: false }, json: { type: "boolean", default: false } },
});
const say = (line: string) => values.json || console.log(line);
const [calls, rounds] = values.quick ? [200, 3] : [5000, 40];
const steps = values.quick ? 50 : 1000;
const random = new Random(1);

const ops = measureOps();
const memory = [await measureMemory("eager"), await measureMemory("recorded")];
if (values.json) console.log(JSON.stringify({ ...conditions(), ops, memory }, null, 2));

/** Microseconds of each op, without and with a tape. */
function measureOps() {
  const device = new WasmDevice({ build: "relaxed" });
  const some = (...shape: number[]) => tensor(random.floats(16), { shape, device });
  const [x, y, square, other] = [some(16), some(16), some(4, 4), some(4, 4)];
  const row = tensor(random.floats(4), { device });
  const [leaf, leafSquare] = [some(16).requiresGrad(), some(4, 4).requiresGrad()];
  const cases: [string, Tensor, (x: Tensor) => Tensor][] = [
    ["add", x, (x) => x.add(y)],
    ["mul", x, (x) => x.mul(y)],
    ["mul by a number", x, (x) => x.mul(2)],
    ["relu", x, (x) => x.relu()],
    ["exp", x, (x) => x.exp()],
    ["matmul 4 x 4", square, (x) => x.matmul(other)],
    ["sum of all", x, (x) => x.sum()],
    ["sum of rows", square, (x) => x.sum(-1)],
    ["softmax", square, (x) => x.softmax(-1)],
    ["add, broadcast", square, (x) => x.add(row)],
    ["reshape", x, (x) => x.reshape(4, 4)],
    ["transpose", square, (x) => x.t()],
    ["narrow", x, (x) => x.narrow(0, 4, 8)],
  ];
  say("16 values an operand        us   with tape");
  return cases.map(([name, operand, op]) => {
    const taped = operand === x ? leaf : leafSquare;
    const [plain, tape] = bestInTurn([() => op(operand).dispose(), () => op(taped).dispose()]);
    say(`${name.padEnd(20)} ${plain.toFixed(2).padStart(9)} ${tape.toFixed(2).padStart(11)}`);
    return { name, microseconds: plain, withTape: tape };
  });
}

/** The least microseconds a call of each, in turn. */
function bestInTurn(runs: (() => void)[]): number[] {
  const least = runs.map(() => Infinity);
  for (let round = 0; round < rounds; round++) {
    runs.forEach((run, i) => {
      const start = performance.now();
      for (let n = 0; n < calls; n++) run();
      least[i] = Math.min(least[i], 1000 * (performance.now() - start) / calls);
    });
  }
  return least;
}

/** Bytes after ten steps of training and after many. */
async function measureMemory(mode: "eager" | "recorded") {
  using device = new WasmDevice({ build: "relaxed" });
  const net = new nn.Sequential(new nn.Linear(784, 256), new nn.Relu(), new nn.Linear(256, 10));
  using model = net.init(1, device);
  using optimizer = new optim.AdamW(model.parameters(), { learningRate: 1e-3 });
  using x = tensor(random.floats(64 * 784), { shape: [64, 784], device });
  using y = tensor(random.ints(64, 0, 9), { device });
  const step = (inputs: Tensor) => {
    const loss = crossEntropy(model.forward(inputs), y);
    optimizer.step(loss.backward());
    return loss;
  };
  using program = mode === "recorded" ? record(device, () => step(x)) : undefined;
  const once = async () => {
    using own = scope();
    if (program) {
      program.run();
      await program.outputs[0].item();
    } else await step(x.alias(x.shape, { scope: own })).item();
  };
  const bytes = () => ({ live: device.live().bytes, memory: device.bytes.length });
  for (let i = 0; i < 10; i++) await once();
  const few = bytes();
  for (let i = 10; i < steps; i++) await once();
  const many = bytes();
  say(
    `${mode} training: ${few.live} bytes live after 10 steps, ${many.live} after ${steps} ` +
      `(${few.memory} and ${many.memory} of WASM memory)`,
  );
  return { mode, steps, few, many };
}
