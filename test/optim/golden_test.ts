/**
 * Ten steps of every optimizer, clipping, averages and schedules against PyTorch's values in f32 and in f64
 * (test/golden/make/optim.py).
 */
import { ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import {
  type Device,
  type Gradients,
  optim,
  type Program,
  record,
  scope,
  type Tensor,
  tensor,
  WasmDevice,
} from "../../mod.ts";
import { repositoryPath } from "../shared.ts";

type Values = Record<string, number[]>;
type Options = Record<string, unknown> & { learningRate: number };
interface Golden {
  shapes: Values;
  starts: Values;
  gradients: Values[];
  cases: {
    name: string;
    optimizer: "Sgd" | "Adam" | "AdamW" | "Lion" | "Adafactor" | "Muon";
    options: Options;
    parameters: string[];
    tolerance: number;
    expected: Record<string, Values>;
    wide: Values | null;
    /** Steps, from 0 on, in which a parameter has no gradient. */
    missing?: Values;
  }[];
  groups: {
    groups: ({ parameters: string[] } & Record<string, number>)[];
    learningRate: number;
    plain: Record<string, Values>;
    linear: Record<string, Values>;
  };
  clipNorm: ({ maxNorm: number; normType: number | "inf"; wide: Clipped } & Clipped)[];
  average: { decay: number; expected: Values; wide: Values };
}
interface Clipped {
  norm: number;
  clipped: number[][];
}

/** How near f64 must come: sums and products of other orders. */
const WIDE = 1e-12;
const DTYPES = ["f32", "f64"] as const;
type Float = typeof DTYPES[number];

const read = (file: string) => JSON.parse(readFileSync(repositoryPath(`test/golden/optim/${file}`), "utf8"));
const golden: Golden = read("steps.json");

type Stepper = Disposable & { step(gradients: Gradients): void; factor: number };

function near(what: string, got: ArrayLike<number>, want: readonly number[], tolerance: number): void {
  ok(got.length === want.length, `${what} has ${got.length} elements, expected ${want.length}`);
  want.forEach((w, i) => {
    ok(Math.abs(got[i] - w) <= tolerance * (1 + Math.abs(w)), `${what}[${i}] is ${got[i]}, expected ${w}`);
  });
}

/** Numbers of f32, as they were drawn, for a tensor of a dtype. */
function elements(dtype: Float, values: readonly number[]): Float32Array | Float64Array {
  const drawn = Float32Array.from(values);
  return dtype === "f64" ? Float64Array.from(drawn) : drawn;
}

function leaves(device: Device, names: readonly string[], dtype: Float = "f32"): Record<string, Tensor> {
  const leaf = (name: string) =>
    tensor(elements(dtype, golden.starts[name]), { shape: golden.shapes[name], device }).requiresGrad();
  return Object.fromEntries(names.map((name) => [name, leaf(name)]));
}

/** A loss whose gradients are the tensors given. */
function lossOf(parameters: Record<string, Tensor>, slopes: Record<string, Tensor>): Tensor {
  return Object.entries(parameters)
    .map(([name, p]) => p.mul(slopes[name]).reshape(-1).sum(0))
    .reduce((a, b) => a.add(b));
}

/** How steps are taken: one by one, by replays, or one by one with what has no gradient frozen in place of left out. */
type Way = "eager" | "recorded" | "frozen";

/** Ten steps, and what they should give. */
async function tenSteps(
  device: Device,
  parameters: Record<string, Tensor>,
  optimizer: Stepper,
  expected: Record<string, Values>,
  options: { way: Way; tolerance?: number; factor?: (step: number) => number; missing?: Values },
): Promise<void> {
  using own = scope();
  const { way, tolerance = 1e-5, factor, missing = {} } = options;
  const slopes = Object.fromEntries(
    Object.entries(parameters).map(([name, { shape, size, dtype }]) =>
      [name, tensor(elements(dtype as Float, Array(size).fill(0)), { shape, device, scope: own })] as const
    ),
  );
  const once = (names: readonly string[]) => {
    const loss = lossOf(Object.fromEntries(names.map((name) => [name, parameters[name]])), slopes);
    optimizer.step(loss.backward());
    return loss;
  };
  const programs = new Map<string, Program>();
  for (let step = 0; step < 10; step++) {
    for (const [name, slope] of Object.entries(slopes)) {
      slope.write(elements(slope.dtype as Float, golden.gradients[step][name]));
    }
    if (factor) optimizer.factor = factor(step);
    const all = Object.keys(parameters), given = all.filter((name) => !missing[name]?.includes(step));
    if (way === "frozen") { for (const name of all) parameters[name].requiresGrad(given.includes(name)); }
    if (way !== "recorded") once(way === "frozen" ? all : given);
    else {
      const program = programs.get(`${given}`) ?? own.own(record(device, () => once(given)));
      programs.set(`${given}`, program);
      program.run();
    }
    for (const [name, want] of Object.entries(expected[step + 1] ?? {})) {
      near(`${name} after step ${step + 1}`, await parameters[name].data(), want, tolerance);
    }
  }
}

for (const way of ["eager", "recorded", "frozen"] as const) {
  for (
    const { name, optimizer: kind, options, parameters: names, tolerance, expected, wide, missing } of golden
      .cases
  ) {
    if (way === "frozen" && !missing) continue;
    for (const dtype of wide ? DTYPES : ["f32"] as const) {
      Deno.test(`ten ${way} steps of ${name} in ${dtype} equal PyTorch's`, async () => {
        using device = new WasmDevice();
        const parameters = leaves(device, names, dtype);
        using optimizer: Stepper = new optim[kind](Object.values(parameters), options);
        const goal = dtype === "f64" ? { 10: wide! } : expected;
        await tenSteps(device, parameters, optimizer, goal, {
          way,
          missing,
          tolerance: dtype === "f64" ? WIDE : tolerance,
        });
      });
    }
  }
}

for (const schedule of ["plain", "linear"] as const) {
  Deno.test(`ten steps of groups with a ${schedule} rate equal PyTorch's`, async () => {
    using device = new WasmDevice();
    const { groups, learningRate } = golden.groups;
    const parameters = leaves(device, Object.keys(golden.shapes));
    const own = groups.map(({ parameters: names, ...rest }) => ({
      ...rest,
      parameters: names.map((n) => parameters[n]),
    }));
    using optimizer = new optim.AdamW(own, { learningRate });
    const factor = schedule === "linear" ? optim.schedule.linear(10) : undefined;
    await tenSteps(device, parameters, optimizer, golden.groups[schedule], { way: "eager", factor });
  });
}

for (const { maxNorm, normType, wide, ...narrow } of golden.clipNorm) {
  for (const dtype of DTYPES) {
    Deno.test(`gradients of ${dtype} clipped to norm ${maxNorm} of type ${normType} equal PyTorch's`, async () => {
      using device = new WasmDevice();
      using own = scope();
      const names = Object.keys(golden.shapes);
      const parameters = leaves(device, names, dtype);
      const slopes = Object.fromEntries(names.map((name) => {
        const values = elements(dtype, golden.gradients[0][name]);
        return [name, tensor(values, { shape: golden.shapes[name], device, scope: own })];
      }));
      const gradients = lossOf(parameters, slopes).backward();
      const total = optim.clipGradNorm(gradients, maxNorm, normType === "inf" ? Infinity : normType);
      const [{ norm, clipped }, tolerance] = dtype === "f64" ? [wide, WIDE] : [narrow, 1e-5];
      near("the norm", [await total.item()], [norm], tolerance);
      for (const [i, name] of names.entries()) {
        near(name, await gradients.get(parameters[name]).data(), clipped[i], tolerance);
      }
    });
  }
}

for (const dtype of DTYPES) {
  Deno.test(`a moving average of ${dtype} equals PyTorch's`, async () => {
    using device = new WasmDevice();
    const { decay, expected, wide } = golden.average;
    const parameters = leaves(device, Object.keys(golden.shapes), dtype);
    using average = new optim.ExponentialMovingAverage(Object.values(parameters), { decay });
    for (const step of golden.gradients) {
      for (const [name, p] of Object.entries(parameters)) p.write(elements(dtype, step[name]));
      average.update();
    }
    const [goal, tolerance] = dtype === "f64" ? [wide, WIDE] : [expected, 1e-5];
    for (const [i, [name, want]] of Object.entries(goal).entries()) {
      near(name, await average.averages[i].data(), want, tolerance);
    }
  });
}

const { constant, cosine, linear, oneCycle, warmUp } = optim.schedule;
const curves: Record<string, optim.schedule.Schedule> = {
  "constant": constant(),
  "linear 10": linear(10),
  "linear 7 from 0.25 to 0.75": linear(7, 0.25, 0.75),
  "cosine 12": cosine(12),
  "cosine 9 to 0.1": cosine(9, 0.1),
  "one cycle 20": oneCycle(20),
  "one cycle 33 with other options": oneCycle(33, { rise: 0.25, divide: 10, finalDivide: 100 }),
  "warm-up 4, then constant": warmUp(4),
  "warm-up 5, then linear 8 to 0.1": warmUp(5, linear(8, 1, 0.1)),
  "warm-up 3, then cosine 10": warmUp(3, cosine(10)),
};
const wanted: Record<string, number[]> = read("schedules.json").curves;

for (const [name, values] of Object.entries(wanted)) {
  Deno.test(`rates of ${name} equal PyTorch's`, () => {
    near("the factor", values.map((_, step) => curves[name](step)), values, 1e-6);
  });
}
