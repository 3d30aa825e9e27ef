/**
 * The notation of einsum.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { show } from "../shape.ts";

/** An equation whose dimensions all have letters; those of "..." are "...0", "...1" from the last one on. */
export interface Equation {
  /** For each operand, those of its dimensions. */
  readonly operands: readonly (readonly string[])[];
  /** Those of the result's dimensions. */
  readonly result: readonly string[];
  /** The extent of each letter. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** Reads an equation for operands of `shapes`. */
export function parse(equation: string, shapes: readonly (readonly number[])[]): Equation {
  const fail = (requirement: string): never => {
    const operands = shapes.map(show).join(" and ");
    throw new WickError("SHAPE_MISMATCH", `Cannot einsum "${equation}" of ${operands}: ${requirement}`);
  };
  const [left, right, ...more] = equation.replaceAll(/\s/g, "").split("->");
  const sides = left.split(",");
  const legal = [...sides, right ?? ""].every((s) => /^[A-Za-z]*(\.\.\.)?[A-Za-z]*$/.test(s));
  if (!legal || more.length > 0) fail('expected letters and "...", as in "ij,jk->ik"');
  if (sides.length !== shapes.length) fail(`it names ${sides.length} operands, got ${shapes.length}`);
  const operands = sides.map((side, i) => {
    const named = side.replace("...", "").length;
    const rest = shapes[i].length - named;
    if (side.includes("...") ? rest < 0 : rest !== 0) {
      fail(`"${side}" does not name the dimensions of ${show(shapes[i])}`);
    }
    return lettersOf(side, rest);
  });
  const sizes = extents(operands, shapes, fail);
  const result = right === undefined ? implied(operands) : lettersOf(right, ellipsis(operands).length);
  result.forEach((l, i) => {
    if (result.indexOf(l) < i) fail(`the result names ${l} twice`);
    if (!sizes.has(l)) fail(`the result names ${l}, which no operand has`);
  });
  return { operands, result, sizes };
}

/** Letters of a side, "..." standing for `rest` dimensions. */
function lettersOf(side: string, rest: number): string[] {
  const [before, after] = side.split("...");
  if (after === undefined) return [...before];
  return [...before, ...Array.from({ length: rest }, (_, i) => `...${rest - 1 - i}`), ...after];
}

/** Those that "..." stands for, in the order of dimensions. */
function ellipsis(operands: Equation["operands"]): string[] {
  const longest = Math.max(
    0,
    ...operands.map((letters) => letters.filter((l) => l.startsWith("...")).length),
  );
  return lettersOf("...", longest);
}

/** What the result names where the equation does not say. */
function implied(operands: Equation["operands"]): string[] {
  const all = operands.flat().filter((l) => !l.startsWith("..."));
  const once = all.filter((l) => all.indexOf(l) === all.lastIndexOf(l));
  return [...ellipsis(operands), ...once.sort()];
}

function extents(
  operands: Equation["operands"],
  shapes: readonly (readonly number[])[],
  fail: (requirement: string) => never,
): Map<string, number> {
  const sizes = new Map<string, number>();
  operands.forEach((letters, i) =>
    letters.forEach((letter, d) => {
      const [n, known] = [shapes[i][d], sizes.get(letter) ?? 1];
      const first = letters.indexOf(letter);
      if (first < d && shapes[i][first] !== n) {
        fail(`${letter} stands for ${shapes[i][first]} and ${n} in one operand`);
      }
      if (n !== known && n !== 1 && known !== 1) fail(`${letter} stands for ${known} and ${n}`);
      if (n !== 1 || !sizes.has(letter)) sizes.set(letter, n);
    })
  );
  return sizes;
}
