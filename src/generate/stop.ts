/**
 * Stop strings in a stream of text: what may be the beginning of one is held back until it is decided.
 *
 * Each stop string runs through the automaton of Knuth, Morris and Pratt (1977), so the time is linear in the
 * text times the number of stops, however the text is cut into pieces.
 *
 * @module
 */

/** One stop string and how much of its beginning the text ends with. */
class Needle {
  matched = 0;
  /** border[i]: the longest proper prefix of the first i + 1 units that is also their suffix. */
  readonly #border: Int32Array;

  constructor(readonly text: string) {
    const border = this.#border = new Int32Array(text.length);
    for (let i = 1, length = 0; i < text.length; i++) {
      while (length > 0 && text[i] !== text[length]) length = border[length - 1];
      if (text[i] === text[length]) length++;
      border[i] = length;
    }
  }

  /** Takes the next UTF-16 code unit; true where it completes the string. */
  advance(unit: number): boolean {
    const { text } = this;
    while (this.matched > 0 && text.charCodeAt(this.matched) !== unit) {
      this.matched = this.#border[this.matched - 1];
    }
    if (text.charCodeAt(this.matched) === unit) this.matched++;
    return this.matched === text.length;
  }
}

/** What {@linkcode StopMatcher.push} found. */
export interface StopStep {
  /** The text that became certain; no part of a stop string. */
  emit: string;
  /** Whether a stop string is complete; nothing is emitted after that. */
  stopped: boolean;
}

/**
 * Watches a stream of text for stop strings. The text ends where the first of them is complete (of several
 * complete with the same character, the longest counts) and is given out up to its beginning.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { StopMatcher } from "./stop.ts";
 * const matcher = new StopMatcher(["\nUser:"]);
 * deepEqual(matcher.push("Yes.\nUs"), { emit: "Yes.", stopped: false });
 * deepEqual(matcher.push("er: Why?"), { emit: "", stopped: true });
 * ```
 */
export class StopMatcher {
  readonly #needles: Needle[];
  /** Text not yet given out: the longest possible beginning of a stop string, or half a character. */
  #held = "";
  #stopped = false;

  /** Non-empty, well-formed strings, as the option check leaves them. */
  constructor(stops: readonly string[]) {
    this.#needles = stops.map((text) => new Needle(text));
  }

  /** Takes the next piece of text. */
  push(text: string): StopStep {
    for (let i = 0; i < text.length && !this.#stopped; i++) {
      const length = this.#advance(text.charCodeAt(i));
      if (length > 0) return this.#stopAt(this.#held.length + i + 1 - length, text);
    }
    if (this.#stopped || text === "") return { emit: "", stopped: this.#stopped };
    const held = this.#undecided(text);
    const emit = this.#before(this.#held.length + text.length - held.length, text);
    this.#held = held;
    return { emit, stopped: false };
  }

  /** What is still held back; to be called at the end of the text. */
  flush(): string {
    const rest = this.#held;
    this.#held = "";
    this.#stopped = true;
    return rest;
  }

  /** The length of the longest stop string that this code unit completes, or 0. */
  #advance(unit: number): number {
    let length = 0;
    for (const needle of this.#needles) {
      if (needle.advance(unit)) length = Math.max(length, needle.text.length);
    }
    return length;
  }

  #stopAt(start: number, text: string): StopStep {
    const emit = this.#before(start, text);
    this.#held = "";
    this.#stopped = true;
    return { emit, stopped: true };
  }

  /** The end of the text that is to be held back. It is cut from the stop string, which holds the same text. */
  #undecided(text: string): string {
    let held = "";
    for (const needle of this.#needles) {
      if (needle.matched > held.length) held = needle.text.slice(0, needle.matched);
    }
    if (held === "" && isHighSurrogate(text.charCodeAt(text.length - 1))) return text.slice(-1);
    return held;
  }

  /** The first `end` units of what is held and `text`, at the cost of those alone. */
  #before(end: number, text: string): string {
    const held = this.#held;
    return end <= held.length ? held.slice(0, end) : held + text.slice(0, end - held.length);
  }
}

function isHighSurrogate(unit: number): boolean {
  return (unit & 0xfc00) === 0xd800;
}
