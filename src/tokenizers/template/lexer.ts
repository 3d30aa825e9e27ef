/**
 * Templates as tokens, with `trim_blocks` and `lstrip_blocks` as transformers sets them.
 *
 * Source: the rules of jinja2's lexer.
 *
 * @module
 */
import { fail } from "./failure.ts";
import { escapeOf } from "./represent.ts";
import { SPACE, strip } from "./text.ts";

/** The smallest parts of a template. */
export type TokenType =
  | "data"
  | "variable_begin"
  | "variable_end"
  | "block_begin"
  | "block_end"
  | "name"
  | "string"
  | "integer"
  | "float"
  | "operator"
  | "eof";

/** A token; `line` counts from 1. */
export interface Token {
  readonly type: TokenType;
  /** Its text; of a string what it stands for. */
  readonly text: string;
  readonly line: number;
}

const RAW_BEGIN = new RegExp(`\\{%([-+]?)[${SPACE}]*raw[${SPACE}]*(?:-%\\}[${SPACE}]*|%\\})`, "y");
const RAW_END = new RegExp(
  `\\{%([-+]?)[${SPACE}]*endraw[${SPACE}]*(?:\\+%\\}|-%\\}[${SPACE}]*|%\\}\\n?)`,
  "y",
);
const COMMENT_END = new RegExp(`\\+#\\}|-#\\}[${SPACE}]*|#\\}\\n?`, "y");
const BLOCK_END = new RegExp(`\\+%\\}|-%\\}[${SPACE}]*|%\\}\\n?`, "y");
const VARIABLE_END = new RegExp(`-\\}\\}[${SPACE}]*|\\}\\}`, "y");
const SPACES = new RegExp(`[${SPACE}]+`, "y");
const FLOAT = /(?<!\.)(?:\d+_)*\d+(?:(?:\.(?:\d+_)*\d+)?e[+-]?(?:\d+_)*\d+|\.(?:\d+_)*\d+)/iy;
const INTEGER = /0b(?:_?[01])+|0o(?:_?[0-7])+|0x(?:_?[\da-f])+|[1-9](?:_?\d)*|0(?:_?0)*/iy;
const NAME = /[\p{L}\p{M}\p{N}_\u00b7\p{Pc}]+/uy;
const IDENTIFIER = /^[\p{ID_Start}_]\p{ID_Continue}*$/u;
const OPERATOR = /\/\/|\*\*|==|!=|>=|<=|[+\-/*%~[\](){}><=.:|,;]/y;
const CLOSING: Readonly<Record<string, string>> = { "(": ")", "[": "]", "{": "}" };

/** The tokens of a template, "eof" last. */
export function tokenize(source: string): Token[] {
  return new Lexer(source).tokens();
}

class Lexer {
  private readonly source: string;
  private at = 0;
  private line = 1;
  private readonly found: Token[] = [];

  constructor(source: string) {
    const lines = source.replace(/\r\n?/g, "\n");
    this.source = lines.endsWith("\n") ? lines.slice(0, -1) : lines;
  }

  tokens(): Token[] {
    while (this.at < this.source.length) this.data();
    this.push("eof", "");
    return this.found;
  }

  private push(type: TokenType, text: string): void {
    this.found.push({ type, text, line: this.line });
  }

  /** Goes on to `end`, counting lines. */
  private advance(end: number): void {
    for (
      let i = this.source.indexOf("\n", this.at);
      i >= 0 && i < end;
      i = this.source.indexOf("\n", i + 1)
    ) this.line++;
    this.at = end;
  }

  private match(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.at;
    return pattern.exec(this.source);
  }

  /** Text up to the next tag, and the tag. */
  private data(): void {
    const { source } = this;
    let open = source.indexOf("{", this.at);
    while (open >= 0 && !"{%#".includes(source[open + 1] ?? " ")) open = source.indexOf("{", open + 1);
    if (open < 0) {
      this.push("data", source.slice(this.at));
      return this.advance(source.length);
    }
    const kind = source[open + 1];
    const sign = /[-+]/.test(source[open + 2] ?? "") ? source[open + 2] : "";
    const text = this.stripped(source.slice(this.at, open), sign, kind !== "{", this.at);
    if (text !== "") this.push("data", text);
    this.advance(open);
    const raw = kind === "%" ? this.match(RAW_BEGIN) : null;
    if (raw) return this.raw(open + raw[0].length);
    this.advance(open + 2 + sign.length);
    if (kind === "#") return this.comment();
    this.push(kind === "{" ? "variable_begin" : "block_begin", "");
    this.code(kind === "{" ? VARIABLE_END : BLOCK_END, kind === "{" ? "variable_end" : "block_end");
  }

  /** Text before a tag without the white space that the tag takes. */
  private stripped(text: string, sign: string, ownLine: boolean, start: number): string {
    if (sign === "-") return strip(text, undefined, false, true);
    if (sign === "+" || !ownLine) return text;
    const lineStart = text.lastIndexOf("\n") + 1;
    const beginsLine = lineStart > 0 || start === 0 || this.source[start - 1] === "\n";
    return beginsLine && strip(text.slice(lineStart), undefined, true, true) === ""
      ? text.slice(0, lineStart)
      : text;
  }

  private raw(start: number): void {
    this.advance(start);
    for (let open = this.source.indexOf("{%", start); open >= 0; open = this.source.indexOf("{%", open + 1)) {
      RAW_END.lastIndex = open;
      const end = RAW_END.exec(this.source);
      if (!end) continue;
      const text = this.stripped(this.source.slice(start, open), end[1], true, start);
      if (text !== "") this.push("data", text);
      return this.advance(open + end[0].length);
    }
    fail(`Missing end of raw directive (line ${this.line})`);
  }

  private comment(): void {
    const close = this.source.indexOf("#}", this.at);
    if (close < 0) fail(`Missing end of comment tag (line ${this.line})`);
    const signed = close > this.at && /[-+]/.test(this.source[close - 1]);
    this.advance(signed ? close - 1 : close);
    this.advance(this.at + this.match(COMMENT_END)![0].length);
  }

  /** What stands in a tag, up to its end outside of all brackets. */
  private code(end: RegExp, type: "variable_end" | "block_end"): void {
    const brackets: string[] = [];
    while (this.at < this.source.length) {
      const closed = brackets.length === 0 ? this.match(end) : null;
      if (closed) {
        this.push(type, "");
        return this.advance(this.at + closed[0].length);
      }
      this.part(brackets);
    }
  }

  private part(brackets: string[]): void {
    const space = this.match(SPACES);
    if (space) return this.advance(this.at + space[0].length);
    const first = this.source[this.at];
    if (first === "'" || first === '"') return this.string();
    if (first >= "0" && first <= "9") {
      const float = this.match(FLOAT);
      return this.take(float ? "float" : "integer", (float ?? this.match(INTEGER)!)[0]);
    }
    const name = /[!-\/:-@[-^`{-~]/.test(first) ? null : this.match(NAME);
    if (name) {
      if (!IDENTIFIER.test(name[0])) fail(`Invalid character in identifier (line ${this.line})`);
      return this.take("name", name[0]);
    }
    const [operator] = this.match(OPERATOR) ??
      fail(`unexpected char '${this.source[this.at]}' in line ${this.line}`);
    if (CLOSING[operator]) brackets.push(CLOSING[operator]);
    else if (")]}".includes(operator) && brackets.pop() !== operator) {
      fail(`unexpected '${operator}' in line ${this.line}`);
    }
    this.take("operator", operator);
  }

  private take(type: TokenType, text: string): void {
    this.push(type, text);
    this.at += text.length;
  }

  private string(): void {
    const quote = this.source[this.at];
    let end = this.at + 1;
    while (end < this.source.length && this.source[end] !== quote) end += this.source[end] === "\\" ? 2 : 1;
    if (end >= this.source.length) fail(`unexpected char '${quote}' in line ${this.line}`);
    this.push("string", unescape(this.source.slice(this.at + 1, end)));
    this.advance(end + 1);
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  "\n": "",
  "\\": "\\",
  "'": "'",
  '"': '"',
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** What a string literal stands for: Python's escapes, of which unknown ones stay. */
function unescape(body: string): string {
  return body.replace(
    /\\(?:([0-7]{1,3})|x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/gu,
    (all, octal, x, u, U, unit) => {
      if (octal) return String.fromCodePoint(parseInt(octal, 8));
      const code = parseInt(x ?? u ?? U ?? "-1", 16);
      if (code > 0x10ffff) fail("illegal Unicode character in a string");
      if (code >= 0) return String.fromCodePoint(code);
      if ("xuUN".includes(unit)) fail(`a string holds an escape that is cut short or unknown: \\${unit}`);
      if (unit > "\x7f") return `\\${escapeOf(unit)}`.replace("\\\\", "\\");
      return ESCAPES[unit] ?? all;
    },
  );
}
