/**
 * A request for text, read from its body: what chat and completions have in common, and the refusal of every
 * field that this server does not know or can't honour.
 *
 * @module
 */
import type { Prompt } from "../generate/contract.ts";
import type { GenerateOptions } from "../generate/options.ts";
import { HttpError } from "./failure.ts";
import { boolean, integer, type Json, object, optional, required, string } from "./fields.ts";
import { samplingFields, samplingOptions } from "./sampling.ts";
import type { Limits } from "./settings.ts";

/** What is to be generated, and how it is to be sent. */
export interface TextRequest {
  model: string;
  prompts: readonly Prompt[];
  /** Answers to each prompt. */
  copies: number;
  options: GenerateOptions;
  stream: boolean;
  /** Whether a stream ends with a usage chunk. */
  includeUsage: boolean;
  /** Whether the answer begins with the prompt's text. */
  echo: boolean;
  /** Fields that were taken and are not honoured, as they change nothing about the text. */
  ignored: readonly string[];
}

/** A field that must hold one harmless value, where it is set at all. */
export type Fixed = Readonly<Record<string, readonly unknown[]>>;

const COMMON = ["model", "stream", "stream_options", "n"];
/** Fields that change nothing about the text; they are taken, and named in the answer's `x-ignored-fields`. */
const IGNORED = [
  "store",
  "metadata",
  "user",
  "service_tier",
  "parallel_tool_calls",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
];

/** Reads the fields that chat and completions share. */
export function common(body: Json, limits: Limits): Omit<TextRequest, "prompts" | "echo"> {
  const copies = optional(body, "n", integer(1, limits.choices)) ?? 1;
  const streamOptions = optional(body, "stream_options", object) ?? {};
  const includeUsage = optional(streamOptions, "include_usage", boolean) ?? false;
  return {
    model: required(body, "model", string),
    copies,
    options: samplingOptions(body, limits),
    stream: optional(body, "stream", boolean) ?? false,
    includeUsage,
    ignored: IGNORED.filter((field) => body[field] !== undefined && body[field] !== null),
  };
}

/** Throws for a field that is neither common nor among `own`, or that asks for what `fixed` does not allow. */
export function refuseUnsupported(body: Json, own: readonly string[], fixed: Fixed, limits: Limits): void {
  const known = new Set([...COMMON, ...IGNORED, ...own, ...samplingFields(limits)]);
  for (const [field, value] of Object.entries(body)) {
    if (known.has(field) || value === null || value === undefined) continue;
    const allowed = Object.hasOwn(fixed, field) ? fixed[field].map((v) => JSON.stringify(v)) : undefined;
    if (allowed?.includes(JSON.stringify(value))) continue;
    const only = allowed?.length ? ` with another value than ${allowed.join(" or ")}` : "";
    throw new HttpError(400, "unsupported_parameter", `This server does not support '${field}'${only}`, {
      param: field,
    });
  }
}
