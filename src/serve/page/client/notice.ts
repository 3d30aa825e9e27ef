/**
 * A line above the form that tells of something, with at most one thing to do about it.
 *
 * @module
 */
import { announce, button, find, make } from "./dom.ts";

/** The line. */
export class Notice {
  private readonly line = find("notice");

  /** Shows a text until it is closed or another takes its place. */
  show(text: string, label?: string, action?: () => void): void {
    const close = () => this.line.replaceChildren();
    const act = label === undefined ? undefined : button("again", label, () => {
      close();
      action?.();
    });
    const shut = button("close", "Close", close, true);
    this.line.replaceChildren(make("p", {}, text), ...act ? [act, shut] : [shut]);
    announce(text);
  }
}
