/**
 * What a server may be told: its models, who may ask, how much at once and how much per request.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { LanguageModel } from "../generate/contract.ts";

/** Opens a model when the first request needs it. `env` is what the runtime hands a request (a Worker's bindings). */
export type ModelFactory<Env extends object> = (env: Env) => LanguageModel | Promise<LanguageModel>;

/** Bounds of one request; beyond the first it is refused with 413, beyond any other with 400. */
export interface Limits {
  /** Bytes of a request's body [2,000,000]. */
  bodyBytes: number;
  /** Tokens of a prompt [what the model's context holds]. */
  promptTokens: number;
  /** Tokens of an answer [what the model's context holds]. */
  maxTokens: number;
  /** Answers to one request: prompts times `n` [4]. */
  choices: number;
  /** Stop strings [4; at most 16]. */
  stops: number;
  /** Alternatives reported with each token [20; at most 100]. */
  topLogprobs: number;
  /** Seconds after which a client that has stopped reading its stream loses its place [20: a Worker lives 30 s after its client]. */
  stallSeconds: number;
}

/** Options of {@linkcode wick}. */
export interface ServeOptions<Env extends object = Record<string, unknown>> {
  /** The models by the name that clients ask for: loaded ones (they stay the caller's) or factories. */
  models: Readonly<Record<string, LanguageModel | ModelFactory<Env>>>;
  /** Keys, one of which every request under /v1 must carry as a bearer token [none: open to all]. */
  apiKeys?: readonly string[] | ((env: Env) => readonly string[]);
  /** Generations that may run at once [1]. */
  parallel?: number;
  /** Requests that may wait for their turn; one more gets 429 [32]. */
  queue?: number;
  /** Origins whose pages may call the server, "*" for all [none]. */
  cors?: string | readonly string[];
  /** Bounds of one request. */
  limits?: Partial<Limits>;
  /** Told of every failure that is the server's own fault [console.error]. */
  onError?: (error: unknown, requestId: string) => void;
}

const DEFAULTS: Limits = {
  bodyBytes: 2_000_000,
  promptTokens: Infinity,
  maxTokens: Infinity,
  choices: 4,
  stops: 4,
  topLogprobs: 20,
  stallSeconds: 20,
};

/** The options with every default filled in. */
export type Settings<Env extends object> =
  & Required<Omit<ServeOptions<Env>, "apiKeys" | "cors" | "limits">>
  & Pick<ServeOptions<Env>, "apiKeys" | "cors">
  & { limits: Limits };

/** Fills the defaults in; throws INVALID_ARGUMENT for what can't be served. */
export function settle<Env extends object>(options: ServeOptions<Env>): Settings<Env> {
  const { models, parallel = 1, queue = 32, apiKeys, cors, onError = report } = options;
  if (Object.keys(models).length === 0) refuse("models", "at least one is needed", 0);
  whole("parallel", parallel, 1);
  whole("queue", queue, 0);
  if (typeof apiKeys !== "function") checkKeys(apiKeys);
  const limits = { ...DEFAULTS, ...options.limits };
  for (const [name, value] of Object.entries(limits)) {
    if (!(value > 0)) refuse(`limits.${name}`, "it must be positive", value);
  }
  return { models, parallel, queue, apiKeys, cors, onError, limits };
}

/** An unset environment variable must close the server, never open it. */
export function checkKeys(keys: readonly string[] | undefined): void {
  if (keys === undefined) return;
  if (keys.length === 0) {
    refuse("apiKeys", "at least one is needed (leave the option out to open the server)", 0);
  }
  for (const key of keys) {
    if (typeof key !== "string" || key === "") {
      refuse("apiKeys", "keys are texts that are not empty", typeof key);
    }
  }
}

function whole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    refuse(name, `it must be a whole number from ${least} on`, value);
  }
}

function refuse(name: string, requirement: string, value: unknown): never {
  throw new WickError("INVALID_ARGUMENT", `Cannot serve with '${name}': ${requirement}, got ${value}`, {
    param: name,
  });
}

function report(error: unknown, requestId: string): void {
  console.error(`wick: request ${requestId} failed:`, error);
}
