/**
 * Indexing ops in plain float64, element by element.
 *
 * @module
 */

/** Elements in row-major order. */
export interface Values {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

const product = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

/** The place of an element. */
function place(shape: readonly number[], at: readonly number[]): number {
  return at.reduce((sum, v, d) => sum * shape[d] + v, 0);
}

/** The coordinates of every element in order. */
export function* everywhere(shape: readonly number[]): Generator<number[]> {
  for (let n = 0; n < product(shape); n++) {
    const at = new Array<number>(shape.length);
    for (let d = shape.length - 1, rest = n; d >= 0; d--) {
      at[d] = rest % shape[d];
      rest = Math.floor(rest / shape[d]);
    }
    yield at;
  }
}

const read = (x: Values, at: readonly number[]): number => x.data[place(x.shape, at)];

function make(shape: readonly number[], f: (at: number[]) => number): Values {
  return { shape, data: Float64Array.from(everywhere(shape), f) };
}

export const gather = (x: Values, d: number, index: Values): Values =>
  make(index.shape, (at) => read(x, at.with(d, read(index, at))));

export const indexSelect = (x: Values, d: number, index: Values): Values =>
  make(
    [...x.shape.slice(0, d), ...index.shape, ...x.shape.slice(d + 1)],
    (at) => {
      const taken = read(index, at.slice(d, d + index.shape.length));
      return read(x, [...at.slice(0, d), taken, ...at.slice(d + index.shape.length)]);
    },
  );

/** Folds the members that meet in each place; `members` are in the order of the index. */
function fold(
  x: Values,
  d: number,
  index: Values,
  src: Values,
  f: (own: number, members: number[]) => number,
): Values {
  const met = Array.from({ length: x.data.length }, () => [] as number[]);
  for (const at of everywhere(index.shape)) {
    met[place(x.shape, at.with(d, read(index, at)))].push(read(src, at));
  }
  return {
    shape: x.shape,
    data: Float64Array.from(met, (members, i) => members.length ? f(x.data[i], members) : x.data[i]),
  };
}

export const scatter = (x: Values, d: number, index: Values, src: Values): Values =>
  fold(x, d, index, src, (_, members) => members.at(-1)!);

const folds: Record<string, (members: number[]) => number> = {
  sum: (m) => m.reduce((a, b) => a + b, 0),
  prod: (m) => m.reduce((a, b) => a * b, 1),
  mean: (m) => m.reduce((a, b) => a + b, 0) / m.length,
  amax: (m) => Math.max(...m),
  amin: (m) => Math.min(...m),
};

export const scatterReduce = (
  x: Values,
  d: number,
  index: Values,
  src: Values,
  reduction: string,
  includeSelf: boolean,
): Values =>
  fold(x, d, index, src, (own, members) => folds[reduction](includeSelf ? [own, ...members] : members));

export function indexAdd(x: Values, d: number, index: Values, src: Values): Values {
  const y = Float64Array.from(x.data);
  for (const at of everywhere(src.shape)) y[place(x.shape, at.with(d, index.data[at[d]]))] += read(src, at);
  return { shape: x.shape, data: y };
}

/** One entry, or all of (first, count, step), of each dimension. */
export type Region = readonly (number | readonly [first: number, count: number, step: number])[];

const regionShape = (region: Region): number[] =>
  region.filter((r) => typeof r !== "number").map((r) => r[1]);

function inRegion(region: Region, at: readonly number[]): number[] {
  let d = 0;
  return region.map((r) => typeof r === "number" ? r : r[0] + r[2] * at[d++]);
}

export const slice = (x: Values, region: Region): Values =>
  make(regionShape(region), (at) => read(x, inRegion(region, at)));

export function sliceAssign(x: Values, region: Region, src: Values): Values {
  const y = Float64Array.from(x.data);
  const shape = regionShape(region);
  const shift = shape.length - src.shape.length;
  for (const at of everywhere(shape)) {
    y[place(x.shape, inRegion(region, at))] = read(
      src,
      at.slice(shift).map((v, d) => src.shape[d] === 1 ? 0 : v),
    );
  }
  return { shape: x.shape, data: y };
}

export const maskedFill = (x: Values, mask: Values, value: number): Values =>
  make(x.shape, (at) => {
    const shift = x.shape.length - mask.shape.length;
    return read(mask, at.slice(shift).map((v, d) => mask.shape[d] === 1 ? 0 : v)) ? value : read(x, at);
  });
