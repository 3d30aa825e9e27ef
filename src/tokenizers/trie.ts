/**
 * A trie over token bytes, for models that look for all tokens that begin at a place.
 *
 * @module
 */
import type { Vocabulary } from "./vocabulary.ts";

/** The root. */
export const ROOT = 0;

/**
 * Edges are one typed-array hash from `node * 256 + byte` to the child (at most half full; key 0 is free, which
 * no edge needs: it would be a NUL in front of a token), so a vocabulary of 250,000 tokens takes about 30 MB.
 */
export class ByteTrie {
  private keys: Uint32Array = new Uint32Array(1 << 12);
  private children: Int32Array = new Int32Array(1 << 12);
  /** Token that ends at each node, or -1. */
  private tokens: Int32Array = new Int32Array(1 << 11).fill(-1);
  private count = 1;

  /** Takes the tokens of a vocabulary that have one of `attributes`; of two equal ones the later. */
  constructor(vocabulary: Vocabulary, attributes: number) {
    const { bytes, offsets } = vocabulary;
    for (let id = 0; id < vocabulary.size; id++) {
      if (!vocabulary.is(id, attributes) || offsets[id] === offsets[id + 1] || bytes[offsets[id]] === 0) {
        continue;
      }
      let node = ROOT;
      for (let i = offsets[id]; i < offsets[id + 1]; i++) node = this.grow(node, bytes[i]);
      this.tokens[node] = id;
    }
  }

  /** The node behind `node` along `byte`, or -1. */
  step(node: number, byte: number): number {
    const key = node * 256 + byte;
    const slot = this.slot(key);
    return this.keys[slot] === key && key !== 0 ? this.children[slot] : -1;
  }

  /** The token that ends at a node, or -1. */
  tokenAt(node: number): number {
    return this.tokens[node];
  }

  private slot(key: number): number {
    const { keys } = this;
    const mask = keys.length - 1;
    const hash = Math.imul(key, 0x9e3779b1);
    let slot = (hash ^ hash >>> 15) & mask;
    while (keys[slot] !== 0 && keys[slot] !== key) slot = slot + 1 & mask;
    return slot;
  }

  private grow(node: number, byte: number): number {
    const there = this.step(node, byte);
    if (there >= 0) return there;
    if (this.count * 2 >= this.keys.length) this.rehash();
    const child = this.count++;
    const slot = this.slot(node * 256 + byte);
    this.keys[slot] = node * 256 + byte;
    this.children[slot] = child;
    return child;
  }

  private rehash(): void {
    const { keys, children, tokens } = this;
    this.keys = new Uint32Array(keys.length * 2);
    this.children = new Int32Array(keys.length * 2);
    this.tokens = new Int32Array(keys.length).fill(-1);
    this.tokens.set(tokens);
    for (let i = 0; i < keys.length; i++) {
      if (keys[i] === 0) continue;
      const slot = this.slot(keys[i]);
      this.keys[slot] = keys[i];
      this.children[slot] = children[i];
    }
  }
}
