/**
 * What is open: a model and a conversation, as the address names them; or a panel that says why there is none.
 *
 * @module
 */
import { type Model, Refusal, type Server } from "./api.ts";
import { type Conversation, emptyConversation } from "./conversation.ts";
import type { Conversations } from "./conversations.ts";
import { find } from "./dom.ts";
import { Picker } from "./picker.ts";
import type { Settings, Store } from "./store.ts";
import { locked, unavailable, waiting } from "./welcome.ts";

/** The page around it. */
export interface Stage {
  settings: Settings;
  /** A panel stands where the conversation would be. */
  closed(panel: HTMLElement): void;
  /** A conversation is open; `anew` where the reader has come to it just now. */
  opened(anew: boolean): void;
}

/** Opens models and conversations; the last call counts. */
export class Opener {
  model?: Model;
  conversation?: Conversation;
  private readonly picker: Picker;
  private calls = 0;

  constructor(
    private readonly server: Server,
    private readonly store: Store,
    private readonly kept: Conversations,
    private readonly stage: Stage,
  ) {
    this.picker = new Picker(server, (name) => this.choose(name));
    addEventListener("hashchange", () => this.open());
  }

  /** Asks which models there are, and opens what the address names. */
  async connect(): Promise<void> {
    this.close(waiting("Asking the server …"));
    try {
      await this.picker.list();
    } catch (error) {
      return this.failed(error, () => this.connect());
    }
    await this.open();
  }

  /** Opens a conversation in which nothing has been said. */
  fresh(): void {
    if (location.hash !== "") location.hash = "";
    else this.open();
  }

  /** Opens the conversation of the address, or a new one. */
  private async open(): Promise<void> {
    find("history").hidePopover();
    const { settings } = this.stage;
    const conversation = this.kept.get(location.hash.slice(1));
    const model = await this.pick(this.picker.first(conversation?.model, settings.model));
    if (!model) return;
    this.conversation = conversation ?? emptyConversation(model.id, model.chat, settings.system);
    this.stage.opened(true);
  }

  /** Goes on with another model, in the same conversation where it is of the same sort. */
  private async choose(name: string): Promise<void> {
    const { conversation, stage } = this;
    stage.settings = this.store.settings = { ...stage.settings, model: name };
    const model = await this.pick(name);
    if (!model) return;
    if (!conversation?.turns.length || conversation.chat !== model.chat) return this.fresh();
    conversation.model = model.id;
    this.kept.keep(conversation);
    this.conversation = conversation;
    stage.opened(false);
  }

  /** The model of this name, opened; undefined where it can't be had or the reader has gone elsewhere. */
  private async pick(name: string): Promise<Model | undefined> {
    const call = ++this.calls;
    try {
      const model = await this.picker.pick(name, () => this.close(waiting(`Opening ${name} …`)));
      return call === this.calls ? this.model = model : undefined;
    } catch (error) {
      if (call === this.calls) this.failed(error, () => this.open());
      return undefined;
    }
  }

  private failed(error: unknown, retry: () => void): void {
    const refused = error instanceof Refusal && error.status === 401;
    if (!refused) return this.close(unavailable((error as Error).message, retry));
    this.close(locked(this.server.key !== "", (key) => {
      this.server.key = this.store.key = key;
      retry();
    }));
    find("gate").focus();
  }

  private close(panel: HTMLElement): void {
    this.conversation = this.model = undefined;
    this.stage.closed(panel);
  }
}
