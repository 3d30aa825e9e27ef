/**
 * The sampling fields that chat and completion requests share: OpenAI's names, and those that other servers use
 * for what OpenAI lacks.
 *
 * @module
 */
import type { GenerateOptions } from "../generate/options.ts";
import {
  boolean,
  integer,
  type Json,
  list,
  number,
  object,
  optional,
  type Reader,
  refuse,
  string,
} from "./fields.ts";
import type { Limits } from "./settings.ts";

/** The longest stop string in UTF-16 units: as much text as this may be held back at any time. */
const STOP_LENGTH = 256;

/** A field's name, the option that it sets, and its reader. */
type Row = { [K in keyof GenerateOptions]-?: [string, K, Reader<GenerateOptions[K]>] }[keyof GenerateOptions];

/** Reads the sampling fields of a body. */
export function samplingOptions(body: Json, limits: Limits): GenerateOptions {
  const options: Record<string, unknown> = {};
  for (const [field, option, read] of rows(limits)) {
    const value = optional<unknown>(body, field, read);
    if (value !== undefined) options[option] = value;
  }
  return options;
}

/** The names of all sampling fields. */
export function samplingFields(limits: Limits): string[] {
  return rows(limits).map(([field]) => field);
}

/** Where two rows set one option the later wins. */
function rows(limits: Limits): Row[] {
  return [
    ["max_tokens", "maxTokens", most],
    ["max_completion_tokens", "maxTokens", most],
    ["temperature", "temperature", number(0, 100)],
    ["top_k", "topK", integer(0, Number.MAX_SAFE_INTEGER)],
    ["top_p", "topP", share],
    ["min_p", "minP", number(0, 1)],
    ["typical_p", "typicalP", number(0, 1, "open")],
    ["repeat_penalty", "repeatPenalty", number(0, 100, "open")],
    ["repetition_penalty", "repeatPenalty", number(0, 100, "open")],
    ["repeat_last_n", "repeatLastN", integer(-1, Number.MAX_SAFE_INTEGER)],
    ["presence_penalty", "presencePenalty", number(-2, 2)],
    ["frequency_penalty", "frequencyPenalty", number(-2, 2)],
    ["logit_bias", "logitBias", logitBias],
    ["seed", "seed", seed],
    ["stop", "stop", stops(Math.min(limits.stops, 16))],
    ["stop_token_ids", "stopIds", list(integer(0, Number.MAX_SAFE_INTEGER), 16)],
    ["ignore_eos", "ignoreEos", boolean],
  ];
}

/** Tokens to write; -1 is as many as there is room for. More than the server allows are cut, not refused. */
const most: Reader<number | undefined> = (value, param) =>
  value === -1 ? undefined : integer(1, Number.MAX_SAFE_INTEGER)(value, param);

/** Of 0 the best token alone is left: the least share that the option takes does the same. */
const share: Reader<number> = (value, param) => Math.max(number(0, 1)(value, param), Number.MIN_VALUE);

/** Any integer of 64 bits; its low 53 bits, as JSON's numbers have no more, are the option's. */
const seed: Reader<number> = (value, param) => {
  const whole = typeof value === "number" && Number.isInteger(value) && Math.abs(value) <= 2 ** 64;
  if (!whole) refuse(param, "it must be an integer of 64 bits", value);
  return Number(BigInt.asUintN(53, BigInt(value as number)));
};

function logitBias(value: unknown, param: string): Record<number, number> {
  const bias: Record<number, number> = {};
  for (const [id, amount] of Object.entries(object(value, param))) {
    if (!/^\d{1,9}$/.test(id)) refuse(param, "its keys must be token ids", id);
    bias[Number(id)] = number(-100, 100)(amount, `${param}.${id}`);
  }
  return bias;
}

function stops(most: number): Reader<string[]> {
  const one: Reader<string> = (value, param) => {
    const text = string(value, param);
    const fits = text.length > 0 && text.length <= STOP_LENGTH;
    return fits ? text : refuse(param, `it must have 1 to ${STOP_LENGTH} characters`, value);
  };
  return (value, param) => typeof value === "string" ? [one(value, param)] : list(one, most)(value, param);
}
