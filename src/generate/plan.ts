/**
 * What a model will hold, before a byte of its weights is read.
 *
 * @module
 */
import { PlanDevice } from "../device/plan_device.ts";
import type { Gguf } from "../formats/gguf.ts";
import type { MemoryUse } from "./contract.ts";
import { bytesOf } from "./model.ts";
import { Steps, Workspace } from "./steps.ts";
import type { Activations } from "../nn/linear.ts";
import { Weights } from "../nn/weights.ts";
import { allocateWeights } from "../models/load_weights.ts";
import { buildModel } from "../models/model.ts";

export { trainedContext } from "../models/model.ts";

/** Bytes of weights, one session's KV cache, and everything else that generation takes. */
export function planMemory(
  gguf: Gguf,
  options: { contextLength: number; activations?: Activations },
): MemoryUse {
  const device = new PlanDevice();
  const tensors = allocateWeights(device, gguf);
  const weights = bytesOf(tensors);
  const model = buildModel(gguf.metadata, new Weights(tensors, gguf.sources[0].name), {
    device,
    contextLength: options.contextLength,
    activations: options.activations ?? "int8",
  });
  const steps = new Steps(model, new Workspace(device));
  steps.prepare();
  const kvCache = steps.cache.bytes;
  return { weights, kvCache, scratch: device.live().bytes - weights - kvCache };
}
