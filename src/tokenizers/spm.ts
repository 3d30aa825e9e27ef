/**
 * SentencePiece's BPE as GGUF files of model "llama" carry it: there is no merge table; two neighbours merge
 * where their join is a token, the one of highest score first.
 *
 * Source: Kudo and Richardson 2018, "SentencePiece"; llama.cpp's SPM tokenizer for ties and unknown characters.
 *
 * @module
 */
import type { FragmentEncoder } from "./fragment_encoder.ts";
import type { IdList } from "./ids.ts";
import { MergeEngine, type MergeRules } from "./merge_engine.ts";
import { PieceCache } from "./piece_cache.ts";
import { sequenceLength, SPACE_MARK_UNIT, Utf8Buffer } from "./utf8.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** How a SentencePiece BPE differs from another. */
export interface SpmOptions {
  /** A space goes before text that begins or follows a special token. */
  addSpacePrefix: boolean;
  /** Token of each byte, -1 where there is none. */
  byteTokens: Int32Array;
  /** Stands for a byte that has no token; -1 drops it. */
  unknownId: number;
}

/** Joins that are remembered: a power of two. */
const JOINS = 1 << 14;

/** Encodes by scores. */
export class SpmEncoder implements FragmentEncoder, MergeRules {
  private readonly engine = new MergeEngine(this);
  private readonly cache = new PieceCache();
  private readonly buffer = new Utf8Buffer();
  /** Joins looked up lately: three numbers {left, right, join} a slot, chosen by the pair. */
  private readonly joins = new Int32Array(JOINS * 3).fill(-1);
  /** Rank of each token by falling score; equal scores share a rank. */
  private readonly ranks: Int32Array;
  /** Last code units of the characters that stand before a space mark inside some token. */
  private readonly beforeMark: Set<number>;

  constructor(private readonly vocabulary: Vocabulary, private readonly options: SpmOptions) {
    this.ranks = ranksByScore(vocabulary);
    this.beforeMark = unitsBeforeMark(vocabulary);
  }

  /** @inheritdoc */
  get steps(): number {
    return this.engine.steps;
  }

  /** @inheritdoc */
  encode(text: string, start: number, end: number, first: boolean, into: IdList): void {
    if (first && this.options.addSpacePrefix) {
      text = " " + text.slice(start, end);
      start = 0;
      end = text.length;
    }
    // No token holds "x + mark", so nothing ever merges across such a place: words are encoded one by one.
    for (let from = start, i = start + 1; i <= end; i++) {
      if (i === end || this.splits(text.charCodeAt(i - 1), text.charCodeAt(i))) {
        this.piece(text, from, i, into);
        from = i;
      }
    }
  }

  /** @inheritdoc */
  rank(left: number, right: number, bytes: Uint8Array, start: number, end: number): number {
    const id = this.join(left, right, bytes, start, end);
    return id < 0 ? -1 : this.ranks[id];
  }

  /** @inheritdoc */
  product(left: number, right: number, _rank: number, bytes: Uint8Array, start: number, end: number): number {
    return this.join(left, right, bytes, start, end);
  }

  /** @inheritdoc */
  unknown(bytes: Uint8Array, start: number, end: number, into: IdList): void {
    for (let i = start; i < end; i++) {
      const id = this.options.byteTokens[bytes[i]];
      if (id >= 0) into.push(id);
      else if (this.options.unknownId >= 0) into.push(this.options.unknownId);
    }
  }

  /** The token that two neighbours make together, or -1. */
  private join(left: number, right: number, bytes: Uint8Array, start: number, end: number): number {
    if (left < 0 || right < 0) return this.vocabulary.findText(bytes, start, end);
    const { joins } = this;
    const hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b);
    const slot = ((hash ^ hash >>> 15) & JOINS - 1) * 3;
    if (joins[slot] !== left || joins[slot + 1] !== right) {
      joins[slot] = left;
      joins[slot + 1] = right;
      joins[slot + 2] = this.vocabulary.findText(bytes, start, end);
    }
    return joins[slot + 2];
  }

  private splits(before: number, unit: number): boolean {
    return isSpace(unit) && !isSpace(before) && !this.beforeMark.has(before);
  }

  private piece(text: string, start: number, end: number, into: IdList): void {
    if (this.cache.find(text, start, end, into)) return;
    const from = into.length;
    this.buffer.clear();
    this.buffer.appendMarked(text, start, end);
    const { bytes, length } = this.buffer;
    this.engine.begin(bytes, length);
    for (let i = 0; i < length;) {
      const size = sequenceLength(bytes[i]);
      this.engine.add(this.vocabulary.findText(bytes, i, i + size), i, size);
      i += size;
    }
    this.engine.finish(into);
    this.cache.store(text, start, end, into, from);
  }
}

function isSpace(unit: number): boolean {
  return unit === 0x20 || unit === SPACE_MARK_UNIT;
}

function ranksByScore({ size, scores }: Vocabulary): Int32Array {
  const ranks = new Int32Array(size);
  if (scores === undefined) return ranks;
  const distinct = Float32Array.from(scores).sort();
  let last = -1;
  for (const score of distinct) if (last < 0 || score !== distinct[last]) distinct[++last] = score;
  for (let id = 0; id < size; id++) ranks[id] = last - lowerBound(distinct, last + 1, scores[id]);
  return ranks;
}

/** The first place in the ascending `values[0 .. count)` that is not less than `value`. */
function lowerBound(values: Float32Array, count: number, value: number): number {
  let low = 0;
  while (low < count) {
    const middle = low + count >> 1;
    if (values[middle] < value) low = middle + 1;
    else count = middle;
  }
  return low;
}

function unitsBeforeMark(vocabulary: Vocabulary): Set<number> {
  const units = new Set<number>();
  const decoder = new TextDecoder();
  for (let id = 0; id < vocabulary.size; id++) {
    const bytes = vocabulary.bytesOf(id);
    // A mark that has something before it has its first byte behind the first place.
    if (bytes.indexOf(0xe2, 1) < 0) continue;
    const text = decoder.decode(bytes);
    for (let i = text.indexOf("\u2581", 1); i > 0; i = text.indexOf("\u2581", i + 1)) {
      if (!isSpace(text.charCodeAt(i - 1))) units.add(text.charCodeAt(i - 1));
    }
  }
  return units;
}
