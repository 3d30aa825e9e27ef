/**
 * The conversations of this page: those that the browser kept, and those that it had no room for.
 *
 * @module
 */
import type { Conversation } from "./conversation.ts";
import type { Store } from "./store.ts";

/** The conversations, the latest first. */
export class Conversations {
  private held: Conversation[];

  constructor(private readonly store: Store, private readonly full: () => void) {
    this.held = store.conversations();
  }

  get all(): readonly Conversation[] {
    return this.held.sort((a, b) => b.updated - a.updated);
  }

  /** The conversation of this id. */
  get(id: string): Conversation | undefined {
    return this.held.find((conversation) => conversation.id === id);
  }

  has(conversation: Conversation): boolean {
    return this.held.includes(conversation);
  }

  /** Adds or writes down a conversation. */
  keep(conversation: Conversation): void {
    if (!this.has(conversation)) this.held.push(conversation);
    if (!this.store.keep(conversation)) this.full();
  }

  remove(conversation: Conversation): void {
    this.held = this.held.filter((other) => other !== conversation);
    this.store.forget(conversation.id);
  }

  /** Takes over what other tabs have written, but for what is being answered here. */
  refresh(runs: (id: string) => boolean): void {
    const mine = this.held.filter(({ id }) => runs(id));
    const theirs = this.store.conversations().filter(({ id }) => !runs(id));
    const same = (one: Conversation) => {
      const held = this.get(one.id);
      return held?.updated === one.updated && held.title === one.title ? held : one;
    };
    this.held = [...mine, ...theirs.map(same)];
  }
}
