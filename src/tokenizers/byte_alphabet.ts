/**
 * GPT-2's alphabet: byte-level BPE files write each byte as one printable character. Bytes that are printable
 * in Latin-1 stand for themselves, the other 68 are U+0100 and on, in order.
 *
 * Source: `bytes_to_unicode` of OpenAI's GPT-2 encoder.
 *
 * @module
 */

/** Code point to byte, -1 where a code point is not in the alphabet. */
const BYTE_OF: Int16Array = alphabet();

function alphabet(): Int16Array {
  const table = new Int16Array(0x144).fill(-1);
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const printable = byte > 0x20 && byte < 0x7f || byte > 0xa0 && byte !== 0xad;
    table[printable ? byte : next++] = byte;
  }
  return table;
}

/**
 * Decodes `text[start .. end)` (UTF-8 of alphabet characters) into `into` from `at` on.
 *
 * @returns where the decoded bytes end, or -1 where a character is not in the alphabet
 */
export function decodeAlphabet(
  text: Uint8Array,
  start: number,
  end: number,
  into: Uint8Array,
  at: number,
): number {
  for (let i = start; i < end; i++) {
    let code = text[i];
    if (code >= 0x80) {
      // The alphabet ends at U+0143, so all of it has at most two bytes.
      if (code < 0xc3 && code !== 0xc2 || code > 0xc5 || i + 1 >= end) return -1;
      code = (code & 31) << 6 | text[++i] & 63;
    }
    const byte = code < BYTE_OF.length ? BYTE_OF[code] : -1;
    if (byte < 0) return -1;
    into[at++] = byte;
  }
  return at;
}
