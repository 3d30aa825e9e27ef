/**
 * A vocabulary whose ids show where a pre-tokenizer cuts: bytes, and a merge for each two of them.
 *
 * @module
 */
import { StringArray } from "../../src/formats/metadata.ts";

/** The characters of GPT-2's byte alphabet, by byte. */
function alphabet(): string[] {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = byte > 0x20 && byte < 0x7f || byte > 0xa0 && byte !== 0xad;
    return String.fromCodePoint(printable ? byte : next++);
  });
}

/** Metadata of a byte-level vocabulary with the bytes of `texts` and every pair of them, without `pre`. */
export function pairVocabulary(texts: readonly string[]): Map<string, string | StringArray | Int32Array> {
  const letters = alphabet();
  const used = [...new Set(new TextEncoder().encode(texts.join("")))].sort((a, b) => a - b).map((b) =>
    letters[b]
  );
  const pairs = used.flatMap((a) => used.map((b) => [a, b]));
  // Neighbours of no natural order, so that the cuts and not the bytes decide which pairs come about.
  pairs.sort(([a, b], [c, d]) => order(a, b) - order(c, d));
  const tokens = [...letters, ...pairs.map(([a, b]) => a + b)];
  return new Map<string, string | StringArray | Int32Array>([
    ["general.architecture", "gpt2"],
    ["tokenizer.ggml.model", "gpt2"],
    ["tokenizer.ggml.tokens", StringArray.from(tokens)],
    ["tokenizer.ggml.token_type", new Int32Array(tokens.length).fill(1)],
    ["tokenizer.ggml.merges", StringArray.from(pairs.map(([a, b]) => `${a} ${b}`))],
  ]);
}

function order(a: string, b: string): number {
  return Math.imul(a.charCodeAt(0) * 331 + b.charCodeAt(0) + 1, 0x9e3779b1) >>> 0;
}
