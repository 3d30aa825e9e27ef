/**
 * The keys of a terminal on their way to a line editor, which knows lines alone: line ends that are part of a text
 * (of what is pasted, of Alt-Enter and Ctrl-J) go through as a character that no text has.
 *
 * @module
 */
import { PassThrough, type Transform } from "node:stream";
import { StringDecoder } from "node:string_decoder";

/** A line end within a text; Unicode reserves this code point for a program's own use. */
export const LINE_END = "\ufdd0";

/** What asks a terminal to mark what is pasted, and to leave it. */
export const MARK_PASTES = "\x1b[?2004h";
export const LEAVE_PASTES = "\x1b[?2004l";

const PASTE_START = "\x1b[200~";
const PASTE_END = "\x1b[201~";

/** Alt-Enter and Ctrl-J. */
// deno-lint-ignore no-control-regex -- what a terminal sends for them
const LINE_KEYS = /\x1b[\r\n]|\n/g;

/** Control characters that a pasted text is rid of: none of them may act as a key. */
// deno-lint-ignore no-control-regex -- these are what must not pass
const CONTROLS = /[\x00-\x09\x0b-\x1f\x7f-\x9f]/g;

/**
 * The filter: bytes of a terminal in, keys out, up to the one that ends a line; those behind it wait for the next
 * line. `setMode` is told where keys are edited and where they are not.
 */
export class Keys extends PassThrough {
  readonly isTTY = true;
  private readonly decoder = new StringDecoder("utf8");
  /** What has come of a paste under way; undefined outside of one. */
  private pasted: string | undefined;
  /** The beginning of a mark whose end has not come. */
  private held = "";
  /** Keys that no line has taken. */
  private waiting = "";
  private editing = false;

  constructor(private readonly setMode: (editing: boolean) => void) {
    super();
  }

  /** Called by readline where a line begins and ends. */
  setRawMode(editing: boolean): this {
    this.setMode(editing);
    this.editing = editing;
    this.give("");
    return this;
  }

  override _transform(bytes: Uint8Array, _: unknown, done: Parameters<Transform["_transform"]>[2]): void {
    let rest = this.held + this.decoder.write(bytes as Parameters<StringDecoder["write"]>[0]);
    this.held = "";
    while (rest !== "") rest = this.pasted === undefined ? this.typed(rest) : this.inPaste(rest);
    done();
  }

  /** Lets keys through up to a paste, and gives what is behind its mark. */
  private typed(text: string): string {
    const [keys, rest] = this.split(text, PASTE_START);
    if (rest !== undefined) this.pasted = "";
    this.give(keys.replaceAll(LINE_KEYS, LINE_END));
    return rest ?? "";
  }

  /** Gathers a paste up to its end, and gives what is behind it. */
  private inPaste(text: string): string {
    const [part, rest] = this.split(text, PASTE_END);
    this.pasted += part;
    if (rest === undefined) return "";
    const lines = this.pasted!.replaceAll(/\r\n?/g, "\n").replaceAll("\t", "    ").replaceAll(CONTROLS, "");
    this.pasted = undefined;
    this.give(lines.replaceAll("\n", LINE_END));
    return rest;
  }

  /** What lies before a mark and behind it; where there is none, what may be its beginning is held. */
  private split(text: string, mark: string): [string, string?] {
    const at = text.indexOf(mark);
    if (at >= 0) return [text.slice(0, at), text.slice(at + mark.length)];
    const end = text.length - partOf(mark, text);
    this.held = text.slice(end);
    return [text.slice(0, end)];
  }

  private give(keys: string): void {
    this.waiting += keys;
    if (!this.editing) return;
    const end = this.waiting.indexOf("\r") + 1 || this.waiting.length;
    if (end > 0) this.push(this.waiting.slice(0, end));
    this.editing = this.waiting[end - 1] !== "\r";
    this.waiting = this.waiting.slice(end);
  }
}

/** How many characters at a text's end may begin a mark. An Escape is one: what it goes before decides, as in shells. */
function partOf(mark: string, text: string): number {
  for (let n = Math.min(mark.length - 1, text.length); n > 0; n--) {
    if (text.endsWith(mark.slice(0, n))) return n;
  }
  return 0;
}
