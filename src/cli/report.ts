/**
 * The figures of a generation: as the JSON that `--json` prints, and as a line for people.
 *
 * @module
 */
import type { Context } from "./context.ts";
import { formatBytes, formatDuration, formatRate, perSecond } from "./format.ts";
import type { LanguageModel, MemoryUse } from "../generate/contract.ts";
import type { FinishReason, GenerationResult, TokenLogprobs } from "../generate/options.ts";

/** What `run --json` prints. Times in milliseconds, memory in bytes. */
export interface RunReport {
  text: string;
  ids: number[];
  finishReason: FinishReason;
  usage: { promptTokens: number; completionTokens: number };
  timing: {
    loadMs: number;
    prefillMs: number;
    decodeMs: number;
    prefillTokensPerSecond: number;
    decodeTokensPerSecond: number;
  };
  memory: MemoryUse & { peakRss: number | null };
  logprobs?: TokenLogprobs[];
}

/** Gathers the figures of a generation that has ended. */
export function runReport(context: Context, model: LanguageModel, result: GenerationResult): RunReport {
  const { text, ids, finishReason, usage, timing, logprobs } = result;
  return {
    text,
    ids,
    finishReason,
    usage: { promptTokens: usage.promptTokens, completionTokens: usage.completionTokens },
    timing: {
      loadMs: model.loadMs,
      ...timing,
      prefillTokensPerSecond: perSecond(usage.promptTokens - usage.cachedTokens, timing.prefillMs),
      decodeTokensPerSecond: perSecond(usage.completionTokens - 1, timing.decodeMs),
    },
    memory: { ...model.memory(), peakRss: context.peakRss() ?? null },
    ...(logprobs && { logprobs }),
  };
}

/** One line: `120 tokens · 412 tok/s · prompt 5 tokens in 12 ms · loaded in 87 ms · memory 21.4 MB, peak 96.1 MB`. */
export function figures({ usage, timing, memory }: RunReport): string {
  const held = formatBytes(memory.weights + memory.kvCache + memory.scratch);
  return [
    `${usage.completionTokens} tokens`,
    formatRate(timing.decodeTokensPerSecond, "tok"),
    `prompt ${usage.promptTokens} tokens in ${formatDuration(timing.prefillMs)}`,
    `loaded in ${formatDuration(timing.loadMs)}`,
    `memory ${held}` + (memory.peakRss === null ? "" : `, process ${formatBytes(memory.peakRss)} at most`),
  ].join(" · ");
}
