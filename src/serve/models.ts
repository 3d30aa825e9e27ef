/**
 * `GET /v1/models` and `/v1/models/:id`.
 *
 * @module
 */
import type { LanguageModel } from "../generate/contract.ts";
import type { Json } from "./fields.ts";

/** All models by name; none is opened for it. `created` is in seconds. */
export function modelList(names: readonly string[], created: number): Json {
  return { object: "list", data: names.map((name) => entry(name, created)) };
}

/** One model, with what a client may want to know of it. */
export function modelDetails(name: string, model: LanguageModel, created: number): Json {
  const meta = {
    name: model.name,
    architecture: model.architecture,
    parameters: model.parameterCount,
    context_length: model.contextLength,
    chat_template: model.hasChatTemplate,
  };
  return { ...entry(name, created), meta };
}

function entry(name: string, created: number): Json {
  return { id: name, object: "model", created, owned_by: "wick" };
}
