/**
 * Runs a request's generations one after the other, as events that a stream sends on and a whole answer gathers.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Generation, LanguageModel, Prompt } from "../generate/contract.ts";
import type { FinishReason, GenerateOptions, Message, TokenLogprobs } from "../generate/options.ts";
import type { TokenDecoder } from "../tokenizers/tokenizer.ts";
import { refuse } from "./fields.ts";
import type { Usage } from "./format.ts";
import type { TextRequest } from "./request.ts";
import type { Limits } from "./settings.ts";

/** A token's log-probabilities, and how long the answer was before it, in UTF-16 units. */
export interface PlacedLogprobs extends TokenLogprobs {
  offset: number;
}

/** A step of a request under way; `index` is the choice's. */
export type RunEvent =
  | { kind: "begin"; index: number }
  | { kind: "text"; index: number; text: string; logprobs?: PlacedLogprobs[] }
  | { kind: "end"; index: number; reason: FinishReason; usage: Usage };

/** A request whose prompts are token ids, checked against the model. */
export interface Job {
  model: LanguageModel;
  request: TextRequest;
  prompts: readonly (readonly number[])[];
  limits: Limits;
}

/** Turns the prompts into tokens. Throws INVALID_ARGUMENT and CONTEXT_OVERFLOW before anything is generated. */
export function prepare(model: LanguageModel, request: TextRequest, limits: Limits): Job {
  const prompts = request.prompts.map((prompt) => promptIds(model, prompt));
  const { logitBias = {}, stopIds = [] } = request.options;
  checkIds("prompt", prompts.flat(), model);
  checkIds("logit_bias", Object.keys(logitBias).map(Number), model);
  checkIds("stop_token_ids", stopIds, model);
  const most = Math.min(limits.promptTokens, model.contextLength - 1);
  prompts.forEach((ids, i) => checkLength(ids, most, isChat(request.prompts[i]) ? "messages" : "prompt"));
  return { model, request, prompts, limits };
}

/** The events of all choices, in order. Leaving it early ends the generation under way. */
export async function* run(job: Job, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const { copies } = job.request;
  for (let index = 0; index < job.prompts.length * copies; index++) {
    yield { kind: "begin", index };
    yield* choice(job, index, signal);
  }
}

async function* choice(job: Job, index: number, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const { request, model } = job;
  const copy = index % request.copies;
  const prompt = Math.floor(index / request.copies);
  if (request.echo) yield { kind: "text", index, text: promptText(job, prompt) };
  const generation = model.generate(job.prompts[prompt], generateOptions(job, prompt, copy, signal));
  yield* texts(generation, index, job.model.tokenizer.decoder({ after: job.prompts[prompt] }));
  const { finishReason: reason, usage } = await generation.result();
  const promptTokens = copy === 0 ? usage.promptTokens : 0; // a prompt is counted once, however many answers it has
  yield {
    kind: "end",
    index,
    reason,
    usage: { ...usage, promptTokens, cachedTokens: copy ? 0 : usage.cachedTokens },
  };
}

/**
 * The pieces that carry text. Log-probabilities wait for the text of their tokens: while a stop string may be
 * under way its tokens stay unseen too, and if it is completed they are dropped.
 */
async function* texts(
  generation: Generation,
  index: number,
  decoder: TokenDecoder,
): AsyncGenerator<RunEvent> {
  let held: PlacedLogprobs[] = [];
  let offset = 0; // a character begins where its first token does, and its other tokens lie there too
  for await (const piece of generation) {
    if (piece.logprobs) {
      held.push({ ...piece.logprobs, offset });
      offset += decoder.push(piece.id).length;
    }
    if (piece.text === "") continue;
    yield { kind: "text", index, text: piece.text, logprobs: held.length > 0 ? held : undefined };
    held = [];
  }
  const { finishReason } = await generation.result();
  if (held.length > 0 && finishReason === "length") yield { kind: "text", index, text: "", logprobs: held };
}

function generateOptions(job: Job, prompt: number, copy: number, signal: AbortSignal): GenerateOptions {
  const { options } = job.request;
  const room = job.model.contextLength - job.prompts[prompt].length;
  const maxTokens = Math.min(options.maxTokens ?? Infinity, job.limits.maxTokens, room);
  const seed = options.seed === undefined ? undefined : (options.seed + copy) % 2 ** 53;
  return { ...options, maxTokens, seed, signal };
}

/** A model without a chat template continues the conversation's text as it stands. */
function promptIds(model: LanguageModel, prompt: Prompt): number[] {
  const plain = isChat(prompt) && !model.hasChatTemplate;
  return model.promptIds(plain ? prompt.messages.map(({ content }) => content).join("\n") : prompt);
}

function promptText({ model, request, prompts }: Job, index: number): string {
  const prompt = request.prompts[index];
  return typeof prompt === "string" ? prompt : model.tokenizer.decode(prompts[index]);
}

function checkIds(param: string, ids: readonly number[], { tokenizer }: LanguageModel): void {
  const wrong = ids.find((id) => id >= tokenizer.size);
  if (wrong !== undefined) refuse(param, `token ids must be below ${tokenizer.size}`, wrong);
}

function checkLength(ids: readonly number[], most: number, param: string): void {
  if (ids.length === 0) refuse(param, "it must have at least one token", 0);
  if (ids.length <= most) return;
  const message = `Cannot take the prompt: it must have at most ${most} tokens, got ${ids.length}`;
  throw new WickError("CONTEXT_OVERFLOW", message, { param });
}

function isChat(prompt: Prompt): prompt is { messages: readonly Message[] } {
  return typeof prompt === "object" && "messages" in prompt;
}
