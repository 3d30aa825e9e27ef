/**
 * The tokenizer of every model kind: special tokens around a {@linkcode FragmentEncoder}, and decoding.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { StreamDecoder, type TextRules, TokenBytes } from "./decode.ts";
import type { FragmentEncoder } from "./fragment_encoder.ts";
import { IdList } from "./ids.ts";
import { GUARD, SpecialMatcher } from "./specials.ts";
import type { DecodeOptions, EncodeOptions, TokenDecoder, Tokenizer } from "./tokenizer.ts";
import { Utf8Buffer, wellFormed } from "./utf8.ts";
import { HIDDEN, type Vocabulary } from "./vocabulary.ts";

/** What a tokenizer is made of. */
export interface TextTokenizerParts {
  kind: string;
  vocabulary: Vocabulary;
  encoder: FragmentEncoder;
  rules: TextRules;
  bosId?: number;
  eosId?: number;
  unknownId?: number;
  addBos: boolean;
  addEos: boolean;
  endIds: ReadonlySet<number>;
}

/** Text to ids and back. */
export class TextTokenizer implements Tokenizer {
  readonly kind: string;
  readonly size: number;
  readonly bosId?: number;
  readonly eosId?: number;
  readonly unknownId?: number;
  readonly addBos: boolean;
  readonly addEos: boolean;
  readonly endIds: ReadonlySet<number>;
  /** The model's encoder, for tests of the work it does. */
  readonly encoder: FragmentEncoder;
  private readonly tokens: TokenBytes;
  private readonly specials: SpecialMatcher;

  constructor(parts: TextTokenizerParts) {
    this.kind = parts.kind;
    this.size = parts.vocabulary.size;
    this.bosId = parts.bosId;
    this.eosId = parts.eosId;
    this.unknownId = parts.unknownId;
    this.addBos = parts.addBos && parts.bosId !== undefined;
    this.addEos = parts.addEos && parts.eosId !== undefined;
    this.endIds = parts.endIds;
    this.encoder = parts.encoder;
    this.tokens = new TokenBytes(parts.vocabulary, parts.rules);
    this.specials = new SpecialMatcher(parts.vocabulary);
  }

  /** @inheritdoc */
  encode(text: string, options: EncodeOptions = {}): number[] {
    const { special = false, addSpecial = true, guarded = false } = options;
    const ids = new IdList();
    if (addSpecial && this.addBos) ids.push(this.bosId!);
    text = wellFormed(text);
    let first = true;
    for (const { start, end, id } of this.specials.split(text, special, guarded)) {
      if (id >= 0) ids.push(id);
      else if (guarded) this.encodeGuarded(text.slice(start, end), first, ids);
      else this.encoder.encode(text, start, end, first, ids);
      first = id >= 0;
    }
    if (addSpecial && this.addEos) ids.push(this.eosId!);
    return ids.toArray();
  }

  /** @inheritdoc */
  decode(ids: Iterable<number>, options: DecodeOptions = {}): string {
    const decoder = new StreamDecoder(this.tokens, options);
    const text = new Utf8Buffer();
    for (const id of ids) text.append(decoder.bytes(this.checked(id)));
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(text.bytes.subarray(0, text.length));
  }

  /** @inheritdoc */
  decoder(options: DecodeOptions & { after?: readonly number[] } = {}): TokenDecoder {
    const decoder = new StreamDecoder(this.tokens, options);
    return { push: (id) => decoder.push(this.checked(id)), flush: () => decoder.flush() };
  }

  /** @inheritdoc */
  tokenText(id: number): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.tokens.of(this.checked(id), true));
  }

  /** @inheritdoc */
  tokenBytes(id: number): Uint8Array {
    return this.tokens.of(this.checked(id), false);
  }

  /** @inheritdoc */
  isControl(id: number): boolean {
    return this.tokens.vocabulary.is(this.checked(id), HIDDEN);
  }

  /** @inheritdoc */
  guard(text: string): string {
    return this.specials.guard(text.replaceAll(GUARD, ""));
  }

  private encodeGuarded(text: string, first: boolean, into: IdList): void {
    const plain = text.replaceAll(GUARD, "");
    this.encoder.encode(plain, 0, plain.length, first, into);
  }

  private checked(id: number): number {
    if (Number.isInteger(id) && id >= 0 && id < this.size) return id;
    throw new WickError(
      "INDEX_OUT_OF_RANGE",
      `Cannot decode token ${id}: an id must be an integer from 0 to ${this.size - 1}, got ${id}`,
    );
  }
}
