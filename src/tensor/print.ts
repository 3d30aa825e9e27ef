/**
 * Tensors as NumPy prints them: lines of at most 75 characters, more than 1000 elements elided to three at each end.
 * Their numbers are formatted in print_numbers.ts.
 *
 * @module
 */
import { cat } from "./ops/join.ts";
import { formatter, scalarText } from "./print_numbers.ts";
import { refuseWhileRecording } from "./program.ts";
import { Scope } from "./scope.ts";
import type { NestedNumbers, Tensor } from "./tensor.ts";

/** More elements than this are elided. */
const THRESHOLD = 1000;
/** So many entries stay at each end of a dimension. */
const EDGE = 3;
const LINE_WIDTH = 75;
/** What stands for entries that are left out. */
const ELISION = "...";

/** See {@linkcode Tensor.toText}. */
export async function toText(x: Tensor): Promise<string> {
  refuseWhileRecording("print a tensor");
  if (x.rank === 0) return scalarText(await x.item(), x.dtype);
  if (x.size === 0) return "[]";
  const elided = x.size > THRESHOLD;
  using own = new Scope();
  const shown = elided ? corners(x, own) : x;
  const values = await shown.toArray();
  const format = formatter(flat(values), x.dtype);
  const gaps = x.shape.map((n) => elided && n > 2 * EDGE);
  return brackets(values, gaps, format, " ", LINE_WIDTH);
}

function flat(values: NestedNumbers): number[] {
  return Array.isArray(values) ? values.flatMap(flat) : [values];
}

/** The entries that stay. */
function corners(x: Tensor, own: Scope): Tensor {
  return x.shape.reduce((y, n, d) => {
    if (n <= 2 * EDGE) return y;
    const ends = [y.narrow(d, 0, EDGE), y.narrow(d, n - EDGE, EDGE)].map((t) => own.own(t));
    return own.own(cat(ends, d));
  }, own.own(x.detach()));
}

/** Nested entries in brackets. `gaps` says of each dimension, from this one on, whether its middle is left out. */
function brackets(
  values: NestedNumbers,
  [gap, ...gaps]: readonly boolean[],
  format: (value: number) => string,
  indent: string,
  width: number,
): string {
  if (gaps.length === 0) {
    return `[${lines((values as number[]).map(format), gap, indent, width).slice(indent.length)}]`;
  }
  const nested = (values as NestedNumbers[]).map((v) => brackets(v, gaps, format, indent + " ", width - 1));
  if (gap) nested.splice(EDGE, 0, ELISION);
  return `[${nested.join("\n".repeat(gaps.length) + indent)}]`;
}

/** Words in lines of at most `width` characters, less one for the bracket. */
function lines(words: readonly string[], gap: boolean, indent: string, width: number): string {
  const all = gap ? words.toSpliced(EDGE, 0, ELISION) : words;
  const done: string[] = [];
  let line = indent;
  for (const [i, word] of all.entries()) {
    const full = line.length + word.length > width - 1;
    if (full && line.length > indent.length) {
      done.push(line.trimEnd());
      line = indent;
    }
    line += i < all.length - 1 ? `${word} ` : word;
  }
  return [...done, line].join("\n");
}
