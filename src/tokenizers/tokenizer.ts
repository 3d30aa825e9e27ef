/**
 * What a tokenizer is to the rest of Wick.
 *
 * @module
 */

/** Options of {@linkcode Tokenizer.encode}. */
export interface EncodeOptions {
  /** Parses special (control) tokens written in the text [false]. User-defined tokens are always parsed. */
  special?: boolean;
  /** Adds the model's BOS and EOS as its metadata says [true]. */
  addSpecial?: boolean;
  /** Takes out the guards that {@linkcode Tokenizer.guard} put in, once special tokens are parsed [false]. */
  guarded?: boolean;
}

/** Options of {@linkcode Tokenizer.decode}. */
export interface DecodeOptions {
  /** Writes special tokens as their text instead of leaving them out [false]. */
  special?: boolean;
}

/** Turns ids into text as they come; a character split over tokens yields nothing until it is whole. */
export interface TokenDecoder {
  /** The text that became certain with this token. */
  push(id: number): string;
  /** What is left; an unfinished character becomes U+FFFD. */
  flush(): string;
}

/** Text to token ids and back. */
export interface Tokenizer {
  /** "bpe", "spm", "unigram" or "wordpiece". */
  readonly kind: string;
  /** The number of tokens. */
  readonly size: number;
  /** The token that begins a text, where there is one. */
  readonly bosId?: number;
  /** The token that ends a text, where there is one. */
  readonly eosId?: number;
  /** The token for what no other stands for, where there is one. */
  readonly unknownId?: number;
  /** Whether encode puts BOS in front when `addSpecial` is set. */
  readonly addBos: boolean;
  /** Whether encode puts EOS behind when `addSpecial` is set. */
  readonly addEos: boolean;
  /** All tokens that end an answer (EOS, end of turn ...). */
  readonly endIds: ReadonlySet<number>;
  /** The ids of a text; lone surrogates become U+FFFD. */
  encode(text: string, options?: EncodeOptions): number[];
  /** The text of ids; bytes that are no UTF-8 become U+FFFD. Throws INDEX_OUT_OF_RANGE. */
  decode(ids: Iterable<number>, options?: DecodeOptions): string;
  /** A streaming decoder; `after` are the ids before it, where a leading space depends on them. */
  decoder(options?: DecodeOptions & { after?: readonly number[] }): TokenDecoder;
  /** A token as its text: its bytes decoded, special tokens as written. Throws INDEX_OUT_OF_RANGE. */
  tokenText(id: number): string;
  /** The bytes that a token stands for in text (empty for control tokens). Throws INDEX_OUT_OF_RANGE. */
  tokenBytes(id: number): Uint8Array;
  /**
   * `text` with guards (U+FDD0, which no text carries) before the control tokens written in it and before what
   * could become one at its end: put into a larger text that is encoded with `special` and `guarded`, it stays text.
   */
  guard?(text: string): string;
  /** Whether a token is a control token. */
  isControl(id: number): boolean;
}
