/**
 * The models of a server by name. A factory is called once, at the first request that needs its model; all
 * requests share what it gives, and a failure is forgotten, so that the next request tries again.
 *
 * @module
 */
import type { LanguageModel } from "../generate/contract.ts";
import { HttpError } from "./failure.ts";
import type { ModelFactory } from "./settings.ts";

/** Models by name. */
export class Registry<Env extends object> {
  readonly #models: ReadonlyMap<string, LanguageModel | ModelFactory<Env>>;
  readonly #opened = new Map<string, Promise<LanguageModel>>();

  constructor(models: Readonly<Record<string, LanguageModel | ModelFactory<Env>>>) {
    this.#models = new Map(Object.entries(models));
  }

  /** The names, in the order given. */
  get names(): string[] {
    return [...this.#models.keys()];
  }

  /** Throws the 404 of a model that is not served here. */
  check(name: string): void {
    if (this.#models.has(name)) return;
    const message = `The model '${name.slice(0, 100)}' does not exist; this server has ${
      this.names.join(", ")
    }`;
    throw new HttpError(404, "model_not_found", message, { param: "model" });
  }

  /** The model, opened. Throws a 404 for an unknown name and a 503 where it can't be opened. */
  open(name: string, env: Env): Promise<LanguageModel> {
    this.check(name);
    const known = this.#opened.get(name);
    if (known) return known;
    const opening = this.#open(name, env);
    this.#opened.set(name, opening);
    opening.catch(() => this.#opened.delete(name));
    return opening;
  }

  async #open(name: string, env: Env): Promise<LanguageModel> {
    const entry = this.#models.get(name)!;
    if (typeof entry !== "function") return entry;
    try {
      return await entry(env);
    } catch (cause) {
      throw new HttpError(503, "model_unavailable", `The model '${name}' could not be opened`, { cause });
    }
  }
}
