/**
 * The conversations that the browser keeps, as a list of links.
 *
 * @module
 */
import type { Conversation } from "./conversation.ts";
import { button, find, make } from "./dom.ts";

/** What the page does with a conversation of the list. */
export interface Keeper {
  rename(conversation: Conversation, title: string): void;
  remove(conversation: Conversation): void;
}

/** The list. */
export class History {
  private readonly list = find("conversations");
  private renaming = false;

  constructor(private readonly keeper: Keeper) {}

  /** Shows the conversations, with the current one and those that are being answered marked. */
  show(conversations: readonly Conversation[], current: string, runs: (id: string) => boolean): void {
    if (this.renaming) return;
    const focused = this.list.contains(document.activeElement) ? document.activeElement!.id : "";
    this.list.replaceChildren(...conversations.map((conversation) => {
      const link = make("a", {
        id: `c-${conversation.id}`,
        href: `#${conversation.id}`,
        "aria-current": conversation.id === current ? "page" : undefined,
        class: runs(conversation.id) ? "running" : undefined,
      }, make("span", {}, conversation.title));
      const item = make("li", {}, link);
      const rename = button(
        "edit",
        `Rename ${conversation.title}`,
        () => this.edit(item, conversation),
        true,
      );
      const remove = button(
        "delete",
        `Delete ${conversation.title}`,
        () => this.remove(item, conversation),
        true,
      );
      item.append(rename, remove);
      return item;
    }));
    if (focused) document.getElementById(focused)?.focus();
  }

  private edit(item: HTMLElement, conversation: Conversation): void {
    const field = make("input", { "aria-label": "Title", value: conversation.title, maxlength: 120 });
    let open = true;
    const close = (keep: boolean) => {
      if (!open) return;
      this.renaming = open = false;
      const title = field.value.trim();
      this.keeper.rename(conversation, keep && title !== "" ? title : conversation.title);
      document.getElementById(`c-${conversation.id}`)?.focus();
    };
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      close(event.key === "Enter");
    });
    field.addEventListener("blur", () => close(true));
    this.renaming = true;
    item.replaceChildren(field);
    field.select();
    field.focus();
  }

  private remove(item: HTMLElement, conversation: Conversation): void {
    const next = item.nextElementSibling ?? item.previousElementSibling;
    const id = next?.querySelector("a")?.id;
    this.keeper.remove(conversation);
    (id && document.getElementById(id) || find("fresh")).focus();
  }
}
