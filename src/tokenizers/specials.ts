/**
 * Finds special tokens written in a text.
 *
 * @module
 */
import { Attribute, HIDDEN, type Vocabulary } from "./vocabulary.ts";

/** Before a control token, this noncharacter keeps it from being read as one. */
export const GUARD = "\ufdd0";

/** A stretch of text, or (id >= 0) a special token in its place. */
export interface Fragment {
  start: number;
  end: number;
  id: number;
}

interface SpecialToken {
  id: number;
  text: string;
  /** Its length in UTF-8 bytes, which decides between overlapping tokens. */
  size: number;
  attributes: number;
}

/** A node of the trie over code units. */
interface Node {
  next: Map<number, Node>;
  /** Whether a control token lies here or below. */
  control: boolean;
  token?: SpecialToken;
}

/** White space as C's isspace knows it: what special tokens strip beside them. */
const SPACES = " \t\n\v\f\r";

/**
 * Cuts text at special tokens. The longest token has its places first, wherever they are, then the next
 * longest in what is left; to make that cheap, one pass over a trie first tells which tokens occur at all.
 */
export class SpecialMatcher {
  private readonly root: Node = { next: new Map(), control: false };
  /** Whether some special token begins with a code unit. */
  private readonly begins = new Uint8Array(0x10000);

  constructor(vocabulary: Vocabulary) {
    const special = Attribute.CONTROL | Attribute.USER_DEFINED | Attribute.UNKNOWN;
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    for (let id = 0; id < vocabulary.size; id++) {
      if (!vocabulary.is(id, special)) continue;
      const bytes = vocabulary.bytesOf(id);
      const text = decoder.decode(bytes);
      if (text !== "") this.insert({ id, text, size: bytes.length, attributes: vocabulary.attributes[id] });
    }
  }

  /**
   * The fragments of `text` in order.
   *
   * @param control whether control and unknown tokens count; user-defined ones always do
   * @param guarded whether those behind a {@linkcode GUARD} don't
   */
  split(text: string, control: boolean, guarded = false): Fragment[] {
    let fragments: Fragment[] = text === "" ? [] : [{ start: 0, end: text.length, id: -1 }];
    for (const token of this.occurring(text, control)) {
      const wary = guarded && (token.attributes & HIDDEN) !== 0;
      fragments = fragments.flatMap((part) => part.id < 0 ? cut(text, part, token, wary) : [part]);
    }
    return fragments;
  }

  /**
   * `text` with a {@linkcode GUARD} before each control token, and before each beginning of one that its end
   * cuts off.
   */
  guard(text: string): string {
    let guarded = "";
    let from = 0;
    for (let i = 0; i < text.length; i++) {
      if (this.begins[text.charCodeAt(i)] === 0 || !this.mayBeControl(text, i)) continue;
      guarded += text.slice(from, i) + GUARD;
      from = i;
    }
    return guarded + text.slice(from);
  }

  /** Whether a control token stands at `start`, or could where the text goes on behind its end. */
  private mayBeControl(text: string, start: number): boolean {
    let node: Node | undefined = this.root;
    for (let i = start; i < text.length; i++) {
      node = node.next.get(text.charCodeAt(i));
      if (node === undefined) return false;
      if (node.token && (node.token.attributes & HIDDEN) !== 0) return true;
    }
    return node.control;
  }

  private insert(token: SpecialToken): void {
    this.begins[token.text.charCodeAt(0)] = 1;
    let node = this.root;
    for (let i = 0; i < token.text.length; i++) {
      const unit = token.text.charCodeAt(i);
      let child = node.next.get(unit);
      if (child === undefined) node.next.set(unit, child = { next: new Map(), control: false });
      node = child;
      node.control ||= (token.attributes & HIDDEN) !== 0;
    }
    node.token ??= token;
  }

  /** The special tokens that occur somewhere in the text, longest first. */
  private occurring(text: string, control: boolean): SpecialToken[] {
    const found = new Set<SpecialToken>();
    for (let i = 0; i < text.length; i++) {
      if (this.begins[text.charCodeAt(i)] === 0) continue;
      let node: Node | undefined = this.root;
      for (let j = i; node !== undefined; j++) {
        if (node.token !== undefined) found.add(node.token);
        node = j < text.length ? node.next.get(text.charCodeAt(j)) : undefined;
      }
    }
    return [...found].filter((token) => control || (token.attributes & HIDDEN) === 0)
      .sort((a, b) => b.size - a.size || a.id - b.id);
  }
}

/** Cuts one stretch of text at every place of a token, but where it is wary, not behind a guard. */
function cut(text: string, { start, end }: Fragment, token: SpecialToken, wary: boolean): Fragment[] {
  const parts: Fragment[] = [];
  for (let from = start;;) {
    const at = text.indexOf(token.text, from);
    if (at < 0 || at + token.text.length > end) break;
    from = at + 1;
    if (wary && text[at - 1] === GUARD) continue;
    let left = at;
    if (token.attributes & Attribute.LEFT_STRIP) {
      while (left > start && SPACES.includes(text[left - 1])) left--;
    }
    if (left > start) parts.push({ start, end: left, id: -1 });
    parts.push({ start: at, end: at + token.text.length, id: token.id });
    start = at + token.text.length;
    if (token.attributes & Attribute.RIGHT_STRIP) {
      while (start < end && SPACES.includes(text[start])) start++;
    }
    from = start;
  }
  if (start < end) parts.push({ start, end, id: -1 });
  return parts;
}
