/**
 * Paints what keeps changing once a frame, and less often where that takes long: a page must stay able to scroll.
 *
 * @module
 */

/** Of the time, the share that goes to painting is one to this and one. */
const REST = 4;

/** Calls `paint` some time after each request, and always after the last. */
export class Painter {
  private busy = false;
  private asked = false;

  constructor(private readonly paint: () => void) {}

  /** Asks for it. */
  request(): void {
    this.asked = true;
    if (this.busy) return;
    this.busy = true;
    requestAnimationFrame(() => {
      const begun = performance.now();
      this.asked = false;
      this.paint();
      setTimeout(() => {
        this.busy = false;
        if (this.asked) this.request();
      }, REST * (performance.now() - begun));
    });
  }
}
