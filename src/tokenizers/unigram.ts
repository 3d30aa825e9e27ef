/**
 * Unigram: of all ways to cut a text into tokens, the most probable one.
 *
 * Source: Kudo 2018, "Subword regularization"; Viterbi as in SentencePiece, in float64.
 *
 * @module
 */
import type { CharsMap } from "./charsmap.ts";
import type { FragmentEncoder } from "./fragment_encoder.ts";
import type { IdList } from "./ids.ts";
import { ByteTrie, ROOT } from "./trie.ts";
import { sequenceLength, SPACE_MARK, Utf8Buffer } from "./utf8.ts";
import { Attribute, type Vocabulary } from "./vocabulary.ts";

/** How a Unigram model treats text. */
export interface UnigramOptions {
  charsMap?: CharsMap;
  /** A space goes in front of the text. */
  addSpacePrefix: boolean;
  /** Runs of spaces become one, and those at both ends vanish. */
  removeExtraSpaces: boolean;
  unknownId: number;
  /** Tokens of the 256 bytes, which then stand for unknown characters. */
  byteTokens?: Int32Array;
}

/** Room for more positions than this is given back at the next text. */
const KEPT_POSITIONS = 1 << 12;
/** How much less than the least probable token an unknown character counts (nats). */
const UNKNOWN_PENALTY = 10;

/** Encodes by Viterbi's algorithm over the bytes of the text, character by character. */
export class UnigramEncoder implements FragmentEncoder {
  steps = 0;
  private readonly trie: ByteTrie;
  private readonly scores: Float64Array;
  private readonly unknownScore: number;
  private readonly source = new Utf8Buffer();
  private readonly normal = new Utf8Buffer();
  // The best way to each byte position: its score, last token and where that token begins.
  private best = new Float64Array(0);
  private tokens = new Int32Array(0);
  private starts = new Int32Array(0);

  constructor(vocabulary: Vocabulary, private readonly options: UnigramOptions) {
    const matched = Attribute.NORMAL | Attribute.USER_DEFINED | Attribute.UNUSED;
    this.trie = new ByteTrie(vocabulary, matched);
    this.scores = new Float64Array(vocabulary.size);
    let least = Infinity;
    for (let id = 0; id < vocabulary.size; id++) {
      const score = vocabulary.scores![id];
      if (vocabulary.is(id, Attribute.NORMAL)) least = Math.min(least, score);
      this.scores[id] = vocabulary.is(id, Attribute.USER_DEFINED) ? 0 : score;
    }
    this.unknownScore = Math.fround(least - UNKNOWN_PENALTY);
  }

  /** @inheritdoc */
  encode(text: string, start: number, end: number, _first: boolean, into: IdList): void {
    this.source.clear();
    this.source.appendText(text, start, end);
    this.normalize();
    if (this.normal.length === 0) return;
    this.search();
    this.trace(into);
  }

  /** Source bytes to normal ones: the characters map, then the rules of spaces. */
  private normalize(): void {
    const { charsMap } = this.options;
    const { source, normal } = this;
    normal.clear();
    const spaces = new SpaceRules(normal, this.options);
    for (let i = 0; i < source.length;) {
      if (charsMap?.match(source.bytes, i, source.length)) {
        spaces.add(charsMap.blob, charsMap.replacement, charsMap.replacementEnd);
        i += charsMap.matched;
      } else {
        const size = sequenceLength(source.bytes[i]);
        spaces.add(source.bytes, i, i + size);
        i += size;
      }
    }
  }

  /** Fills the best ways to all positions. */
  private search(): void {
    const { bytes, length } = this.normal;
    this.reset(length + 1);
    const { trie, best } = this;
    for (let start = 0; start < length;) {
      const size = sequenceLength(bytes[start]);
      let whole = false;
      for (let node = ROOT, i = start; i < length;) {
        this.steps++;
        node = trie.step(node, bytes[i++]);
        if (node < 0) break;
        const token = trie.tokenAt(node);
        if (token < 0) continue;
        if (i - start === size) whole = true;
        this.offer(token, start, i, best[start] + this.scores[token]);
      }
      if (!whole) this.offer(this.options.unknownId, start, start + size, best[start] + this.unknownScore);
      start += size;
    }
  }

  private reset(count: number): void {
    if (this.best.length < count || this.best.length > KEPT_POSITIONS) {
      const room = Math.max(count, KEPT_POSITIONS);
      this.best = new Float64Array(room);
      this.tokens = new Int32Array(room);
      this.starts = new Int32Array(room);
    }
    this.best.fill(-Infinity, 0, count);
    this.best[0] = 0;
  }

  private offer(token: number, start: number, end: number, score: number): void {
    if (!(score > this.best[end])) return;
    this.best[end] = score;
    this.tokens[end] = token;
    this.starts[end] = start;
  }

  /** Walks back from the end; neighbouring unknown characters become one token, or their bytes. */
  private trace(into: IdList): void {
    const { unknownId, byteTokens } = this.options;
    const reversed = [];
    for (let end = this.normal.length; end > 0; end = this.starts[end]) {
      const token = this.tokens[end];
      if (token !== unknownId) reversed.push(token);
      else if (byteTokens !== undefined) {
        for (let i = end - 1; i >= this.starts[end]; i--) reversed.push(byteTokens[this.normal.bytes[i]]);
      } else if (reversed.at(-1) !== unknownId) reversed.push(token);
    }
    for (let i = reversed.length - 1; i >= 0; i--) into.push(reversed[i]);
  }
}

/** Writes normal text with spaces as U+2581, where the model wants them. */
class SpaceRules {
  private pending: boolean;
  private inWord = false;

  constructor(private readonly into: Utf8Buffer, private readonly options: UnigramOptions) {
    this.pending = options.addSpacePrefix;
  }

  /** Adds bytes that are normal but for their spaces. */
  add(bytes: Uint8Array, start: number, end: number): void {
    const { into } = this;
    into.reserve(3 * (end - start + 1));
    for (let i = start; i < end; i++) {
      if (bytes[i] === 0x20) this.space();
      else {
        if (this.pending) into.append(SPACE_MARK);
        this.pending = false;
        this.inWord = true;
        into.reserve(1);
        into.bytes[into.length++] = bytes[i];
      }
    }
  }

  private space(): void {
    if (!this.options.removeExtraSpaces) this.into.append(SPACE_MARK);
    else if (this.inWord) this.pending = true;
  }
}
