/**
 * Arithmetic on shapes and strides (in elements).
 *
 * @module
 */
import { WickError } from "../error.ts";

/** A shape, outermost dimension first. */
export type Shape = readonly number[];

/** The number of elements. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((a, b) => a * b, 1);
}

/** Strides of a contiguous tensor. */
export function contiguousStrides(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/** Whether elements follow each other without holes, in order. */
export function isContiguous(shape: Shape, strides: Shape): boolean {
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    if (shape[i] !== 1 && strides[i] !== stride) return false;
    stride *= shape[i];
  }
  return true;
}

/** "[2,3]". */
export function show(shape: Shape): string {
  return `[${shape.join(",")}]`;
}

/** Throws where an extent is not a whole number from 0. */
export function checkShape(name: string, shape: readonly number[]): void {
  if (shape.every((n) => Number.isSafeInteger(n) && n >= 0)) return;
  throw new WickError(
    "SHAPE_MISMATCH",
    `Cannot ${name} ${show(shape)}: each extent must be a whole number from 0`,
  );
}

/** A dimension counted from the front; negative ones count from the end. */
export function dimension(op: string, dim: number, rank: number): number {
  const at = dim < 0 ? dim + rank : dim;
  if (Number.isInteger(dim) && at >= 0 && at < rank) return at;
  const which = rank === 0
    ? "rank 0 has no dimensions"
    : `dimension must be in ${-rank}..${rank - 1} for rank ${rank}`;
  throw new WickError(
    "INDEX_OUT_OF_RANGE",
    `Cannot ${op}: ${which}, got ${dim}`,
    { param: "dim" },
  );
}

/** The shape that two shapes broadcast to, as NumPy does. */
export function broadcastShapes(op: string, a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  const shape = new Array<number>(rank);
  for (let i = 1; i <= rank; i++) {
    const x = a[a.length - i] ?? 1;
    const y = b[b.length - i] ?? 1;
    if (x !== y && x !== 1 && y !== 1) {
      throw new WickError(
        "SHAPE_MISMATCH",
        `Cannot ${op} ${show(a)} and ${show(b)}: dimensions must be equal or 1, got ${x} and ${y}`,
      );
    }
    shape[rank - i] = x === 1 ? y : x;
  }
  return shape;
}

/** Strides that read a tensor as if it had the shape `to`: 0 where it repeats. */
export function broadcastStrides(shape: Shape, strides: Shape, to: Shape): number[] {
  const shift = to.length - shape.length;
  return to.map((_, i) => i < shift || shape[i - shift] === 1 ? 0 : strides[i - shift]);
}

/** A walk over elements in at most four nested loops: sizes, and one list of strides for each operand. */
export interface Walk {
  /** [D0, D1, D2, D3], outermost first. */
  readonly sizes: readonly number[];
  /** For each operand its stride in each of the four loops. */
  readonly strides: readonly (readonly number[])[];
}

/**
 * Joins neighbouring dimensions that every operand walks through without a jump, and pads to four loops.
 * `fixedLead` keeps dimension 0 as the outermost loop (its extent is a cell). Undefined where more than four
 * loops remain.
 */
export function collapse(shape: Shape, strides: readonly Shape[], fixedLead: boolean): Walk | undefined {
  const sizes: number[] = [];
  const steps: number[][] = strides.map(() => []);
  shape.forEach((size, i) => {
    const lead = fixedLead && i === 0;
    if (size === 1 && !lead) return;
    const last = sizes.length - 1;
    const joins = last >= (fixedLead ? 1 : 0) &&
      strides.every((s, j) => steps[j][last] === s[i] * size);
    if (joins) {
      sizes[last] *= size;
      strides.forEach((s, j) => steps[j][last] = s[i]);
    } else {
      sizes.push(size);
      strides.forEach((s, j) => steps[j].push(s[i]));
    }
  });
  if (sizes.length > 4) return undefined;
  const at = fixedLead ? 1 : 0;
  const padding = 4 - sizes.length;
  sizes.splice(at, 0, ...new Array(padding).fill(1));
  for (const s of steps) s.splice(at, 0, ...new Array(padding).fill(0));
  return { sizes, strides: steps };
}
