/**
 * Cuts that no regular expression makes in linear time: groups of three digits, counted from the right.
 *
 * @module
 */

/** Takes the ends of pieces, ascending; the last piece ends at the end of the text. */
type Cut = (end: number) => void;

const NUMBERS = /\p{N}+/gu;
const DIGITS = /[0-9]+/g;

/** Splitters by name. Each calls `cut` with the end of every piece of `text`. */
export const SPLITTERS = {
  /**
   * Cuts runs of numbers (AFMoE, Tiny Aya): after the first one or two where the count is no multiple of three,
   * then after every three. As in llama.cpp, what stands before a run stays with its first piece.
   */
  threesFromRight(text: string, cut: Cut): void {
    NUMBERS.lastIndex = 0;
    let end = 0;
    for (let match = NUMBERS.exec(text); match !== null; match = NUMBERS.exec(text)) {
      const numbers = Array.from(match[0], (character) => character.length);
      let left = numbers.length;
      end = match.index;
      for (const units of numbers) {
        end += units;
        if (--left % 3 === 0) cut(end);
      }
    }
    if (end < text.length) cut(text.length);
  },

  /** Cuts before every three of the ASCII digits of a run, counted from its right end (SuperBPE). */
  beforeThrees(text: string, cut: Cut): void {
    DIGITS.lastIndex = 0;
    for (let match = DIGITS.exec(text); match !== null; match = DIGITS.exec(text)) {
      const run = match[0].length;
      for (let at = run % 3; at < run; at += 3) if (match.index + at > 0) cut(match.index + at);
    }
    if (text.length > 0) cut(text.length);
  },
} as const;

/** A splitter of {@linkcode SPLITTERS}. */
export type SplitterName = keyof typeof SPLITTERS;
