/**
 * What the browser keeps: conversations and settings in its local storage, one entry a conversation, so that two tabs
 * do not overwrite each other's. The key of the server stays only as long as the tab.
 *
 * @module
 */
import type { Conversation, Sampling, Turn } from "./conversation.ts";

/** What the reader has set. */
export interface Settings extends Sampling {
  /** The system prompt of new conversations. */
  system: string;
  /** "" follows the system's. */
  theme: "" | "light" | "dark";
  /** The model last chosen. */
  model?: string;
}

/** The part of `Storage` that is used. */
export type Shelf = Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length">;

/** Reads and writes; `place` keeps apart pages that are mounted in several places of one origin. */
export class Store {
  private readonly kept: string;

  constructor(private readonly shelf: Shelf, private readonly tab: Shelf, private readonly place: string) {
    this.kept = `wick:${place}:chat:`;
  }

  /** All conversations, the latest first; what is not one (another version's, somebody's edit) is left alone. */
  conversations(): Conversation[] {
    const keys = Array.from({ length: this.shelf.length }, (_, i) => this.shelf.key(i) ?? "");
    return keys.filter((key) => key.startsWith(this.kept)).map((key) => this.read(key))
      .filter(isConversation).map(settled).sort((a, b) => b.updated - a.updated);
  }

  /** Keeps a conversation; false where the browser has no room, or gives none. */
  keep(conversation: Conversation): boolean {
    return this.write(this.shelf, this.kept + conversation.id, JSON.stringify(conversation));
  }

  /** Forgets a conversation. */
  forget(id: string): void {
    this.shelf.removeItem(this.kept + id);
  }

  /** Whether a storage event's key is one of a conversation. */
  owns(key: string | null): boolean {
    return key === null || key.startsWith(this.kept);
  }

  /** The settings. */
  get settings(): Settings {
    const found = this.read(`wick:${this.place}:settings`);
    return { system: "", theme: "", ...typeof found === "object" && !Array.isArray(found) ? found : {} };
  }

  set settings(settings: Settings) {
    this.write(this.shelf, `wick:${this.place}:settings`, JSON.stringify(settings));
  }

  /** The server's key. */
  get key(): string {
    return this.tab.getItem(`wick:${this.place}:key`) ?? "";
  }

  set key(key: string) {
    if (key === "") this.tab.removeItem(`wick:${this.place}:key`);
    else this.write(this.tab, `wick:${this.place}:key`, key);
  }

  private read(key: string): unknown {
    try {
      return JSON.parse(this.shelf.getItem(key) ?? "null");
    } catch {
      return null;
    }
  }

  private write(shelf: Shelf, key: string, text: string): boolean {
    try {
      shelf.setItem(key, text);
      return true;
    } catch {
      return false; // full, or closed by the browser's settings
    }
  }
}

/** Storage for a page that the browser gives none: what is kept is gone with the page. */
export class Memory implements Shelf {
  private readonly texts = new Map<string, string>();

  get length(): number {
    return this.texts.size;
  }

  getItem(key: string): string | null {
    return this.texts.get(key) ?? null;
  }

  setItem(key: string, text: string): void {
    this.texts.set(key, text);
  }

  removeItem(key: string): void {
    this.texts.delete(key);
  }

  key(index: number): string | null {
    return [...this.texts.keys()][index] ?? null;
  }
}

/** An answer that was under way when it was kept, in a page that is gone, was stopped there. */
function settled(conversation: Conversation): Conversation {
  for (const turn of conversation.turns) if (turn.role === "assistant") turn.ending ??= "stopped";
  return conversation;
}

function isConversation(value: unknown): value is Conversation {
  const found = value as Partial<Conversation> | null;
  return typeof found === "object" && found !== null && typeof found.id === "string" &&
    typeof found.title === "string" && typeof found.model === "string" && typeof found.updated === "number" &&
    typeof found.system === "string" && Array.isArray(found.turns) && found.turns.every(isTurn);
}

function isTurn(value: unknown): value is Turn {
  const { role, text } = (value ?? {}) as Partial<Turn>;
  return (role === "user" || role === "assistant") && typeof text === "string";
}
