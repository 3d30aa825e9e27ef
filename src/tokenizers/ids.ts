/**
 * A growing list of token ids.
 *
 * @module
 */

/** Token ids in one typed array that doubles when it is full. */
export class IdList {
  /** The ids; those from `length` on are without meaning. */
  data: Int32Array = new Int32Array(64);
  length = 0;

  /** Appends one id. */
  push(id: number): void {
    if (this.length === this.data.length) this.reserve(1);
    this.data[this.length++] = id;
  }

  /** Appends `source[start .. end)`. */
  append(source: Int32Array, start: number, end: number): void {
    if (this.length + end - start > this.data.length) this.reserve(end - start);
    for (let i = start; i < end; i++) this.data[this.length++] = source[i];
  }

  /** The ids as a plain array. */
  toArray(): number[] {
    return Array.from(this.data.subarray(0, this.length));
  }

  private reserve(more: number): void {
    const grown = new Int32Array(Math.max(this.data.length * 2, this.length + more));
    grown.set(this.data.subarray(0, this.length));
    this.data = grown;
  }
}
