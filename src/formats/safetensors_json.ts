/**
 * JSON as a safetensors header holds it (RFC 8259), read strictly: a key twice is an error, where
 * `JSON.parse` would keep the last and another reader the first; nesting is bounded; strings are well-formed
 * Unicode. Numbers other than plain whole ones (1.0, -1, 1e3, past 2^53) become NaN: no field takes them.
 *
 * @module
 */
import { quotedName } from "../error.ts";

/** A value; objects are maps, so that no key ("__proto__") means anything. */
export type JsonValue = string | number | boolean | null | JsonValue[] | Map<string, JsonValue>;

/** A header needs three levels. */
const DEEPEST = 16;

const number = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
const literal = /true|false|null/y;

/** Why a text is no such JSON. */
export class JsonFault extends Error {
  /** `at` counts UTF-16 units from the text's beginning. */
  constructor(requirement: string, readonly at: number) {
    super(requirement);
  }
}

/**
 * Reads a whole text.
 *
 * @throws JsonFault where it is not one value with nothing but white space around it
 */
export function parseJson(text: string): JsonValue {
  return new JsonReader(text).whole();
}

class JsonReader {
  #at = 0;

  constructor(readonly text: string) {}

  whole(): JsonValue {
    const value = this.#value(0);
    if (this.#at < this.text.length) this.#fail("must end behind its value");
    return value;
  }

  /** A value and the white space on both sides. */
  #value(depth: number): JsonValue {
    this.#space();
    const value = this.#bare(depth);
    this.#space();
    return value;
  }

  #bare(depth: number): JsonValue {
    if (depth > DEEPEST) this.#fail(`must nest at most ${DEEPEST} deep`);
    const first = this.text[this.#at];
    if (first === "{") return this.#object(depth);
    if (first === "[") return this.#array(depth);
    if (first === '"') return this.#string();
    const whole = this.#match(number);
    if (whole !== undefined) return wholeNumber(whole);
    const word = this.#match(literal);
    if (word === undefined) this.#fail("must have a value");
    return word === "null" ? null : word === "true";
  }

  #object(depth: number): Map<string, JsonValue> {
    const object = new Map<string, JsonValue>();
    this.#members("}", () => {
      this.#space();
      const start = this.#at;
      const key = this.#string();
      this.#space();
      if (this.text[this.#at++] !== ":") this.#fail('must have ":" behind a key', this.#at - 1);
      if (object.has(key)) this.#fail(`must have each key once, got ${quotedName(key)} twice`, start);
      object.set(key, this.#value(depth + 1));
    });
    return object;
  }

  #array(depth: number): JsonValue[] {
    const array: JsonValue[] = [];
    this.#members("]", () => array.push(this.#value(depth + 1)));
    return array;
  }

  /** The members of an object or array, from its opening bracket to the `closing` one. */
  #members(closing: string, member: () => void): void {
    this.#at++;
    this.#space();
    if (this.text[this.#at] === closing) {
      this.#at++;
      return;
    }
    for (;;) {
      member();
      const next = this.text[this.#at++];
      if (next === closing) return;
      if (next !== ",") this.#fail(`must have "," or "${closing}"`, this.#at - 1);
    }
  }

  /** A string; scanned by hand, since a regular expression's stack ends on strings of megabytes. */
  #string(): string {
    const { text } = this;
    const start = this.#at;
    if (text[start] !== '"') this.#fail("must have a string in quotes");
    let end = start + 1;
    while (end < text.length && text[end] !== '"') end += text[end] === "\\" ? 2 : 1;
    const value = unquoted(text.slice(start, end + 1));
    if (value === undefined) this.#fail("must have a string of well-formed Unicode in quotes");
    this.#at = end + 1;
    return value;
  }

  #space(): void {
    while (" \t\n\r".includes(this.text[this.#at] ?? "x")) this.#at++;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(requirement: string, at = this.#at): never {
    const found = at < this.text.length ? quotedName(this.text.slice(at, at + 12)) : "its end";
    throw new JsonFault(`${requirement}, got ${found}`, at);
  }
}

/** The string that a JSON literal stands for; undefined where it is none, or holds half a surrogate pair. */
function unquoted(literal: string): string | undefined {
  try {
    const value = JSON.parse(literal) as string;
    return value.isWellFormed() ? value : undefined;
  } catch {
    return undefined;
  }
}

function wholeNumber(text: string): number {
  const value = /^[0-9]+$/.test(text) ? Number(text) : NaN;
  return Number.isSafeInteger(value) ? value : NaN;
}
