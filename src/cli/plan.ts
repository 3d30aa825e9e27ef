/**
 * The memory that a model will need, for a few lengths of its context.
 *
 * @module
 */
import { formatBytes } from "./format.ts";
import type { ModelFlags } from "./options.ts";
import { WickError } from "../error.ts";
import type { Gguf } from "../formats/gguf.ts";
import type { MemoryUse } from "../generate/contract.ts";

/** Bytes in linear memory. */
export interface MemoryPlan {
  /** The weights as they will lie there. */
  weights: number;
  /** The keys and values of one session, for contexts of so many tokens. */
  kvCache: { context: number; bytes: number }[];
  /** What the largest step computes with. */
  scratch: number;
}

/** The plan, or why there is none. */
export type Planned = { memory: MemoryPlan } | { memory: null; unsupported: string };

/** Lengths that are told beside `--context` and the model's own. */
const usual = [512, 2048, 8192, 32768];

type PlanFlags = Pick<ModelFlags, "activations" | "context">;

/**
 * Plans a model's memory for every context that a device can hold. A model that Wick can't run is told, not
 * refused: its header can still be read.
 */
export async function planContexts(gguf: Gguf, flags: PlanFlags): Promise<Planned> {
  const { planMemory, trainedContext } = await import("../generate/plan.ts");
  const plans: (MemoryUse & { context: number })[] = [];
  try {
    const lengths = flags.context === undefined
      ? lengthsUpTo(trainedContext(gguf.metadata))
      : [flags.context];
    for (const context of lengths) {
      plans.push({
        context,
        ...planMemory(gguf, { contextLength: context, activations: flags.activations }),
      });
    }
  } catch (error) {
    if (!(error instanceof WickError)) throw error;
    if (plans.length === 0) return { memory: null, unsupported: error.message };
  }
  const kvCache = plans.map(({ context, kvCache }) => ({ context, bytes: kvCache }));
  const { weights, scratch } = plans[plans.length - 1];
  return { memory: { weights, kvCache, scratch } };
}

/** Usual lengths up to the model's own; the last is the largest. */
function lengthsUpTo(own: number): number[] {
  return [...usual.filter((length) => length < own), own];
}

/** The plan in lines. */
export function describePlan({ weights, kvCache, scratch }: MemoryPlan): string {
  const caches = kvCache.map(({ context, bytes }) => `${formatBytes(bytes)} for ${context} tokens`);
  return `memory: weights ${formatBytes(weights)} · scratch ${formatBytes(scratch)} · KV cache ${
    caches.join(", ")
  }\n`;
}
