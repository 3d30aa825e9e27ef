/**
 * Byte-pair encoding, over bytes (GPT-2 and its heirs) or over characters with byte tokens for the rest (Gemma 4).
 *
 * Source: Sennrich et al. 2016, "Neural machine translation of rare words with subword units"; Radford et al. 2019.
 *
 * @module
 */
import type { FragmentEncoder } from "./fragment_encoder.ts";
import { IdList } from "./ids.ts";
import { MergeEngine, type MergeRules } from "./merge_engine.ts";
import type { MergeTable } from "./merges.ts";
import { PieceCache } from "./piece_cache.ts";
import type { PreTokenizer } from "./pretokenize.ts";
import { sequenceLength, Utf8Buffer } from "./utf8.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** How a byte-pair encoding differs from another. */
export interface BpeOptions {
  /** Symbols are bytes; else they are characters. */
  byteLevel: boolean;
  /** A piece that is a token is taken whole, whatever the merges say. */
  ignoreMerges: boolean;
  /** A piece of newlines that is a token is taken whole. */
  wholeNewlines: boolean;
  /** Spaces are written U+2581. */
  markSpaces: boolean;
  /** Token of each byte, -1 where there is none. */
  byteTokens: Int32Array;
}

/** Encodes by merges. */
export class BpeEncoder implements FragmentEncoder, MergeRules {
  private readonly engine = new MergeEngine(this);
  private readonly cache = new PieceCache();
  private readonly buffer = new Utf8Buffer();
  private text = "";
  private into: IdList = new IdList();

  constructor(
    private readonly vocabulary: Vocabulary,
    private readonly merges: MergeTable | undefined,
    private readonly pre: PreTokenizer,
    private readonly options: BpeOptions,
  ) {}

  /** @inheritdoc */
  get steps(): number {
    return this.engine.steps;
  }

  /** @inheritdoc */
  encode(text: string, start: number, end: number, _first: boolean, into: IdList): void {
    const part = text.slice(start, end);
    this.text = this.options.markSpaces ? part.replaceAll(" ", "\u2581") : part;
    this.into = into;
    this.pre.split(this.text, this.piece);
    this.text = "";
  }

  /** @inheritdoc */
  rank(left: number, right: number): number {
    return this.merges && left >= 0 && right >= 0 ? this.merges.rank(left, right) : -1;
  }

  /** @inheritdoc */
  product(_left: number, _right: number, rank: number): number {
    return this.merges!.product(rank);
  }

  /** @inheritdoc */
  unknown(bytes: Uint8Array, start: number, end: number, into: IdList): void {
    for (let i = start; i < end; i++) {
      const id = this.options.byteTokens[bytes[i]];
      if (id >= 0) into.push(id);
    }
  }

  private readonly piece = (start: number, end: number): void => {
    const { text, into } = this;
    if (this.cache.find(text, start, end, into)) return;
    const from = into.length;
    this.buffer.clear();
    this.buffer.appendText(text, start, end);
    const whole = this.wholeToken();
    if (whole >= 0) into.push(whole);
    else this.mergePiece();
    this.cache.store(text, start, end, into, from);
  };

  /** The token that is the buffered piece as it stands, where the model takes such a one whole, or -1. */
  private wholeToken(): number {
    const { bytes, length } = this.buffer;
    const { ignoreMerges, wholeNewlines } = this.options;
    if (ignoreMerges || wholeNewlines && bytes.subarray(0, length).every((byte) => byte === 0x0a)) {
      return this.vocabulary.findText(bytes, 0, length);
    }
    return -1;
  }

  private mergePiece(): void {
    const { bytes, length } = this.buffer;
    const { byteLevel, byteTokens } = this.options;
    this.engine.begin(bytes, length);
    for (let i = 0; i < length;) {
      const size = byteLevel ? 1 : sequenceLength(bytes[i]);
      const id = byteLevel ? byteTokens[bytes[i]] : this.vocabulary.findText(bytes, i, i + size);
      this.engine.add(id, i, size);
      i += size;
    }
    this.engine.finish(this.into);
  }
}
