/**
 * Ids back to text, at once or as they come.
 *
 * @module
 */
import type { DecodeOptions, TokenDecoder } from "./tokenizer.ts";
import { SPACE_MARK } from "./utf8.ts";
import { Attribute, HIDDEN, type Vocabulary } from "./vocabulary.ts";

/** What a vocabulary's tokens mean as text. */
export interface TextRules {
  /** U+2581 in ordinary tokens is a space. */
  marksSpaces: boolean;
  /** Encoding puts a space before text that begins or follows a special token, so decoding takes it away. */
  addsSpace: boolean;
}

const NOTHING = new Uint8Array(0);
const SPECIAL = HIDDEN | Attribute.USER_DEFINED;

/** Knows the bytes of every token. */
export class TokenBytes {
  constructor(readonly vocabulary: Vocabulary, readonly rules: TextRules) {}

  /** The bytes that a token stands for; those of hidden tokens as they are written, where `special` is set. */
  of(id: number, special: boolean): Uint8Array {
    const attributes = this.vocabulary.attributes[id];
    if ((attributes & HIDDEN) !== 0 && !special) return NOTHING;
    const bytes = this.vocabulary.bytesOf(id);
    if ((attributes & SPECIAL) !== 0) return bytes;
    if ((attributes & Attribute.BYTE) !== 0) return Uint8Array.of(byteValue(bytes));
    if ((attributes & Attribute.NORMAL) === 0) return special ? bytes : NOTHING;
    return this.rules.marksSpaces ? unmark(bytes) : bytes;
  }

  /** Whether what encoding does behind this token depends on its being special. */
  isSpecial(id: number): boolean {
    return this.vocabulary.is(id, SPECIAL);
  }
}

/** Decodes a stream of ids. */
export class StreamDecoder implements TokenDecoder {
  private readonly utf8 = new TextDecoder("utf-8", { ignoreBOM: true });
  /** Whether a space that comes next was put there by encoding. */
  private dropSpace: boolean;
  private readonly special: boolean;

  constructor(
    private readonly tokens: TokenBytes,
    options: DecodeOptions & { after?: readonly number[] } = {},
  ) {
    this.special = options.special ?? false;
    const last = options.after?.at(-1);
    this.dropSpace = tokens.rules.addsSpace && (last === undefined || tokens.isSpecial(last));
  }

  /** @inheritdoc */
  push(id: number): string {
    return this.utf8.decode(this.bytes(id), { stream: true });
  }

  /** @inheritdoc */
  flush(): string {
    return this.utf8.decode();
  }

  /** The bytes that an id adds to the text. */
  bytes(id: number): Uint8Array {
    const bytes = this.tokens.of(id, this.special);
    if (this.tokens.isSpecial(id)) {
      this.dropSpace = this.tokens.rules.addsSpace;
      return bytes;
    }
    const drop = this.dropSpace && bytes[0] === 0x20;
    if (bytes.length > 0) this.dropSpace = false;
    return drop ? bytes.subarray(1) : bytes;
  }
}

/** The byte of a token written "<0x0A>"; 0 where it is written otherwise. */
function byteValue(bytes: Uint8Array): number {
  return parseInt(String.fromCharCode(bytes[3], bytes[4]), 16) || 0;
}

/** Bytes with every U+2581 turned into a space. */
function unmark(bytes: Uint8Array): Uint8Array {
  let at = bytes.indexOf(SPACE_MARK[0]);
  if (at < 0) return bytes;
  const text = new Uint8Array(bytes.length);
  text.set(bytes.subarray(0, at));
  let length = at;
  while (at < bytes.length) {
    const mark = bytes[at] === SPACE_MARK[0] && bytes[at + 1] === SPACE_MARK[1] &&
      bytes[at + 2] === SPACE_MARK[2];
    text[length++] = mark ? 0x20 : bytes[at];
    at += mark ? 3 : 1;
  }
  return text.subarray(0, length);
}
