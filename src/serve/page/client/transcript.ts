/**
 * What was said, in the document: an article a message, or one text that grows.
 *
 * @module
 */
import type { Conversation, Turn } from "./conversation.ts";
import { make } from "./dom.ts";
import { Foot, type Host } from "./foot.ts";
import { MarkdownView } from "./markdown_view.ts";

/** Shows one conversation at a time. */
export class Transcript {
  private shown?: Conversation;
  private views: { turn: Turn; element: HTMLElement; update(last: boolean): void }[] = [];

  constructor(private readonly into: HTMLElement, private readonly host: Host) {}

  /** Forgets what is shown, as something else takes its place. */
  clear(): void {
    this.shown = undefined;
    this.views = [];
    this.into.replaceChildren();
  }

  /** Brings the document up to what the conversation says now. */
  show(conversation: Conversation): void {
    if (this.shown !== conversation) this.clear();
    this.shown = conversation;
    const { turns } = conversation;
    let same = 0;
    while (same < turns.length && this.views[same]?.turn === turns[same]) same++;
    for (const { element } of this.views.splice(same)) element.remove();
    const parent = conversation.chat ? this.into : this.story();
    for (const turn of turns.slice(same)) {
      const view = conversation.chat ? this.message(turn, conversation.model) : this.passage(turn);
      this.views.push(view);
      parent.append(view.element);
    }
    this.views.forEach((view, i) => (i + 2 >= this.views.length) && view.update(i === this.views.length - 1));
  }

  private message(turn: Turn, model: string) {
    const content = make("div", { class: "text" });
    const name = make("h2", { class: "unseen" }, turn.role === "user" ? "You" : model);
    const element = make("article", { class: turn.role }, name, content);
    if (turn.role === "user") {
      content.textContent = turn.text;
      return { turn, element, update() {} };
    }
    const markdown = new MarkdownView(content);
    const foot = new Foot(turn, this.host);
    element.append(foot.element);
    const update = (last: boolean) => {
      markdown.show(turn.text);
      mark(element, turn);
      foot.update(last);
    };
    update(false);
    return { turn, element, update };
  }

  /** The article that holds the whole text. */
  private story(): HTMLElement {
    const found = this.into.querySelector<HTMLElement>(".story");
    if (found) return found;
    this.into.append(make("article", { class: "story" }, make("h2", { class: "unseen" }, "Story")));
    return this.story();
  }

  private passage(turn: Turn) {
    const content = make("span", { class: turn.role });
    const foot = turn.role === "assistant" ? new Foot(turn, this.host) : undefined;
    const element = make("div", { class: "passage" }, content, foot?.element);
    const update = (last: boolean) => {
      if (content.textContent !== turn.text) content.textContent = turn.text;
      mark(element, turn);
      foot?.update(last);
    };
    update(false);
    return { turn, element, update };
  }
}

/** Marks an answer that is being written, where its style shows a light. */
function mark(element: HTMLElement, turn: Turn): void {
  element.classList.toggle("growing", turn.role === "assistant" && turn.ending === undefined);
}
