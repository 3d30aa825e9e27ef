/**
 * WordPiece: words are cut greedily into the longest tokens of the vocabulary. Tokens that begin a word have
 * U+2581 in front, as GGUF files write them.
 *
 * Source: Devlin et al. 2018, "BERT"; llama.cpp's WPM tokenizer for normalization.
 *
 * @module
 */
import type { FragmentEncoder } from "./fragment_encoder.ts";
import type { IdList } from "./ids.ts";
import { ByteTrie, ROOT } from "./trie.ts";
import { SPACE_MARK, Utf8Buffer } from "./utf8.ts";
import { classifiable } from "./unicode.ts";
import { Attribute, type Vocabulary } from "./vocabulary.ts";

/** How a WordPiece model treats text before it cuts it. */
export interface WordPieceOptions {
  lowercase: boolean;
  stripAccents: boolean;
  /** Stands for a word that tokens don't cover. */
  unknownId: number;
}

/** A word of more characters is unknown as a whole. */
const LONGEST_WORD = 100;

/** What a character does to the word that it stands in. */
const Role = { LETTER: 0, SPACE: 1, DROP: 2, ALONE: 3 } as const;
const IS_SPACE = /^\p{White_Space}$/u;
const IS_DROPPED = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}\0\ufffd]$/u;
const IS_ACCENT = /^\p{M}$/u;
const IS_PUNCTUATION = /^[\p{P}!-/:-@[-`{-~]$/u;
/** Ideographs; the gap from U+2B820 on is the reference implementation's. */
const IS_CHINESE =
  /^[\u4e00-\u9fff\u3400-\u4dbf\u{20000}-\u{2a6df}\u{2a700}-\u{2b73f}\u{2b740}-\u{2b81f}\u{2b920}-\u{2ceaf}\uf900-\ufaff\u{2f800}-\u{2fa1f}]$/u;

/** Encodes words by their longest tokens. */
export class WordPieceEncoder implements FragmentEncoder {
  steps = 0;
  private readonly trie: ByteTrie;
  /** Where words begin in the trie: behind the mark; -1 where no token begins a word. */
  private readonly wordStart: number;
  /** Per code point of the basic plane: role * 2^21 + normal form + 1; 0 is not worked out yet. */
  private readonly known = new Uint32Array(0x10000);
  private readonly word = new Utf8Buffer();
  private characters = 0;

  constructor(vocabulary: Vocabulary, private readonly options: WordPieceOptions) {
    const text = Attribute.NORMAL | Attribute.USER_DEFINED | Attribute.UNUSED;
    this.trie = new ByteTrie(vocabulary, text);
    this.wordStart = SPACE_MARK.reduce(
      (node, byte) => node < 0 ? node : this.trie.step(node, byte),
      ROOT,
    );
  }

  /** @inheritdoc */
  encode(text: string, start: number, end: number, _first: boolean, into: IdList): void {
    for (let i = start; i < end; i++) {
      let code = text.charCodeAt(i);
      if (code >= 0xd800 && code <= 0xdbff) code = text.codePointAt(i++)!;
      const form = code > 0xffff ? this.form(code) : this.known[code] ||= this.form(code);
      const role = form - 1 >>> 21;
      if (role === Role.DROP) continue;
      if (role !== Role.LETTER) this.finishWord(into);
      if (role === Role.SPACE) continue;
      this.word.reserve(4);
      this.word.appendCodePoint(form - 1 & 0x1fffff);
      this.characters++;
      if (role === Role.ALONE) this.finishWord(into);
    }
    this.finishWord(into);
  }

  /** Role and normal form of a character, packed as in `known`. */
  private form(code: number): number {
    let character = String.fromCodePoint(code);
    // As llama.cpp: of a decomposition only the first character is kept.
    if (this.options.stripAccents) character = first(character.normalize("NFD"));
    const role = roleOf(classifiable(character), this.options.stripAccents);
    const normal = this.options.lowercase ? first(character.toLowerCase()) : character;
    return role * 2 ** 21 + normal.codePointAt(0)! + 1;
  }

  private finishWord(into: IdList): void {
    const { length } = this.word;
    if (length === 0) return;
    const from = into.length;
    if (this.characters > LONGEST_WORD || !this.cut(into)) {
      into.length = from;
      into.push(this.options.unknownId);
    }
    this.word.length = this.characters = 0;
  }

  /** Appends the tokens of the word; false where one of its parts begins no token. */
  private cut(into: IdList): boolean {
    const { bytes, length } = this.word;
    let node = this.wordStart;
    for (let start = 0; start < length;) {
      let token = -1;
      let end = start;
      for (let i = start; node >= 0 && i < length; i++) {
        this.steps++;
        node = this.trie.step(node, bytes[i]);
        if (node >= 0 && this.trie.tokenAt(node) >= 0) {
          token = this.trie.tokenAt(node);
          end = i + 1;
        }
      }
      if (token < 0) return false;
      into.push(token);
      start = end;
      node = ROOT;
    }
    return true;
  }
}

function first(text: string): string {
  return String.fromCodePoint(text.codePointAt(0)!);
}

function roleOf(character: string, stripAccents: boolean): number {
  if (IS_SPACE.test(character)) return Role.SPACE;
  if (IS_DROPPED.test(character) || stripAccents && IS_ACCENT.test(character)) return Role.DROP;
  return IS_PUNCTUATION.test(character) || IS_CHINESE.test(character) ? Role.ALONE : Role.LETTER;
}
