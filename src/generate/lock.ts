/**
 * One at a time.
 *
 * @module
 */

/** Lets one task through, the others wait in the order in which they came. */
export class Lock {
  private last: Promise<void> = Promise.resolve();

  /** Waits for its turn, runs `task`, and lets the next one in, also where it throws. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    const before = this.last;
    let leave!: () => void;
    this.last = new Promise((resolve) => leave = resolve);
    await before;
    try {
      return await task();
    } finally {
      leave();
    }
  }
}
