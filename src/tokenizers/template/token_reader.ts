/**
 * The tokens of a template, from left to right.
 *
 * @module
 */
import { fail } from "./failure.ts";
import type { Token, TokenType } from "./lexer.ts";

/** How deep a template may nest. */
const DEEPEST = 128;
/** Reads tokens from left to right. */
export class TokenReader {
  private position = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  protected get current(): Token {
    return this.tokens[this.position];
  }

  protected get following(): Token {
    return this.tokens[Math.min(this.position + 1, this.tokens.length - 1)];
  }

  protected next(): Token {
    const token = this.current;
    if (this.position < this.tokens.length - 1) this.position++;
    return token;
  }

  protected deeper<T>(read: () => T): T {
    if (++this.depth > DEEPEST) fail(`it may use at most ${DEEPEST} levels of nesting`);
    const value = read();
    this.depth--;
    return value;
  }

  /** Whether an operator stands here. */
  protected at(operator: string): boolean {
    return this.current.type === "operator" && this.current.text === operator;
  }

  protected skip(operator: string): boolean {
    const found = this.at(operator);
    if (found) this.next();
    return found;
  }

  protected atName(name: string): boolean {
    return this.current.type === "name" && this.current.text === name;
  }

  protected skipName(name: string): boolean {
    const found = this.atName(name);
    if (found) this.next();
    return found;
  }

  /** Takes an operator, or a token of a type. */
  protected expect(what: TokenType | string): void {
    const token = this.next();
    if (token.type !== what && !(token.type === "operator" && token.text === what)) {
      this.unexpected(token, what);
    }
  }

  protected expectName(name: string): void {
    if (!this.skipName(name)) this.unexpected(this.current, name);
  }

  protected name(): string {
    const token = this.next();
    return token.type === "name" ? token.text : this.unexpected(token, "a name");
  }

  protected unexpected(token: Token, expected?: string): never {
    const found = token.text === "" ? token.type : `'${token.text.slice(0, 100)}'`;
    fail(
      `unexpected ${found} in line ${token.line}${expected === undefined ? "" : `, expected ${expected}`}`,
    );
  }
}
