/**
 * A file's tokens, scores and types as a {@linkcode Vocabulary}.
 *
 * @module
 */
import { decodeAlphabet } from "./byte_alphabet.ts";
import type { TokenizerFields } from "./fields.ts";
import { Attribute, Vocabulary } from "./vocabulary.ts";

/** GGUF's token types, in their order; a number outside is a token without attributes. */
const ATTRIBUTE_OF_TYPE = [
  0,
  Attribute.NORMAL,
  Attribute.UNKNOWN,
  Attribute.CONTROL,
  Attribute.USER_DEFINED,
  Attribute.UNUSED,
  Attribute.BYTE,
];

/**
 * Reads the tokens. Those of a byte-level vocabulary are kept as the bytes that they stand for, others as they
 * are written, sharing the file's arena.
 *
 * @throws {WickError} CORRUPT_FILE
 */
export function readVocabulary(fields: TokenizerFields, byteLevel: boolean): Vocabulary {
  const tokens = fields.strings("tokens");
  if (tokens === undefined || tokens.length === 0) {
    throw fields.wrong("tokens", "an array of at least one string", tokens);
  }
  const { bytes, offsets, length } = tokens;
  const types = fields.types(length);
  const scores = fields.scores(length);
  const attributes = new Uint8Array(length);
  for (let id = 0; id < length; id++) {
    attributes[id] = types === undefined ? Attribute.NORMAL : ATTRIBUTE_OF_TYPE[types[id]] ?? 0;
  }
  if (!byteLevel) return new Vocabulary(bytes, offsets, attributes, scores);
  const raw = new Uint8Array(bytes.length);
  const rawOffsets = new Uint32Array(length + 1);
  for (let id = 0, at = 0; id < length; id++) {
    const normal = attributes[id] === Attribute.NORMAL;
    const end = normal ? decodeAlphabet(bytes, offsets[id], offsets[id + 1], raw, at) : -1;
    if (end < 0) raw.set(tokens.bytesAt(id), at);
    at = rawOffsets[id + 1] = end < 0 ? at + offsets[id + 1] - offsets[id] : end;
  }
  return new Vocabulary(raw.subarray(0, rawOffsets[length]), rawOffsets, attributes, scores);
}

/**
 * The token of each byte: that of its hexadecimal text ("<0x0A>"), else that of the byte itself; -1 for none.
 *
 * @param written whether hexadecimal tokens count: they don't in byte-level vocabularies
 */
export function byteTokens(vocabulary: Vocabulary, written: boolean): Int32Array {
  const encoder = new TextEncoder();
  return Int32Array.from({ length: 256 }, (_, byte) => {
    const text = encoder.encode(`<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`);
    const id = written ? vocabulary.findText(text, 0, text.length) : -1;
    return id >= 0 ? id : vocabulary.findText(Uint8Array.of(byte), 0, 1);
  });
}
