/**
 * The models that the server has, and the one that is picked.
 *
 * @module
 */
import type { Model, Server } from "./api.ts";
import { find } from "./dom.ts";

/** The field in the header; a server of one model shows its name there. */
export class Picker {
  private readonly field = find<HTMLSelectElement>("model");
  private readonly models = new Map<string, Model>();

  constructor(private readonly server: Server, picked: (name: string) => void) {
    this.field.addEventListener("change", () => picked(this.field.value));
  }

  /** Asks the server which there are. */
  async list(): Promise<void> {
    const names = await this.server.models();
    this.field.replaceChildren(...names.map((name) => new Option(name)));
    this.field.disabled = names.length < 2;
    this.field.hidden = false;
    this.models.clear();
  }

  /** The first of these names that the server has, else its own first. */
  first(...wanted: (string | undefined)[]): string {
    const names = [...this.field.options].map(({ value }) => value);
    return wanted.find((name) => name !== undefined && names.includes(name)) ?? names[0];
  }

  /** Picks a model; `waits` is called where the server has to open it first. */
  async pick(name: string, waits: () => void): Promise<Model> {
    this.field.value = this.field.title = name;
    const known = this.models.get(name);
    if (known) return known;
    waits();
    const model = await this.server.model(name);
    this.models.set(name, model);
    return model;
  }
}
