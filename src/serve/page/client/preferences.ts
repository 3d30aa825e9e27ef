/**
 * The dialog of settings.
 *
 * @module
 */
import type { Sampling } from "./conversation.ts";
import { find } from "./dom.ts";
import type { Settings } from "./store.ts";

const NUMBERS = ["temperature", "top_p", "top_k", "max_tokens", "seed"] as const;

/** What the dialog begins with, and what it changes. */
export interface Preferred {
  settings: Settings;
  /** The system prompt of the current conversation; undefined where its model takes none. */
  system: string | undefined;
  key: string;
}

/** The dialog; `changed` is called at each change. */
export class Preferences {
  private readonly dialog = find<HTMLDialogElement>("settings");
  private readonly system = find<HTMLTextAreaElement>("system");
  private readonly theme = find<HTMLSelectElement>("theme");
  private readonly key = find<HTMLInputElement>("key");
  private settings!: Settings;

  constructor(private readonly changed: (preferred: Preferred) => void) {
    this.dialog.addEventListener("change", () => this.read());
    find("close-settings").addEventListener("click", () => this.dialog.close());
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.dialog.close(); // beside it
    });
    this.dialog.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.dialog.querySelector("form")!.reportValidity()) this.dialog.close();
    });
    this.dialog.addEventListener("close", () => this.read());
  }

  /** Opens it, at the field of this id where one is given. */
  open({ settings, system, key }: Preferred, field?: string): void {
    this.settings = settings;
    this.system.value = system ?? "";
    find("system-field").hidden = system === undefined;
    this.theme.value = settings.theme;
    this.key.value = key;
    for (const name of NUMBERS) number(name).value = String(settings[name] ?? "");
    this.dialog.showModal();
    if (field !== undefined) find(field).focus();
  }

  /** A number that is not allowed is not taken. */
  private read(): void {
    const sampling: Sampling = {};
    for (const name of NUMBERS) {
      const field = number(name);
      if (!field.validity.valid) sampling[name] = this.settings[name];
      else if (field.value !== "") sampling[name] = field.valueAsNumber;
    }
    const unset = Object.fromEntries(NUMBERS.map((name) => [name, undefined]));
    const theme = this.theme.value as Settings["theme"];
    const system = find("system-field").hidden ? undefined : this.system.value;
    this.settings = { ...this.settings, ...unset, ...sampling, theme };
    this.changed({ settings: this.settings, system, key: this.key.value.trim() });
  }
}

function number(id: string): HTMLInputElement {
  return find<HTMLInputElement>(id);
}
