/**
 * Who may generate now: a fixed number of places and a bounded queue before them, first come, first served.
 *
 * @module
 */
import { WickError } from "../error.ts";

/** The right to generate, until it is left. */
export interface Place {
  /** Gives the place to the next in the queue; further calls do nothing. */
  leave(): void;
}

interface Waiter {
  admit(place: Place): void;
}

/** A door with `parallel` places behind it and a queue of at most `queue` before it. */
export class Admission {
  #free: number;
  readonly #waiting: Waiter[] = [];
  /** Milliseconds that a place is held, averaged over the last ones. */
  #held = 1000;

  constructor(private readonly parallel: number, private readonly queue: number) {
    this.#free = parallel;
  }

  /**
   * Waits for a place. Throws QUEUE_FULL at once where the queue is full, and ABORTED when `signal` fires first.
   */
  enter(signal: AbortSignal): Promise<Place> {
    if (signal.aborted) return Promise.reject(aborted());
    if (this.#free > 0) {
      this.#free--;
      return Promise.resolve(this.#place());
    }
    if (this.#waiting.length >= this.queue) return Promise.reject(this.#full());
    return this.#wait(signal);
  }

  /** Seconds after which a refused client may try again: the time in which the queue should empty. */
  get retryAfter(): number {
    const seconds = this.#held * (this.#waiting.length + 1) / this.parallel / 1000;
    return Math.min(60, Math.max(1, Math.ceil(seconds)));
  }

  #wait(signal: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(aborted());
      };
      const waiter: Waiter = {
        admit(place) {
          signal.removeEventListener("abort", giveUp);
          resolve(place);
        },
      };
      signal.addEventListener("abort", giveUp, { once: true });
      this.#waiting.push(waiter);
    });
  }

  #place(): Place {
    const since = performance.now();
    let left = false;
    return {
      leave: () => {
        if (left) return;
        left = true;
        this.#held += (performance.now() - since - this.#held) / 8;
        const next = this.#waiting.shift();
        if (next) next.admit(this.#place());
        else this.#free++;
      },
    };
  }

  #full(): WickError {
    return new WickError(
      "QUEUE_FULL",
      `Cannot take the request: at most ${this.queue} may wait, got one more; try again in ${this.retryAfter} s`,
    );
  }
}

/** The error of a client that has left. */
export function aborted(): WickError {
  return new WickError("ABORTED", "Cannot go on with the request: the client has left");
}
