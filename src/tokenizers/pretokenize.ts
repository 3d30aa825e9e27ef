/**
 * Cuts text into the pieces that a byte-pair encoding merges within.
 *
 * @module
 */
import type { PreTokenizerSpec, SplitRule } from "./pretokenizers.ts";
import { SPLITTERS } from "./splitters.ts";
import { classifiable } from "./unicode.ts";

/** Takes a piece, as code units `[start, end)` of the whole text. */
export type PieceSink = (start: number, end: number) => void;

/** One rule at work: calls `emit` with every piece of `text`, gaps between matches included, shifted by `offset`. */
type Stage = (text: string, offset: number, emit: PieceSink) => void;

/** The rules of one pre-tokenizer, compiled. */
export class PreTokenizer {
  private readonly stages: Stage[];

  constructor(spec: PreTokenizerSpec) {
    this.stages = spec.rules.map(stage);
  }

  /** Calls `emit` with the pieces of well-formed `text` in order; together they are the text. */
  split(text: string, emit: PieceSink): void {
    if (text.length > 0) this.run(0, classifiable(text), 0, text.length, emit);
  }

  private run(stage: number, text: string, start: number, end: number, emit: PieceSink): void {
    if (stage === this.stages.length || end - start === 1) return emit(start, end);
    const part = start === 0 && end === text.length ? text : text.slice(start, end);
    const last = stage + 1 === this.stages.length;
    this.stages[stage](part, start, last ? emit : (from, to) => this.run(stage + 1, text, from, to, emit));
  }
}

function stage(rule: SplitRule): Stage {
  if (typeof rule === "string") return matches(compile(rule));
  return (text, offset, emit) => {
    let start = 0;
    SPLITTERS[rule.code](text, (end) => {
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

function matches(pattern: RegExp): Stage {
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
