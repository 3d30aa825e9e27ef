/**
 * What stands under an answer: how it ended, what can be done about it, what it cost.
 *
 * @module
 */
import { canContinue, type Turn } from "./conversation.ts";
import { button, copyButton, make } from "./dom.ts";

/** What the page does for an answer. */
export interface Host {
  /** Asks once more. */
  again(): void;
  /** Writes on where the answer was cut off. */
  goOn(): void;
  /** Takes the message back, to be changed. */
  edit(): void;
  /** Asks for the server's key. */
  askForKey(): void;
  /** Tokens that the model can see. */
  context(): number;
}

/** The foot of one answer. */
export class Foot {
  readonly element: HTMLElement = make("footer");
  private readonly figures = make("p", { class: "figures" });
  private state = "";

  constructor(private readonly turn: Turn, private readonly host: Host) {}

  /** Renews it; only the last answer can be asked for again or gone on with. */
  update(last: boolean): void {
    const { turn, host } = this;
    const state = `${turn.ending} ${turn.error} ${last} ${host.context()}`;
    if (state !== this.state) {
      this.state = state;
      const parts = [this.note(), this.buttons(last) ?? this.figures];
      this.element.replaceChildren(...parts.filter((part) => part !== undefined));
    }
    const text = figuresOf(turn);
    if (this.figures.textContent === text) return;
    this.figures.textContent = text;
    if (turn.figures?.wait) this.figures.title = `The first token after ${turn.figures.wait} ms`;
  }

  /** What went wrong, or why it ended early. */
  private note(): HTMLElement | undefined {
    const { turn } = this;
    if (turn.ending === "failed") {
      return make("p", { class: "error", role: "alert" }, turn.error || "It failed.");
    }
    const text = turn.ending === "length"
      ? this.cutOff()
      : turn.ending === "stopped"
      ? "Stopped."
      : undefined;
    if (text !== undefined) return make("p", { class: "note" }, text);
    return turn.ending === "stop" && turn.text === ""
      ? make("p", { class: "note" }, "No answer came.")
      : undefined;
  }

  private cutOff(): string {
    if (this.full()) {
      return `The model's context of ${this.host.context()} tokens is full: begin anew to go on.`;
    }
    return `Cut off after ${this.turn.figures?.tokens} tokens.`;
  }

  private full(): boolean {
    const { tokens = 0, prompt = 0 } = this.turn.figures ?? {};
    return this.turn.ending === "length" && tokens + prompt >= this.host.context();
  }

  private buttons(last: boolean): HTMLElement | undefined {
    const { turn, host } = this;
    if (turn.ending === undefined) return undefined;
    const row = make("div", { class: "row" });
    if (last && canContinue(turn) && !this.full()) row.append(loud(button("next", "Continue", host.goOn)));
    if (last && turn.locked) row.append(loud(button("key", "Enter the key", host.askForKey)));
    const retry = button("again", "Retry", host.again);
    if (last) row.append(turn.ending === "failed" && !turn.locked ? loud(retry) : retry);
    if (last && turn.text === "" && turn.ending !== "stop") row.append(button("edit", "Edit", host.edit));
    if (turn.text !== "") row.append(copyButton("Copy", () => turn.text));
    row.append(this.figures);
    return row;
  }
}

function loud(made: HTMLButtonElement): HTMLButtonElement {
  made.className = "loud";
  return made;
}

function figuresOf({ figures, ending }: Turn): string {
  if (!figures || figures.wait === undefined) return ending === undefined ? "Reading the prompt …" : "";
  const { tokens, rate, prompt } = figures;
  const parts = ending !== undefined && prompt > 0 ? [`prompt ${prompt}`] : [];
  parts.push(`${tokens} ${tokens === 1 ? "token" : "tokens"}`);
  if (rate) parts.push(`${rate < 10 ? rate.toFixed(1) : Math.round(rate)} tokens/s`);
  return parts.join(" · ");
}
