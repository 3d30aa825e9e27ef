/**
 * Every op of the op table has goldens of PyTorch: values, gradients, odd extents, inputs that are laid out in several
 * ways, NaN and infinities, and every dtype that it takes; every layer, first value, optimizer and schedule has some. What
 * has none says why.
 */
import { deepEqual, ok } from "node:assert/strict";
import { readdirSync } from "node:fs";
import { readGolden } from "../golden_file.ts";
import { type Entry, entries } from "../ops/entries.ts";
import { DTYPES } from "../ops/examine.ts";
import { modules } from "../ops/modules.ts";
import { outcome, rowsIn, startOf } from "../ops/trace.ts";
import { repositoryPath } from "../shared.ts";

/** A case, as the scripts write them. */
interface Case {
  readonly op: string;
  readonly inputs: { readonly dtype?: string; readonly shape: number[]; readonly data: (number | string)[] }[];
  readonly gradients?: (unknown[] | null)[];
  readonly dense?: number[];
}

/** Of dtypes: those with values, and those that PyTorch refuses. */
interface InDtypes extends Case {
  readonly expected: { readonly dtypes: string[] }[];
  readonly refused?: string[];
}

/** What a golden may be of. */
type Aspect = "values" | "gradients" | "odd extents" | "layouts" | "NaN" | "dtypes";

const folder = repositoryPath("test/golden/ops");
const cases = readdirSync(folder).flatMap((file) => readGolden<{ cases: Case[] }>(`ops/${file}`).cases);
const inDtypes = readGolden<{ cases: InDtypes[] }>("dtypes.json").cases;
const all = Map.groupBy(cases, ({ op }) => op);
const typed = Map.groupBy(inDtypes, ({ op }) => op);

const random = "drawn from Wick's own generator: test/tensor/random_test.ts holds it to its distribution";
const first = "drawn from Wick's own generator: test/nn/module_test.ts holds it to its bounds and deviation";
const unwritten = "its elements are whatever was there: test/tensor/filled_test.ts holds its shape, dtype and device";
const layer = "a layer: in test/golden/layers";

/** Why there is none, by op; what says it of values says it of all. */
const without: Readonly<Record<string, Partial<Record<Aspect, string>>>> = {
  tensor: { values: "the host's numbers as they are" },
  empty: { values: unwritten },
  emptyLike: { values: unwritten },
  to: { values: "test/golden/casts.json has every pair of dtypes" },
  rand: { values: random },
  randn: { values: random },
  randint: { values: random },
  bernoulli: { values: random },
  dropout: { values: `${random}; the layer of rate 0, and in inference, in test/golden/layers` },
  Swiglu: { values: layer },
  Geglu: { values: layer },
};

/** Why a layer, first value, optimizer or schedule has none. */
const withoutModules: Readonly<Record<string, string>> = {
  "nn.SharedInput": "prepares a linear layer's input: test/models holds the network to its reference",
  "nn.OneRow": "a matrix read by rows as the network that shares it: no layer in PyTorch",
  "nn.KvCache": "memory, not a function: test/nn/attention_test.ts holds steps to the whole",
  "nn.LayerCache": "memory, not a function: test/nn/attention_test.ts holds steps to the whole",
  "nn.Sequential": "calls others in order",
  "nn.Func": "calls what it is given",
  "nn.Module": "holds parameters",
  "nn.Parameter": "holds values",
  "nn.Buffer": "holds values",
  "nn.Weights": "names values",
  "nn.splitProjections": "loads the goldens of MultiHeadAttention",
  "nn.init.fans": first,
  "nn.init.xavierUniform": first,
  "nn.init.xavierNormal": first,
  "nn.init.kaimingUniform": first,
  "nn.init.kaimingNormal": first,
  "nn.init.truncatedNormal": first,
  "nn.init.orthogonal": first,
  "nn.init.uniform": first,
  "nn.init.normal": first,
  "nn.init.constant": "one value",
  "optim.Optimizer": "what the others extend",
  "optim.clipGradValue": "test/optim/resume_test.ts: elements beyond a bound are the bound",
};

/** Whether a case, of those of an op, is of an aspect. */
const has: Record<Exclude<Aspect, "dtypes">, (given: Case) => boolean> = {
  values: () => true,
  gradients: ({ gradients }) => gradients?.some((g) => g) ?? false,
  "odd extents": ({ inputs }) => inputs.some(({ shape }) => shape.some((n) => n > 1 && n % 2 === 1)),
  layouts: ({ inputs, dense = [] }) =>
    inputs.some(({ dtype, data }, i) => dtype === "f32" && data.length > 1 && !dense.includes(i)),
  NaN: ({ inputs }) => inputs.some(({ data }) => data.some((v) => typeof v === "string")),
};

const isFloat = (call: Entry["calls"][number]) => startOf(call).some((v) => v !== null);

/** Whether an op is one that can have an aspect. */
async function asks(aspect: Aspect, { calls }: Entry): Promise<boolean> {
  if (aspect === "values") return true;
  if (aspect !== "gradients") return calls.some(isFloat);
  for (const call of calls) {
    for (const [input, v] of startOf(call).entries()) {
      if (v && await outcome(call, input) === "gradient") return true;
    }
  }
  return false;
}

/** Dtypes that an op takes and no golden is of. */
async function missingDtypes(name: string, { calls }: Entry): Promise<string[]> {
  const own = typed.get(name) ?? [];
  const known = new Set(own.flatMap(({ expected, refused = [] }) => [...expected.flatMap((e) => e.dtypes), ...refused]));
  const missing: string[] = [];
  for (const dtype of DTYPES) {
    if (dtype === "f32" || dtype === "f8e4m3" || known.has(dtype)) continue; // f8e4m3: test/golden/casts.json
    for (const call of calls.filter(isFloat)) if (await rowsIn(call, dtype)) missing.push(dtype);
  }
  return [...new Set(missing)];
}

Deno.test("every op has a golden of each kind, or a reason for none", async () => {
  const found: string[] = [];
  const unneeded: string[] = [];
  const tell = (name: string, aspect: Aspect, missing: string | undefined) => {
    const reason = without[name]?.[aspect] ?? without[name]?.values;
    if (missing && !reason) found.push(`${name}: ${missing}`);
    if (!missing && without[name]?.[aspect]) unneeded.push(`${name}: ${aspect}`);
  };
  for (const [key, entry] of Object.entries(entries)) {
    const name = key.replace(/^(Tensor|nn)\./, "");
    for (const [aspect, is] of Object.entries(has) as [keyof typeof has, (given: Case) => boolean][]) {
      const missing = !all.get(name)?.some(is) && await asks(aspect, entry);
      tell(name, aspect, missing ? `no golden of ${aspect}` : undefined);
    }
    const dtypes = await missingDtypes(name, entry);
    tell(name, "dtypes", dtypes.length > 0 ? `no golden in ${dtypes}` : undefined);
  }
  ok(found.length === 0, `write goldens, or say why there are none:\n${found.join("\n")}`);
  ok(unneeded.length === 0, `there is a golden, the reason can go:\n${unneeded.join("\n")}`);
});

Deno.test("every layer, first value, optimizer and schedule has a golden, or a reason for none", () => {
  const { cases: layers } = readGolden<{ cases: { layer: string }[] }>("layers/layers.json");
  const steps = readGolden<{ cases: { optimizer: string }[] }>("optim/steps.json");
  const { curves } = readGolden<{ curves: object }>("optim/schedules.json");
  const titles = Object.keys(curves).join(" ").replaceAll("one cycle", "oneCycle").replaceAll("warm-up", "warmUp");
  const named = new Set([
    ...layers.map(({ layer }) => `nn.${layer}`),
    ...steps.cases.map(({ optimizer }) => `optim.${optimizer}`),
    ...titles.split(" ").map((name) => `optim.schedule.${name}`),
    ...("clipNorm" in steps ? ["optim.clipGradNorm"] : []),
    ...("average" in steps ? ["optim.ExponentialMovingAverage"] : []),
  ]);
  const names = Object.keys(modules);
  deepEqual(names.filter((name) => !named.has(name) && !(name in withoutModules)), [], "no golden and no reason");
  deepEqual(Object.keys(withoutModules).filter((name) => named.has(name) || !names.includes(name)), [], "no need");
});
