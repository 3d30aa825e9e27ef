/**
 * What a template may use up: it comes with a model file, and a file may be hostile. Whatever makes much out of
 * little asks here before it does.
 *
 * @module
 */
import { fail } from "./failure.ts";

/** The longest template, in code units. */
export const LONGEST_TEMPLATE: number = 2 ** 18;
/** The longest text that any expression may give, in code units. */
export const LONGEST_TEXT: number = 2 ** 20;
/** The longest list, and the most numbers of a range (as in jinja2's sandbox). */
export const MOST_ITEMS = 100_000;
/** The work of a rendering: a step for every expression, for every 64 characters and every 4 items of it. */
const MOST_STEPS = 2 ** 20;
/** The most text that all statements together may write, inside macros and filters too. */
const MOST_WRITTEN = 4 * LONGEST_TEXT;
/** How deep expressions, statements, macros, and lists within lists may nest. */
const DEEPEST = 512;
/** The longest integer, in bits: Python refuses to write those of more than 4300 digits (14,285 bits). */
const LONGEST_INTEGER = 2 ** 15;

/** Counts what a rendering uses, and throws where that is too much. */
export class Budget {
  private steps = 0;
  private written = 0;
  private depth = 0;

  /** Goes one level deeper; whoever does leaves again. */
  enter(): void {
    if (++this.depth > DEEPEST) this.exceeded(DEEPEST, "levels of nesting");
  }

  leave(): void {
    this.depth--;
  }

  /** Counts one step. */
  step(): void {
    this.spend(1);
  }

  /** Counts so many steps, or parts of one. */
  spend(steps: number): void {
    this.steps += steps;
    if (!(this.steps <= MOST_STEPS)) this.exceeded(MOST_STEPS, "steps");
  }

  /** Counts what it takes to go through a text, or through as much of two as they have in common. */
  through(length: number): void {
    this.spend(length / 64);
  }

  /** Counts `length` characters that the template writes. */
  write(length: number): void {
    this.written += length;
    if (!(this.written <= MOST_WRITTEN)) this.exceeded(MOST_WRITTEN, "characters written");
  }

  /** Asks whether a text of this length may come into being, or be gone through. */
  text(length: number): void {
    this.size(length);
    this.through(length);
  }

  /** Asks whether a text of this length may come into being without being gone through. */
  size(length: number): void {
    if (!(length <= LONGEST_TEXT)) this.exceeded(LONGEST_TEXT, "characters of one text");
  }

  /** Asks whether a list of this length may come into being, or be gone through. */
  items(count: number): void {
    this.many(count);
    this.spend(count / 4);
  }

  /** Asks whether a list may have so many items. */
  many(count: number): void {
    if (!(count <= MOST_ITEMS)) this.exceeded(MOST_ITEMS, "items of one list");
  }

  /** Asks whether an integer of this many bits may come into being. */
  integer(bits: number): void {
    if (!(bits <= LONGEST_INTEGER)) this.exceeded(LONGEST_INTEGER, "bits of one integer");
  }

  private exceeded(most: number, what: string): never {
    fail(`it may use at most ${most} ${what}`);
  }
}
