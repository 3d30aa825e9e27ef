/**
 * A row's parameters and cells in order, and the numbers of a call by name.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Call } from "./device.ts";
import type { Kernel, Sizes } from "./kernel.ts";

/** The types of a row's numbers, in the order of its words. */
export interface Form {
  /** Of its parameters. */
  readonly params: readonly ("i32" | "f32")[];
  /** Of its cells. */
  readonly cells: readonly ("i32" | "f32")[];
  /** Of its parameters, then its cells. */
  readonly names: readonly string[];
}

const forms = new WeakMap<Kernel, Form>();

/** The form of a row. */
export function form(kernel: Kernel): Form {
  let known = forms.get(kernel);
  if (!known) {
    known = {
      params: Object.values(kernel.params),
      cells: Object.values(kernel.cells),
      names: [...Object.keys(kernel.params), ...Object.keys(kernel.cells)],
    };
    forms.set(kernel, known);
  }
  return known;
}

/** Throws where a call does not have as many operands, parameters and cells as its row. */
export function checkForm(
  kernel: Kernel,
  operands: Call["operands"],
  params: Call["params"],
  cells: Call["cells"],
): void {
  const wanted = form(kernel);
  if (
    operands.length === kernel.operands.length && params.length === wanted.params.length &&
    cells.length === wanted.cells.length
  ) return;
  throw new WickError(
    "INVALID_STATE",
    `Cannot call ${kernel.name}: it takes ${kernel.operands.length} operands, ${wanted.params.length} parameters ` +
      `and ${wanted.cells.length} cells, got ${operands.length}, ${params.length} and ${cells.length}`,
  );
}

/** A call's numbers by name; a cell counts with its value, which is its maximum while a Program is compiled. */
export function kernelSizes(kernel: Kernel, params: Call["params"], cells: Call["cells"]): Sizes {
  const sizes: Record<string, number> = {};
  const { names } = form(kernel);
  params.forEach((p, i) => sizes[names[i]] = p);
  cells.forEach((c, i) => sizes[names[params.length + i]] = typeof c === "number" ? c : c.value);
  return sizes;
}
