/**
 * SentencePiece's precompiled normalization: a double array from byte sequences to replacements.
 *
 * Layout of the blob: u32 size of the array in bytes, the array (u32 units: bits 0-7 label, 8 has a leaf, 9
 * offset shift, 10-30 offset, 31 marks a value), then the replacements, each ended by a NUL.
 *
 * Source: the Darts-clone double array of SentencePiece's `normalizer.cc`.
 *
 * @module
 */
import { WickError } from "../error.ts";

/** A compiled map of character sequences. */
export class CharsMap {
  /** The bytes that the last {@linkcode match} took, 0 where there was none. */
  matched = 0;
  /** The replacement of the last match is `blob[replacement .. replacementEnd)`. */
  replacement = 0;
  replacementEnd = 0;
  private readonly units: Uint32Array;
  private readonly texts: number;

  /** @throws {WickError} CORRUPT_FILE where the sizes contradict each other */
  constructor(readonly blob: Uint8Array) {
    const size = blob.length < 4 ? NaN : new DataView(blob.buffer, blob.byteOffset).getUint32(0, true);
    if (!(size % 4 === 0 && size >= 1024 && size + 4 < blob.length) || blob[blob.length - 1] !== 0) {
      throw corrupt(`needs an array of whole units and ended texts, got ${size} of ${blob.length} bytes`);
    }
    const view = new DataView(blob.buffer, blob.byteOffset + 4, size);
    this.units = Uint32Array.from({ length: size / 4 }, (_, i) => view.getUint32(4 * i, true));
    this.texts = 4 + size;
  }

  /** Finds the longest sequence that `bytes[start .. end)` begins with; false where there is none. */
  match(bytes: Uint8Array, start: number, end: number): boolean {
    this.matched = 0;
    let text = -1;
    let node = offsetOf(this.unit(0));
    for (let i = start; i < end && bytes[i] !== 0; i++) {
      node ^= bytes[i];
      const unit = this.unit(node);
      if ((unit & 0x800000ff) !== bytes[i]) break;
      node ^= offsetOf(unit);
      if ((unit & 0x100) === 0) continue;
      text = this.unit(node) & 0x7fffffff;
      this.matched = i + 1 - start;
    }
    if (this.matched === 0) return false;
    this.replacement = this.texts + text;
    this.replacementEnd = this.blob.indexOf(0, this.replacement);
    if (this.replacementEnd < 0) {
      throw corrupt(`names text ${text} of ${this.blob.length - this.texts} bytes`);
    }
    return true;
  }

  private unit(node: number): number {
    if (node < this.units.length && node >= 0) return this.units[node];
    throw corrupt(`leads to unit ${node} of ${this.units.length}`);
  }
}

function offsetOf(unit: number): number {
  return (unit >>> 10) << ((unit & 0x200) >>> 6);
}

function corrupt(what: string): WickError {
  return new WickError("CORRUPT_FILE", `Cannot normalize text: tokenizer.ggml.precompiled_charsmap ${what}`);
}
