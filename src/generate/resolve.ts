/**
 * The check of generation options: fills the defaults and refuses what is of the wrong kind or out of range,
 * before anything is computed or allocated.
 *
 * @module
 */
import { checkKeys, type KeysOf } from "../check_keys.ts";
import { checkedNumber, invalid, type Range } from "./check.ts";
import type { GenerateOptions } from "./options.ts";

/** Bounds that the model sets. */
export interface OptionLimits {
  /** The number of tokens. */
  vocabulary: number;
  /** The most tokens that a session holds. */
  contextLength: number;
}

/**
 * Generation options, checked, with every default filled in. `repeatLastN` is 0 to the context's length, and
 * `seed` is the given one or the random one that was taken.
 */
export interface ResolvedOptions extends
  Readonly<
    Required<
      Omit<GenerateOptions, "maxTokens" | "logitBias" | "stop" | "stopIds" | "logprobs" | "signal">
    >
  > {
  /** The most tokens to write; undefined: up to the end of the context. */
  readonly maxTokens: number | undefined;
  /** What is added to the logits of single tokens. */
  readonly logitBias: ReadonlyMap<number, number>;
  /** Texts that end the answer. */
  readonly stop: readonly string[];
  /** Further token ids that end the answer. */
  readonly stopIds: ReadonlySet<number>;
  /** How many alternatives to report with each token; undefined: no log-probabilities at all. */
  readonly logprobs: number | undefined;
  /** Ends the generation early. */
  readonly signal: AbortSignal | undefined;
}

const ranges = {
  maxTokens: { from: 1, to: Number.MAX_SAFE_INTEGER, integer: true },
  temperature: { from: 0, to: 100 },
  topK: { from: 0, to: Number.MAX_SAFE_INTEGER, integer: true },
  topP: { from: 0, to: 1, above: true },
  minP: { from: 0, to: 1 },
  typicalP: { from: 0, to: 1, above: true },
  repeatPenalty: { from: 0.01, to: 100 },
  repeatLastN: { from: -1, to: Number.MAX_SAFE_INTEGER, integer: true },
  presencePenalty: { from: -2, to: 2 },
  frequencyPenalty: { from: -2, to: 2 },
  seed: { from: 0, to: Number.MAX_SAFE_INTEGER, integer: true },
  logprobs: { from: 0, to: 100, integer: true },
} as const satisfies Partial<Record<keyof GenerateOptions, Range>>;

const names: KeysOf<GenerateOptions> = {
  maxTokens: true,
  temperature: true,
  topK: true,
  topP: true,
  minP: true,
  typicalP: true,
  repeatPenalty: true,
  repeatLastN: true,
  presencePenalty: true,
  frequencyPenalty: true,
  logitBias: true,
  seed: true,
  stop: true,
  stopIds: true,
  ignoreEos: true,
  logprobs: true,
  signal: true,
  special: true,
  cacheSalt: true,
  overflow: true,
};

const BIAS_RANGE: Range = { from: -100, to: 100 };
const MAX_STOPS = 16;

/**
 * Checks the options of one generation and fills in their defaults.
 *
 * @throws {WickError} INVALID_ARGUMENT with `param`, the option's name.
 */
export function resolveOptions(options: GenerateOptions, limits: OptionLimits): ResolvedOptions {
  checkKeys("generate", options, names);
  const repeatLastN = take(options, "repeatLastN") ?? 64;
  return {
    maxTokens: take(options, "maxTokens"),
    temperature: take(options, "temperature") ?? 0.8,
    topK: take(options, "topK") ?? 40,
    topP: take(options, "topP") ?? 0.95,
    minP: take(options, "minP") ?? 0.05,
    typicalP: take(options, "typicalP") ?? 1,
    repeatPenalty: take(options, "repeatPenalty") ?? 1,
    repeatLastN: repeatLastN === -1 ? limits.contextLength : Math.min(repeatLastN, limits.contextLength),
    presencePenalty: take(options, "presencePenalty") ?? 0,
    frequencyPenalty: take(options, "frequencyPenalty") ?? 0,
    logitBias: biases(options.logitBias, limits.vocabulary),
    seed: take(options, "seed") ?? randomSeed(),
    stop: stops(options.stop),
    stopIds: ids("stopIds", options.stopIds, limits.vocabulary),
    ignoreEos: flag(options, "ignoreEos"),
    logprobs: take(options, "logprobs"),
    signal: signal(options.signal),
    special: flag(options, "special"),
    cacheSalt: salt(options.cacheSalt),
    overflow: overflow(options.overflow),
  };
}

function take(options: GenerateOptions, name: keyof typeof ranges): number | undefined {
  const value: unknown = options[name];
  return value === undefined ? undefined : checkedNumber(name, value, ranges[name]);
}

function flag(options: GenerateOptions, name: "ignoreEos" | "special"): boolean {
  const value: unknown = options[name] ?? false;
  if (typeof value !== "boolean") throw invalid(name, "true or false", value);
  return value;
}

function salt(value: unknown = ""): string {
  if (typeof value !== "string") throw invalid("cacheSalt", "a text", value);
  return value;
}

/** 53 random bits. */
function randomSeed(): number {
  const [high, low] = crypto.getRandomValues(new Uint32Array(2));
  return (high >>> 11) * 0x100000000 + low;
}

function biases(given: GenerateOptions["logitBias"], vocabulary: number): ReadonlyMap<number, number> {
  if (given === undefined) return new Map();
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    throw invalid("logitBias", "a Map or an object from token ids to numbers", given);
  }
  const entries: Iterable<[unknown, unknown]> = given instanceof Map
    ? given
    : Object.entries(given).map(([key, value]) => [/^(0|[1-9]\d*)$/.test(key) ? Number(key) : key, value]);
  const resolved = new Map<number, number>();
  for (const [key, value] of entries) {
    const id = tokenId("logitBias", key, vocabulary);
    const bias = value === -Infinity ? value : checkedNumber("logitBias", value, BIAS_RANGE, "-Infinity or ");
    resolved.set(id, bias);
  }
  return resolved;
}

function tokenId(param: string, value: unknown, vocabulary: number): number {
  return checkedNumber(param, value, { from: 0, to: vocabulary - 1, integer: true }, "given by token id, ");
}

function ids(param: string, given: unknown, vocabulary: number): ReadonlySet<number> {
  if (given === undefined) return new Set();
  if (!Array.isArray(given)) throw invalid(param, "an array of token ids", given);
  return new Set(given.map((id) => tokenId(param, id, vocabulary)));
}

function stops(given: unknown): readonly string[] {
  if (given === undefined) return [];
  const list: unknown[] = Array.isArray(given) ? given : [given];
  if (list.length > MAX_STOPS) throw invalid("stop", `at most ${MAX_STOPS} strings`, given);
  return list.map((stop) => {
    // A lone surrogate never occurs in decoded text, or only as half of a character.
    if (typeof stop === "string" && stop !== "" && stop.isWellFormed()) return stop;
    throw invalid("stop", "made of non-empty, well-formed strings", stop);
  });
}

function signal(given: unknown): AbortSignal | undefined {
  if (given === undefined || given instanceof AbortSignal) return given;
  throw invalid("signal", "an AbortSignal", given);
}

function overflow(given: unknown): "error" | "slide" {
  if (given === undefined) return "error";
  if (given === "error" || given === "slide") return given;
  throw invalid("overflow", `"error" or "slide"`, given);
}
