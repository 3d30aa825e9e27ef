/**
 * Sums of products by Einstein's convention.
 *
 * @module
 */
import { asOp } from "../as_op.ts";
import type { PlainDtype } from "../dtype.ts";
import type { Tensor } from "../tensor.ts";
import { diagonal } from "./diagonal.ts";
import { type Equation, parse } from "./einsum_equation.ts";
import { matmul } from "./matmul.ts";
import { tidy } from "./tidy.ts";

/** A tensor whose dimensions have letters, each once. */
interface Term {
  x: Tensor;
  letters: readonly string[];
}

/**
 * The sum of products of tensors' elements over all letters that the result does not name. A letter names a
 * dimension; "..." stands for any others, which broadcast. Without "->" the result has, after "...", the letters
 * that occur once, in alphabetical order. A letter twice in one operand takes its diagonal. Dimensions of extent 1
 * broadcast. Operands are multiplied two by two, the least work first; integers keep their dtype and wrap around.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { einsum, tensor } from "@wick/wick";
 * using a = tensor([[1, 2], [3, 4]]);
 * using b = tensor([[1, 0], [1, 1]]);
 * using y = einsum("ik,jk->ij", a, b);
 * deepEqual(await y.toArray(), [[1, 3], [3, 7]]);
 * ```
 */
export function einsum(equation: string, ...tensors: Tensor[]): Tensor {
  return asOp("einsum", () => {
    const parsed = parse(equation, tensors.map((t) => t.shape));
    return tidy(tensors, (...all) => {
      const terms = all.map((x, i) => narrowed(onceEach({ x, letters: parsed.operands[i] }), parsed));
      while (terms.length > 1) {
        const [i, j] = cheapest(terms, parsed);
        const [b, a] = [terms.splice(j, 1)[0], terms.splice(i, 1)[0]];
        terms.push(product(a, b, new Set([...parsed.result, ...terms.flatMap((t) => t.letters)])));
      }
      return ordered(summed(terms[0], new Set(parsed.result)), parsed.result);
    });
  });
}

/** Diagonals where a letter stands twice. */
function onceEach(term: Term): Term {
  let { x, letters } = term;
  for (;;) {
    const again = letters.findIndex((l, i) => letters.indexOf(l) < i);
    if (again < 0) return { x, letters };
    const letter = letters[again];
    const first = letters.indexOf(letter);
    x = diagonal(x, 0, first, again);
    letters = [...letters.filter((_, d) => d !== first && d !== again), letter];
  }
}

/** Without the dimensions of extent 1 that broadcast over a larger extent of the same letter. */
function narrowed({ x, letters }: Term, { sizes }: Equation): Term {
  const whole = letters.map((l, d) => x.shape[d] === sizes.get(l));
  return {
    x: whole.reduceRight((y, keep, d) => keep ? y : y.squeeze(d), x),
    letters: letters.filter((_, d) => whole[d]),
  };
}

/** The two terms whose product takes the fewest multiplications. */
function cheapest(terms: readonly Term[], { sizes }: Equation): [number, number] {
  let best: [number, number] = [0, 1];
  let least = Infinity;
  terms.forEach((a, i) =>
    terms.slice(i + 1).forEach((b, j) => {
      const work = [...new Set([...a.letters, ...b.letters])].reduce((m, l) => m * sizes.get(l)!, 1);
      if (work < least) [best, least] = [[i, i + 1 + j], work];
    })
  );
  return best;
}

/** The product of two terms, summed over what is not `needed` any more. */
function product(left: Term, right: Term, needed: ReadonlySet<string>): Term {
  const a = summed(left, new Set([...needed, ...right.letters]));
  const b = summed(right, new Set([...needed, ...a.letters]));
  const common = a.letters.filter((l) => b.letters.includes(l));
  const inner = common.filter((l) => !needed.has(l));
  const outer = common.filter((l) => needed.has(l));
  const own = [a, b].map((t) => t.letters.filter((l) => !common.includes(l)));
  const letters = [...outer, ...own[0], ...own[1]];
  if (inner.length === 0) return { x: spread(a, letters).mul(spread(b, letters)), letters };
  const y = matmul(grouped(a, outer, own[0], inner), grouped(b, outer, inner, own[1]));
  const shape = (t: Term, wanted: readonly string[]) => wanted.map((l) => t.x.shape[t.letters.indexOf(l)]);
  return { x: apart(apart(y, -2, shape(a, own[0])), -1, shape(b, own[1])), letters };
}

/** Summed over the letters that are not kept, in its own dtype as products are. */
function summed({ x, letters }: Term, keep: ReadonlySet<string>): Term {
  const own = { dtype: x.dtype as PlainDtype };
  return {
    x: letters.reduceRight((y, l, d) => keep.has(l) ? y : y.sum(d, false, own), x),
    letters: letters.filter((l) => keep.has(l)),
  };
}

/** In the order of `letters`, with extent 1 where it lacks one. */
function spread(term: Term, letters: readonly string[]): Tensor {
  const own = letters.filter((l) => term.letters.includes(l));
  return letters.reduce((y, l, d) => own.includes(l) ? y : y.unsqueeze(d), ordered(term, own));
}

/** In the order of `letters`, which are its own. */
function ordered({ x, letters }: Term, wanted: readonly string[]): Tensor {
  return x.permute(...wanted.map((l) => letters.indexOf(l)));
}

/** [...outer, rows, columns], each of the last two made of any number of dimensions. */
function grouped(
  term: Term,
  outer: readonly string[],
  rows: readonly string[],
  columns: readonly string[],
): Tensor {
  const x = ordered(term, [...outer, ...rows, ...columns]);
  const at = outer.length;
  return merged(merged(x, at + rows.length, columns.length), at, rows.length);
}

function merged(x: Tensor, at: number, count: number): Tensor {
  if (count === 0) return x.unsqueeze(at);
  return count === 1 ? x : x.flatten(at, at + count - 1);
}

/** The reverse of `merged`. */
function apart(x: Tensor, dim: number, shape: readonly number[]): Tensor {
  if (shape.length === 0) return x.squeeze(dim);
  return shape.length === 1 ? x : x.unflatten(dim, shape);
}
