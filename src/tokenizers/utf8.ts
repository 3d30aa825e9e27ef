/**
 * UTF-8 as the tokenizers need it: parts of JavaScript strings to bytes without making substrings.
 *
 * @module
 */

/** The bytes of U+2581, which stands for a space in SentencePiece vocabularies. */
export const SPACE_MARK: Uint8Array = Uint8Array.of(0xe2, 0x96, 0x81);

/** The code unit of U+2581. */
export const SPACE_MARK_UNIT = 0x2581;

/** How many bytes a UTF-8 sequence has, told by its first byte (1 for a stray continuation byte). */
export function sequenceLength(lead: number): number {
  return lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
}

/** `text` with every lone surrogate replaced by U+FFFD. */
export function wellFormed(text: string): string {
  return text.isWellFormed() ? text : text.toWellFormed();
}

/** A larger buffer is given back when it is emptied. */
const KEPT_BYTES = 1 << 16;

/** A byte buffer that parts of strings are encoded into, one after the other. */
export class Utf8Buffer {
  bytes: Uint8Array = new Uint8Array(256);
  length = 0;

  /** Empties the buffer. */
  clear(): void {
    this.length = 0;
    if (this.bytes.length > KEPT_BYTES) this.bytes = new Uint8Array(256);
  }

  /** Makes room for `more` bytes. */
  reserve(more: number): void {
    if (this.length + more <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + more));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** Appends bytes. */
  append(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Appends the code units `[start, end)` of well-formed `text`, which begin and end between characters. */
  appendText(text: string, start: number, end: number): void {
    this.reserve((end - start) * 3); // A code unit has at most three bytes.
    for (let i = start; i < end; i++) {
      const unit = text.charCodeAt(i);
      if (unit < 0x80) this.bytes[this.length++] = unit;
      else if (unit < 0xd800 || unit > 0xdbff) this.appendCodePoint(unit);
      else this.appendCodePoint(0x10000 + ((unit - 0xd800) << 10) + text.charCodeAt(++i) - 0xdc00);
    }
  }

  /** As {@linkcode appendText}, with U+2581 for every space. */
  appendMarked(text: string, start: number, end: number): void {
    this.reserve((end - start) * 3);
    for (let i = start; i < end; i++) {
      const unit = text.charCodeAt(i);
      if (unit === 0x20) this.appendCodePoint(SPACE_MARK_UNIT);
      else if (unit < 0x80) this.bytes[this.length++] = unit;
      else if (unit < 0xd800 || unit > 0xdbff) this.appendCodePoint(unit);
      else this.appendCodePoint(0x10000 + ((unit - 0xd800) << 10) + text.charCodeAt(++i) - 0xdc00);
    }
  }

  /** Appends one code point; the room for it must have been reserved. */
  appendCodePoint(code: number): void {
    const { bytes } = this;
    if (code < 0x80) {
      bytes[this.length++] = code;
    } else if (code < 0x800) {
      bytes[this.length++] = 0xc0 | code >> 6;
      bytes[this.length++] = 0x80 | code & 63;
    } else if (code < 0x10000) {
      bytes[this.length++] = 0xe0 | code >> 12;
      bytes[this.length++] = 0x80 | code >> 6 & 63;
      bytes[this.length++] = 0x80 | code & 63;
    } else {
      bytes[this.length++] = 0xf0 | code >> 18;
      bytes[this.length++] = 0x80 | code >> 12 & 63;
      bytes[this.length++] = 0x80 | code >> 6 & 63;
      bytes[this.length++] = 0x80 | code & 63;
    }
  }
}
