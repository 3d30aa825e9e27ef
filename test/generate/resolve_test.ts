import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { WickError } from "../../src/error.ts";
import { type GenerateOptions, resolveOptions } from "../../src/generate/options.ts";

const limits = { vocabulary: 40, contextLength: 128 };

/** Asserts that a value is refused, that the error names its option and that the message holds `found`. */
function refused(param: string, value: unknown, found = String(value)): void {
  throws(() => resolveOptions({ [param]: value } as GenerateOptions, limits), (error) => {
    ok(error instanceof WickError, `${param} ${String(value)}: ${error}`);
    equal(error.code, "INVALID_ARGUMENT");
    equal(error.param, param);
    ok(error.message.endsWith(`got ${found}`), error.message);
    return true;
  }, `${param} = ${String(value)} was taken`);
}

Deno.test("resolveOptions() fills in the documented defaults", () => {
  const { seed, ...rest } = resolveOptions({}, limits);
  ok(Number.isSafeInteger(seed) && seed >= 0);
  deepEqual(rest, {
    maxTokens: undefined,
    temperature: 0.8,
    topK: 40,
    topP: 0.95,
    minP: 0.05,
    typicalP: 1,
    repeatPenalty: 1,
    repeatLastN: 64,
    presencePenalty: 0,
    frequencyPenalty: 0,
    logitBias: new Map(),
    stop: [],
    stopIds: new Set(),
    ignoreEos: false,
    logprobs: undefined,
    signal: undefined,
    special: false,
    cacheSalt: "",
    overflow: "error",
  });
});

Deno.test("resolveOptions() takes a fresh random seed where none is given, and the given one otherwise", () => {
  const seeds = new Set(Array.from({ length: 8 }, () => resolveOptions({}, limits).seed));
  equal(seeds.size, 8);
  for (const seed of [0, 1, 2 ** 32, 2 ** 53 - 1]) equal(resolveOptions({ seed }, limits).seed, seed);
});

const NUMERIC: Record<string, { inside: number[]; outside: number[]; integer?: true }> = {
  maxTokens: { inside: [1, 2 ** 53 - 1], outside: [0, -1, 2 ** 53], integer: true },
  temperature: { inside: [0, 1e-300, 0.5, 100], outside: [-0.1, 100.001] },
  topK: { inside: [0, 1, 1e6], outside: [-1], integer: true },
  topP: { inside: [1e-9, 0.5, 1], outside: [0, -0.5, 1.0001] },
  minP: { inside: [0, 0.5, 1], outside: [-0.1, 1.0001] },
  typicalP: { inside: [1e-9, 1], outside: [0, 1.5] },
  repeatPenalty: { inside: [0.01, 1, 100], outside: [0, -1, 0.009, 101] },
  repeatLastN: { inside: [0, 1, 127, 128], outside: [-2], integer: true },
  presencePenalty: { inside: [-2, 0, 2], outside: [-2.1, 2.1] },
  frequencyPenalty: { inside: [-2, 0, 2], outside: [-2.1, 2.1] },
  seed: { inside: [0, 2 ** 53 - 1], outside: [-1, 2 ** 53], integer: true },
  logprobs: { inside: [0, 100], outside: [-1, 101], integer: true },
};

for (const [name, { inside, outside, integer }] of Object.entries(NUMERIC)) {
  Deno.test(`resolveOptions() keeps ${name} within its range and kind`, () => {
    for (const value of inside) {
      equal(resolveOptions({ [name]: value }, limits)[name as "topK"], value);
    }
    for (const value of [...outside, NaN, Infinity, -Infinity]) refused(name, value);
    if (integer) refused(name, 1.5);
    refused(name, "1", '"1"');
    refused(name, null);
    refused(name, true, "a value of type boolean");
    refused(name, [1], "an array of 1");
  });
}

Deno.test("resolveOptions() bounds repeatLastN by the context, which -1 stands for", () => {
  equal(resolveOptions({ repeatLastN: -1 }, limits).repeatLastN, 128);
  equal(resolveOptions({ repeatLastN: 1e9 }, limits).repeatLastN, 128);
});

Deno.test("resolveOptions() reads logit biases from a Map and from an object alike", () => {
  const expected = new Map([[0, -100], [39, 1.5], [7, -Infinity]]);
  deepEqual(resolveOptions({ logitBias: expected }, limits).logitBias, expected);
  deepEqual(
    resolveOptions({ logitBias: { 0: -100, 39: 1.5, 7: -Infinity } }, limits).logitBias,
    expected,
  );
});

Deno.test("resolveOptions() refuses logit biases for no token or beyond their range", () => {
  refused("logitBias", { 40: 1 }, "40");
  refused("logitBias", new Map([[-1, 1]]), "-1");
  refused("logitBias", new Map([[1.5, 1]]), "1.5");
  refused("logitBias", new Map([["1", 1]]), '"1"');
  refused("logitBias", { one: 1 }, '"one"');
  refused("logitBias", { "01": 1 }, '"01"');
  for (const value of [101, -101, NaN, Infinity]) refused("logitBias", { 1: value }, String(value));
  refused("logitBias", { 1: "2" }, '"2"');
  refused("logitBias", [1, 2], "an array of 2");
  refused("logitBias", null);
});

Deno.test("resolveOptions() takes one stop string or up to sixteen, none empty", () => {
  deepEqual(resolveOptions({ stop: "\n" }, limits).stop, ["\n"]);
  const sixteen = Array.from({ length: 16 }, (_, i) => `stop ${i}`);
  deepEqual(resolveOptions({ stop: sixteen }, limits).stop, sixteen);
  refused("stop", [...sixteen, "x"], "an array of 17");
  refused("stop", "", '""');
  refused("stop", ["a", ""], '""');
  refused("stop", ["a", 1], "1");
  refused("stop", null);
  refused("stop", "\udc00", '"\\udc00"');
});

Deno.test("resolveOptions() takes stop ids of the vocabulary alone", () => {
  deepEqual(resolveOptions({ stopIds: [0, 39, 0] }, limits).stopIds, new Set([0, 39]));
  refused("stopIds", [40], "40");
  refused("stopIds", [-1], "-1");
  refused("stopIds", ["1"], '"1"');
  refused("stopIds", 1, "1");
});

Deno.test("resolveOptions() refuses flags, signals and overflow of other kinds", () => {
  refused("ignoreEos", 1, "1");
  refused("special", "true", '"true"');
  refused("overflow", "wrap", '"wrap"');
  refused("signal", {}, "a value of type object");
  const { signal } = new AbortController();
  equal(resolveOptions({ signal }, limits).signal, signal);
  throws(() => resolveOptions(null as unknown as GenerateOptions, limits), { param: "options" });
});

Deno.test("resolveOptions() says option, range and value in its message", () => {
  throws(() => resolveOptions({ topP: 1.5 }, limits), {
    message: "Cannot generate with this topP: it must be a number in (0, 1], got 1.5",
  });
  throws(() => resolveOptions({ logitBias: { 40: 1 } }, limits), {
    message:
      "Cannot generate with this logitBias: it must be given by token id, an integer in [0, 39], got 40",
  });
});
