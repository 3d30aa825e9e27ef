/**
 * The form at the foot: the field, and the button that sends or stops.
 *
 * @module
 */
import { find } from "./dom.ts";

/** The form; `send` says whether it took the text. */
export class Composer {
  private readonly field = find<HTMLTextAreaElement>("prompt");
  private readonly go = find<HTMLButtonElement>("go");
  private readonly end = find<HTMLButtonElement>("stop");

  constructor(send: (text: string) => boolean, stop: () => void) {
    const submit = () => {
      if (send(this.field.value)) this.write("");
    };
    find("form").addEventListener("submit", (event) => {
      event.preventDefault();
      submit();
    });
    this.field.addEventListener("input", () => this.fit());
    this.field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      submit();
    });
    this.end.addEventListener("click", stop);
  }

  /** Fits the form to a chat or a text, of which nothing or something is there. */
  suit(chat: boolean, begun: boolean): void {
    const label = chat ? "Message" : begun ? "Add a line, or go on" : "How the text begins";
    find("label").textContent = this.field.placeholder = label;
    const verb = chat ? "Send" : "Write";
    this.go.setAttribute("aria-label", verb);
    this.go.title = verb;
    find("verb").textContent = verb.toLowerCase();
  }

  /** Shows Send or Stop; a closed form sends nothing. */
  set state(state: "open" | "running" | "closed") {
    const running = state === "running";
    const had = document.activeElement === (running ? this.go : this.end);
    this.go.hidden = running;
    this.end.hidden = !running;
    this.go.disabled = state === "closed";
    if (had) this.focus();
  }

  /** Puts a text in the field. */
  write(text: string): void {
    this.field.value = text;
    this.fit();
  }

  /** Focuses the field, but for where that would bring up a keyboard unasked. */
  invite(): void {
    if (!touched()) this.field.focus();
  }

  /** Gives the focus a place when what had it is gone. */
  focus(): void {
    if (touched()) find("log").focus({ preventScroll: true });
    else this.field.focus();
  }

  /** As high as its text, up to what the style allows. */
  private fit(): void {
    this.field.style.height = "auto";
    this.field.style.height = `${this.field.scrollHeight}px`;
  }
}

/** Whether the page is held in a hand, where a focused field brings up a keyboard. */
function touched(): boolean {
  return matchMedia("(pointer: coarse)").matches;
}
