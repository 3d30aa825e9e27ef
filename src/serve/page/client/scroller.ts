/**
 * Keeps the end of the text in sight while it grows, unless the reader has gone back to read.
 *
 * @module
 */
import { find } from "./dom.ts";

/** Pixels from the end that still count as being there. */
const NEAR = 60;

/** The scrolling of the transcript. */
export class Scroller {
  private readonly log = find("log");
  private readonly latest = find("latest");
  private following = true;

  constructor() {
    const look = () => this.latest.hidden = this.following = this.distance() < NEAR;
    this.log.addEventListener("scroll", look, { passive: true });
    new ResizeObserver(() => this.following && this.toEnd()).observe(this.log);
    this.latest.addEventListener("click", () => {
      this.toEnd();
      this.log.focus({ preventScroll: true });
    });
  }

  /** Shows the end. */
  toEnd(): void {
    this.following = this.latest.hidden = true;
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** Changes what is shown, and follows where the reader was at the end. */
  around(change: () => void): void {
    const { following } = this;
    change();
    if (following) this.toEnd();
    else this.latest.hidden = this.distance() < NEAR;
  }

  private distance(): number {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight;
  }
}
