/**
 * The page: which model and which conversation are open, and what follows from what the reader does.
 *
 * @module
 */
import { Answers, type Moment } from "./answers.ts";
import type { Server } from "./api.ts";
import { Composer } from "./composer.ts";
import * as talk from "./conversation.ts";
import type { Conversation, Turn } from "./conversation.ts";
import { Conversations } from "./conversations.ts";
import { announce, find } from "./dom.ts";
import { History } from "./history.ts";
import { Notice } from "./notice.ts";
import { Opener, type Stage } from "./opener.ts";
import { Painter } from "./painter.ts";
import { Preferences, type Preferred } from "./preferences.ts";
import { Scroller } from "./scroller.ts";
import type { Settings, Store } from "./store.ts";
import { Transcript } from "./transcript.ts";
import { welcome } from "./welcome.ts";

/** Milliseconds between two writings of an answer that grows. */
const KEPT_EVERY = 2000;

/** The page. */
export class App implements Stage {
  private readonly turns = find("turns");
  private readonly opener: Opener;
  private readonly notice = new Notice();
  private readonly scroller = new Scroller();
  private readonly composer = new Composer((text) => this.send(text), () => this.stop());
  private readonly preferences = new Preferences((preferred) => this.prefer(preferred));
  private readonly answers: Answers;
  private readonly kept: Conversations;
  private readonly transcript: Transcript;
  private readonly history = new History({
    rename: (conversation, title) => this.rename(conversation, title),
    remove: (conversation) => this.remove(conversation),
  });
  settings: Settings;
  private lastKept = 0;
  private readonly painter = new Painter(() => {
    const { conversation } = this.opener;
    if (conversation) this.scroller.around(() => this.transcript.show(conversation));
  });

  constructor(private readonly server: Server, private readonly store: Store) {
    this.settings = store.settings;
    this.server.key = store.key;
    this.kept = new Conversations(store, () => this.notice.show(NO_ROOM));
    this.opener = new Opener(server, store, this.kept, this);
    this.answers = new Answers(server, (conversation, moment) => this.changed(conversation, moment));
    this.transcript = new Transcript(this.turns, {
      again: () => this.start(talk.again),
      goOn: () => this.start(talk.reopened),
      edit: () => this.edit(),
      askForKey: () => this.prefers("key"),
      context: () => this.opener.model?.context ?? Infinity,
    });
    this.listen();
    this.dress();
    this.list();
    this.opener.connect();
  }

  private listen(): void {
    for (const id of ["fresh", "fresh-too"]) find(id).addEventListener("click", () => this.opener.fresh());
    find("open-settings").addEventListener("click", () => this.prefers());
    find("conversations").addEventListener("click", (event) => {
      if ((event.target as Element).closest("a")) find("history").hidePopover();
    });
    addEventListener("storage", (event) => this.store.owns(event.key) && this.refresh());
    addEventListener("pagehide", () => {
      for (const conversation of this.answers.stopAll()) this.kept.keep(conversation);
    });
    addEventListener("keydown", (event) => {
      if (event.isComposing || document.querySelector("dialog[open]")) return;
      if (event.altKey && event.code === "KeyN") this.opener.fresh();
      else if (event.key !== "Escape" || document.querySelector(":popover-open") || !this.stop()) return;
      event.preventDefault();
    });
  }

  /** Puts a panel where the conversation would be. */
  closed(panel: HTMLElement): void {
    this.transcript.clear();
    this.turns.append(panel);
    this.composer.state = "closed";
  }

  /** Shows what is open now. */
  opened(anew: boolean): void {
    this.show();
    if (!anew) return;
    if (this.opener.conversation?.turns.length) this.scroller.toEnd();
    else find("log").scrollTop = 0;
    this.composer.invite();
  }

  /** Brings the whole page up to the open conversation. */
  private show(): void {
    const { conversation, model } = this.opener;
    if (!conversation || !model) return;
    if (conversation.turns.length === 0) {
      this.transcript.clear();
      this.turns.append(welcome(model, (text) => this.send(text)));
    } else {
      this.turns.querySelector(".welcome")?.remove();
      this.transcript.show(conversation);
    }
    const runs = this.answers.runs(conversation.id);
    this.composer.state = runs ? "running" : "open";
    this.composer.suit(conversation.chat, conversation.turns.length > 0);
    document.body.classList.toggle("busy", runs);
    document.title = conversation.title ? `${conversation.title} · Wick` : "Wick";
    this.list();
  }

  private list(): void {
    this.history.show(this.kept.all, this.opener.conversation?.id ?? "", (id) => this.answers.runs(id));
  }

  private send(text: string): boolean {
    const { conversation } = this.opener;
    if (!conversation || this.answers.runs(conversation.id)) return false;
    if (conversation.chat && text.trim() === "") return false;
    this.start((to) => talk.ask(to, text));
    return true;
  }

  /** Starts the answer of the turn that `prepare` gives. */
  private start(prepare: (conversation: Conversation) => Turn | undefined): void {
    const { conversation, model } = this.opener;
    if (!conversation || !model || this.answers.runs(conversation.id)) return;
    const turn = prepare(conversation);
    if (!turn) return;
    conversation.model = model.id;
    this.kept.keep(conversation);
    history.replaceState(null, "", `#${conversation.id}`);
    announce("Answering");
    const { temperature, top_p, top_k, max_tokens, seed } = this.settings;
    this.answers.run(conversation, turn, { temperature, top_p, top_k, max_tokens, seed });
    this.scroller.toEnd();
    if (document.activeElement === document.body) this.composer.focus();
  }

  private stop(): boolean {
    const { conversation } = this.opener;
    return conversation !== undefined && this.answers.stop(conversation.id);
  }

  /** Takes a message that failed back into the field. */
  private edit(): void {
    const { conversation } = this.opener;
    if (!conversation) return;
    this.composer.write(talk.takeBackFailed(conversation) ?? "");
    this.kept.keep(conversation);
    this.show();
    find("prompt").focus();
  }

  private changed(conversation: Conversation, moment: Moment): void {
    if (!this.kept.has(conversation)) return; // deleted meanwhile
    const now = performance.now();
    if (moment !== "grown" || now - this.lastKept > KEPT_EVERY) {
      this.lastKept = now;
      this.kept.keep(conversation);
    }
    if (conversation !== this.opener.conversation) return moment === "grown" ? undefined : this.list();
    if (moment === "grown") return this.painter.request();
    this.scroller.around(() => this.show());
    if (moment === "ended") announce(ended(conversation.turns.at(-1)!));
  }

  private rename(conversation: Conversation, title: string): void {
    conversation.named ||= title !== conversation.title;
    conversation.title = title;
    this.kept.keep(conversation);
    this.show();
    this.list();
  }

  private remove(conversation: Conversation): void {
    this.kept.remove(conversation);
    this.answers.stop(conversation.id);
    if (conversation === this.opener.conversation) this.opener.fresh();
    this.list();
    this.notice.show(`Deleted “${conversation.title}”.`, "Undo", () => {
      this.kept.keep(conversation);
      this.list();
    });
  }

  /** Another tab has written. */
  private refresh(): void {
    this.kept.refresh((id) => this.answers.runs(id));
    const { conversation } = this.opener;
    const theirs = conversation && this.kept.get(conversation.id);
    if (theirs && theirs !== conversation) {
      this.opener.conversation = theirs;
      this.show();
    } else this.list();
  }

  private prefers(field?: string): void {
    const { settings, server, opener: { conversation } } = this;
    const system = conversation?.chat === false ? undefined : conversation?.system ?? settings.system;
    this.preferences.open({ settings, system, key: server.key }, field);
  }

  private prefer({ settings, system, key }: Preferred): void {
    this.settings = this.store.settings = system === undefined ? settings : { ...settings, system };
    this.dress();
    const { conversation } = this.opener;
    if (system !== undefined && conversation?.chat) {
      conversation.system = system;
      if (this.kept.has(conversation)) this.kept.keep(conversation);
    }
    if (key === this.server.key) return;
    this.server.key = this.store.key = key;
    if (!this.opener.model) this.opener.connect();
  }

  /** Light or dark, as set. */
  private dress(): void {
    document.documentElement.dataset.theme = this.settings.theme;
  }
}

const NO_ROOM = "The browser has no room to keep this conversation: it is gone when the page is closed. " +
  "Delete others to make room.";

function ended({ ending, figures }: Turn): string {
  if (ending === "stop") return `Answer finished, ${figures?.tokens} tokens`;
  if (ending === "length") return `Answer cut off after ${figures?.tokens} tokens`;
  return ending === "stopped" ? "Answer stopped" : ""; // an error speaks for itself
}
