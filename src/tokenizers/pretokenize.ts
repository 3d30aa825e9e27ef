/**
 * Cuts text into the pieces that a byte-pair encoding merges within.
 *
 * @module
 */
import type { PreTokenizerSpec, SplitRule } from "./pretokenizers.ts";
import { SPLITTERS } from "./splitters.ts";
import { classifiable, plainSpaced } from "./unicode.ts";

/** Takes a piece, as code units `[start, end)` of the whole text. */
export type PieceSink = (start: number, end: number) => void;

/** Calls `emit` with every piece of `text`, gaps between matches included, shifted by `offset`. */
type Cutting = (text: string, offset: number, emit: PieceSink) => void;

/** One rule at work. */
interface Stage {
  cut: Cutting;
  /** Whether it asks for classes of characters; else it sees the characters themselves. */
  classes: boolean;
}

/** A text as the stages see it, code unit by code unit. */
interface Seen {
  plain: string;
  classes: string;
}

/** The rules of one pre-tokenizer, compiled. */
export class PreTokenizer {
  private readonly stages: Stage[];

  constructor(spec: PreTokenizerSpec) {
    this.stages = spec.rules.map(stage);
  }

  /** Calls `emit` with the pieces of well-formed `text` in order; together they are the text. */
  split(text: string, emit: PieceSink): void {
    if (text.length === 0) return;
    const plain = plainSpaced(text);
    this.run(0, { plain, classes: classifiable(plain) }, 0, text.length, emit);
  }

  private run(index: number, seen: Seen, start: number, end: number, emit: PieceSink): void {
    if (index === this.stages.length || end - start === 1) return emit(start, end);
    const { cut, classes } = this.stages[index];
    const text = classes ? seen.classes : seen.plain;
    const part = start === 0 && end === text.length ? text : text.slice(start, end);
    const last = index + 1 === this.stages.length;
    cut(part, start, last ? emit : (from, to) => this.run(index + 1, seen, from, to, emit));
  }
}

function stage(rule: SplitRule): Stage {
  if (typeof rule === "string") return { cut: matches(compile(rule)), classes: /\\p\{/i.test(rule) };
  return { cut: splits(SPLITTERS[rule.code]), classes: true };
}

function splits(splitter: (text: string, cut: (end: number) => void) => void): Cutting {
  return (text, offset, emit) => {
    let start = 0;
    splitter(text, (end) => {
      emit(offset + start, offset + end);
      start = end;
    });
  };
}

/** JavaScript's `\s` is not Unicode's white space (it has U+FEFF and lacks U+0085), so that is spelled out. */
export function compile(rule: string): RegExp {
  const source = rule.replaceAll("\\s", "\\p{White_Space}").replaceAll("\\S", "\\P{White_Space}");
  return new RegExp(source, "gu");
}

function matches(pattern: RegExp): Cutting {
  return (text, offset, emit) => {
    pattern.lastIndex = 0;
    let end = 0;
    for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
      if (match.index > end) emit(offset + end, offset + match.index);
      end = match.index + match[0].length;
      emit(offset + match.index, offset + end);
    }
    if (end < text.length) emit(offset + end, offset + text.length);
  };
}
