/**
 * What every tokenizer model does: text without special tokens to ids.
 *
 * @module
 */
import type { IdList } from "./ids.ts";

/** Encodes stretches of text between special tokens. */
export interface FragmentEncoder {
  /** Work done so far, counted: what tests bound instead of time. */
  readonly steps: number;
  /**
   * Appends the ids of `text[start .. end)`, which is well-formed.
   *
   * @param first whether nothing or a special token stands before it: where a space prefix goes
   */
  encode(text: string, start: number, end: number, first: boolean, into: IdList): void;
}
