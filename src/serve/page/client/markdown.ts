/**
 * Markdown as models write it: paragraphs, headings, lists, quotes, fenced code, tables and rules. Each block is parsed
 * from its own lines alone, so that a view need only renew the blocks that a stream has changed; HTML stays text.
 *
 * It differs from CommonMark where chats do: a line's end is a break, a heading has `#`, `---` is always a rule, code
 * is fenced and never indented, and two spaces are enough to put a list into a list.
 *
 * @module
 */
import { parseInline } from "./inline.ts";
import type { Align, Element, Markup } from "./tree.ts";

/** A block of a text and the lines that it came from. */
export interface Block {
  readonly source: string;
  readonly markup: Element;
}

/** Lists and quotes within each other; what goes deeper is a paragraph. */
const DEEPEST = 8;
/** Columns of a table; the cells beyond are dropped. */
const MOST_COLUMNS = 64;

const FENCE = /^( {0,8})(`{3,}(?=[^`]*$)|~{3,})(.*)$/;
const HEADING = /^ {0,3}(#{1,6})(?:[ \t]+(.*))?$/;
const RULE = /^ {0,3}(?:(?:\*[ \t]*){3,}|(?:-[ \t]*){3,}|(?:_[ \t]*){3,})$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const ITEM = /^( *)([-*+]|\d{1,9}[.)])(?:[ \t]+(.*)|)$/;
const TASK = /^\[([ xX])\] /;
const DIVIDER = /^(?:\| *)?:?-+:? *(?:\| *:?-+:? *)*\|?$/;

/** The blocks of a text. */
export function parseMarkdown(text: string): Block[] {
  return blocks(spaced(text.replaceAll("\r\n", "\n").split("\n")), 0).found;
}

/** Lines whose indentation is of spaces, but for code, which stays as it is. */
function spaced(lines: readonly string[]): string[] {
  let fence = "";
  return lines.map((line) => {
    if (fence !== "") {
      if (closes(line, fence)) fence = "";
      return line;
    }
    const plain = line.replace(/^[ \t]+/, (indent) => indent.replaceAll("\t", "    "));
    fence = FENCE.exec(plain)?.[2] ?? "";
    return plain;
  });
}

/** The blocks of lines, and whether a blank line stands between two of them. */
function blocks(lines: readonly string[], depth: number): { found: Block[]; apart: boolean } {
  const found: Block[] = [];
  let apart = false;
  for (let at = 0; at < lines.length;) {
    if (lines[at].trim() === "") {
      at++;
      continue;
    }
    if (found.length > 0 && lines[at - 1].trim() === "") apart = true;
    const { markup, end } = block(lines, at, depth);
    found.push({ source: lines.slice(at, end).join("\n"), markup });
    at = end;
  }
  return { found, apart };
}

interface Read {
  markup: Element;
  /** The line behind it. */
  end: number;
}

function block(lines: readonly string[], at: number, depth: number): Read {
  const line = lines[at];
  const heading = HEADING.exec(line);
  if (heading) return { markup: headingOf(heading), end: at + 1 };
  if (RULE.test(line)) return { markup: { tag: "hr", children: [] }, end: at + 1 };
  if (FENCE.test(line)) return fence(lines, at);
  if (depth < DEEPEST && QUOTE.test(line)) return quote(lines, at, depth);
  if (depth < DEEPEST && ITEM.test(line)) return list(lines, at, depth);
  if (beginsTable(lines, at)) return table(lines, at);
  return paragraph(lines, at, depth);
}

function headingOf([, marks, text = ""]: RegExpExecArray): Element {
  const plain = text.trim().replace(/(?:^|\s)#+$/, "").trim();
  return { tag: "heading", level: marks.length, children: parseInline(plain) };
}

/** Code between fences; a stream's last block may have no closing one yet. */
function fence(lines: readonly string[], at: number): Read {
  const [, indent, mark, info] = FENCE.exec(lines[at])!;
  let end = at + 1;
  while (end < lines.length && !closes(lines[end], mark)) end++;
  const strip = new RegExp(`^ {0,${indent.length}}`);
  const code = lines.slice(at + 1, end).map((line) => line.replace(strip, "")).join("\n");
  const language = /^[\w+#.-]{1,30}/.exec(info.trim())?.[0] ?? "";
  return { markup: { tag: "pre", language, children: [code] }, end: Math.min(end + 1, lines.length) };
}

function closes(line: string, mark: string): boolean {
  const text = line.trim();
  return text.length >= mark.length && text === mark[0].repeat(text.length);
}

function quote(lines: readonly string[], at: number, depth: number): Read {
  const inside: string[] = [];
  let end = at;
  for (let match; end < lines.length && (match = QUOTE.exec(lines[end])); end++) inside.push(match[1]);
  return { markup: { tag: "quote", children: blocks(inside, depth + 1).found.map((b) => b.markup) }, end };
}

/** Items that follow each other with the same kind of marker; blank lines between them make it loose. */
function list(lines: readonly string[], at: number, depth: number): Read {
  const [, indent, first] = ITEM.exec(lines[at])!;
  const kind = first.at(-1)!;
  const items: string[][] = [];
  let loose = false;
  let end = at;
  for (let match; (match = itemOfList(lines[end], indent.length, kind));) {
    const next = itemEnd(lines, end, match[1].length);
    items.push([
      (match[3] ?? "").replace(TASK, (_, box) => box === " " ? "☐ " : "☑ "),
      ...outdented(lines.slice(end + 1, next), match[1].length, match[2].length),
    ]);
    const behind = skipBlank(lines, next);
    const gap = behind > next && itemOfList(lines[behind], indent.length, kind) !== undefined;
    loose ||= gap;
    end = gap ? behind : next;
  }
  while (lines[end - 1].trim() === "") end--;
  const read = items.map((item) => blocks(item, depth + 1));
  loose ||= read.some(({ apart }) => apart);
  const children = read.map(({ found }) => itemOf(found, loose));
  if (/\d/.test(first)) return { markup: { tag: "ol", start: parseInt(first), children }, end };
  return { markup: { tag: "ul", children }, end };
}

/** The match of a line that continues a list: a marker of its kind, at its place give or take a space. */
function itemOfList(line: string | undefined, indent: number, kind: string): RegExpExecArray | undefined {
  const match = ITEM.exec(line ?? "");
  if (!match || match[2].at(-1) !== kind || RULE.test(line!)) return undefined;
  return match[1].length - indent < 0 || match[1].length - indent > 1 ? undefined : match;
}

/** The line behind an item's own: indented lines, blank ones before them, and a paragraph's further lines. */
function itemEnd(lines: readonly string[], at: number, indent: number): number {
  let end = at + 1;
  for (let next = end; next < lines.length; next++) {
    const line = lines[next];
    if (line.trim() === "") continue;
    const own = /^ */.exec(line)![0].length >= indent + 2;
    const lazy = next === end && lines[next - 1].trim() !== "" && !ITEM.test(line) &&
      !interrupts(line);
    if (!own && !lazy) break;
    end = next + 1;
  }
  return end;
}

/** Whether a line begins a block of its own, even right under a paragraph; "1986. A year" there is none. */
function interrupts(line: string): boolean {
  const [, , marker, text] = ITEM.exec(line) ?? [];
  const item = text !== undefined && text !== "" && !/^[02-9]|^1\d/.test(marker);
  return item || HEADING.test(line) || FENCE.test(line) || QUOTE.test(line) || RULE.test(line);
}

/** Lines without their item's indentation: as much as its marker is wide, where they have it. */
function outdented(lines: readonly string[], indent: number, marker: number): string[] {
  const least = lines.reduce((n, l) => l.trim() === "" ? n : Math.min(n, /^ */.exec(l)![0].length), Infinity);
  const width = Math.max(indent + 2, Math.min(least, indent + marker + 3));
  return lines.map((line) => line.replace(new RegExp(`^ {0,${width}}`), ""));
}

function skipBlank(lines: readonly string[], at: number): number {
  while (at < lines.length && lines[at].trim() === "") at++;
  return at;
}

/** A tight item's paragraphs stand without their element. */
function itemOf(inside: readonly Block[], loose: boolean): Element {
  const children = inside.flatMap(({ markup }): readonly Markup[] =>
    markup.tag === "p" && !loose ? markup.children : [markup]
  );
  return { tag: "li", children };
}

function beginsTable(lines: readonly string[], at: number): boolean {
  const divider = lines[at + 1];
  return lines[at].includes("|") && divider !== undefined && divider.includes("-") &&
    DIVIDER.test(divider.trim()) &&
    cells(divider).length === cells(lines[at]).length;
}

function table(lines: readonly string[], at: number): Read {
  const aligns = cells(lines[at + 1]).map(alignOf);
  let end = at + 2;
  while (end < lines.length && lines[end].includes("|") && !interrupts(lines[end])) end++;
  const row = (line: string, tag: "th" | "td"): Element => {
    const texts = cells(line);
    const children = aligns.map((align, i) => ({ tag, align, children: parseInline(texts[i] ?? "") }));
    return { tag: "tr", children };
  };
  const children = [row(lines[at], "th"), ...lines.slice(at + 2, end).map((line) => row(line, "td"))];
  return { markup: { tag: "table", children }, end };
}

/** The cells of a row: split at bars that are neither escaped nor within code. */
function cells(line: string): string[] {
  const text = line.trim().replace(/^\|/, "").replace(/\|$/, "");
  const parts = [""];
  let code = false;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "\\" && text[i + 1] === "|") parts[parts.length - 1] += text[++i];
    else if (text[i] === "|" && !code) parts.push("");
    else {
      if (text[i] === "`") code = !code && text.indexOf("`", i + 1) > 0;
      parts[parts.length - 1] += text[i];
    }
  }
  return parts.slice(0, MOST_COLUMNS).map((part) => part.trim());
}

function alignOf(divider: string): Align | undefined {
  if (divider.endsWith(":")) return divider.startsWith(":") ? "center" : "right";
  return divider.startsWith(":") ? "left" : undefined;
}

function paragraph(lines: readonly string[], at: number, depth: number): Read {
  let end = at + 1;
  while (end < lines.length && lines[end].trim() !== "" && (depth >= DEEPEST || !interrupts(lines[end]))) {
    if (beginsTable(lines, end)) break;
    end++;
  }
  const text = lines.slice(at, end).map((line) => line.trimStart()).join("\n").trimEnd();
  return { markup: { tag: "p", children: parseInline(text) }, end };
}
