/**
 * Reading bytes that a file announced, and bringing them into the order in which tensors are kept.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Source } from "../hub/source.ts";

/** What is asked of a forward-only source at first; each later piece is as long as all before it. */
const FIRST_PIECE = 1 << 20;

/**
 * Fills `into` from byte `offset` of a source.
 *
 * @throws WickError CORRUPT_FILE, with `what` and the offset, where the source ends before
 */
export async function readExactly(
  source: Source,
  what: string,
  offset: number,
  into: Uint8Array,
): Promise<void> {
  const read = await source.readInto(offset, into);
  if (read === into.length) return;
  throw new WickError(
    "CORRUPT_FILE",
    `Cannot read ${what} of ${source.name} at byte ${offset}: ` +
      `needs ${into.length} bytes, got ${read} to the end of the file`,
  );
}

/**
 * `length` bytes from `offset` on. The length may come from the file: where it can't be held against the
 * source's size beforehand (a stream, deflated data), memory is taken only as bytes arrive.
 *
 * @throws WickError CORRUPT_FILE where the source ends before
 */
export async function readBytes(
  source: Source,
  what: string,
  offset: number,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const size = source.size ?? Infinity;
  if (offset + length > size) {
    throw new WickError(
      "CORRUPT_FILE",
      `Cannot read ${what} of ${source.name} at byte ${offset}: ` +
        `needs ${length} bytes, got ${Math.max(0, size - offset)} to the end of the file` +
        (size === 0 ? ", which is empty" : ""),
    );
  }
  const known = source.size !== undefined && !source.sequential;
  let bytes = new Uint8Array(known ? length : Math.min(length, FIRST_PIECE));
  await readExactly(source, what, offset, bytes);
  while (bytes.length < length) {
    const longer = new Uint8Array(Math.min(length, 2 * bytes.length));
    longer.set(bytes);
    await readExactly(source, what, offset + bytes.length, longer.subarray(bytes.length));
    bytes = longer;
  }
  return bytes;
}

/** All parts, one behind the other. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let end = 0;
  for (const part of parts) all.set(part, (end += part.length) - part.length);
  return all;
}

/** Reverses the bytes of each value of `width` bytes, in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  if (width === 1) return;
  for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse();
}

/** Strides, in elements, of a contiguous tensor in C order. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let i = shape.length - 1; i >= 0; i--) {
    strides[i] = stride;
    stride *= shape[i];
  }
  return strides;
}

/**
 * The elements at `strides` (in elements of `width` bytes, from the first byte of `from` on), in C order.
 * The caller has checked that all lie within `from`.
 */
export function gather(
  from: Uint8Array,
  shape: readonly number[],
  strides: readonly number[],
  width: number,
): Uint8Array<ArrayBuffer> {
  const count = shape.reduce((a, b) => a * b, 1);
  const into = new Uint8Array(count * width);
  const index = new Array<number>(shape.length).fill(0);
  let element = 0;
  for (let to = 0; to < into.length; to += width) {
    const at = element * width;
    for (let i = 0; i < width; i++) into[to + i] = from[at + i];
    for (let d = shape.length - 1; d >= 0; d--) { // the next index, as an odometer counts
      element += strides[d];
      if (++index[d] < shape[d]) break;
      element -= strides[d] * shape[d];
      index[d] = 0;
    }
  }
  return into;
}
