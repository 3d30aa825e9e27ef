/**
 * Python literals as an npy header holds them: dicts with text as keys, tuples, lists, text without escapes
 * beyond `\\` and quotes, whole numbers (with Python 2's "L"), True, False, None.
 *
 * @module
 */

/** A literal: dicts are maps, tuples and lists arrays; numbers that are not exact are NaN. */
export type PythonLiteral = string | number | boolean | null | PythonLiteral[] | Map<string, PythonLiteral>;

const token =
  /\s*(?:([{}()[\],:])|'((?:[^'\\\n]|\\[\\'"])*)'|"((?:[^"\\\n]|\\[\\'"])*)"|(-?\d+)L?|([A-Za-z]+))/y;
const words: Readonly<Record<string, boolean | null>> = { True: true, False: false, None: null };

/** A structured dtype may nest; a header needs three levels. */
const DEEPEST = 16;

/** Reads a whole text; undefined where it is no such literal, or a dict has a key twice. */
export function parseLiteral(text: string): PythonLiteral | undefined {
  try {
    const reader = new LiteralReader(text);
    const value = reader.value(0);
    return reader.ended() ? value : undefined;
  } catch (fault) {
    if (fault instanceof LiteralFault) return undefined;
    throw fault;
  }
}

class LiteralFault extends Error {}

type Token = { mark: string } | { value: PythonLiteral };

class LiteralReader {
  #at = 0;

  constructor(readonly text: string) {}

  ended(): boolean {
    return this.text.slice(this.#at).trim() === "";
  }

  value(depth: number, first: Token = this.#next()): PythonLiteral {
    if ("value" in first) return first.value;
    if (depth > DEEPEST) throw new LiteralFault();
    if (first.mark === "{") return this.#dict(depth);
    if (first.mark === "(") return this.#items(")", depth);
    if (first.mark === "[") return this.#items("]", depth);
    throw new LiteralFault();
  }

  #dict(depth: number): Map<string, PythonLiteral> {
    const dict = new Map<string, PythonLiteral>();
    this.#until("}", (first) => {
      const key = this.value(depth + 1, first);
      if (typeof key !== "string" || dict.has(key)) throw new LiteralFault();
      const colon = this.#next();
      if (!("mark" in colon) || colon.mark !== ":") throw new LiteralFault();
      dict.set(key, this.value(depth + 1));
    });
    return dict;
  }

  #items(closing: string, depth: number): PythonLiteral[] {
    const items: PythonLiteral[] = [];
    this.#until(closing, (first) => items.push(this.value(depth + 1, first)));
    return items;
  }

  /** Members with commas between them; one may stand behind the last. */
  #until(closing: string, member: (first: Token) => void): void {
    for (;;) {
      const first = this.#next();
      if ("mark" in first && first.mark === closing) return;
      member(first);
      const next = this.#next();
      if ("mark" in next && next.mark === closing) return;
      if (!("mark" in next) || next.mark !== ",") throw new LiteralFault();
    }
  }

  #next(): Token {
    token.lastIndex = this.#at;
    const found = token.exec(this.text);
    if (!found) throw new LiteralFault();
    this.#at = token.lastIndex;
    const [, mark, single, double, digits, word] = found;
    if (mark) return { mark };
    const quoted = single ?? double;
    if (quoted !== undefined) return { value: quoted.replace(/\\(.)/g, "$1") };
    if (digits) return { value: Number.isSafeInteger(Number(digits)) ? Number(digits) : NaN };
    if (!Object.hasOwn(words, word)) throw new LiteralFault();
    return { value: words[word] };
  }
}
