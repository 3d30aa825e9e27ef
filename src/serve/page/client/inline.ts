/**
 * Markdown within a line: emphasis, code, links, breaks. One walk over the text, in time linear in its length whatever
 * a model writes: each search is bounded, and what failed once is not searched again.
 *
 * @module
 */
import { type Element, type Markup, safeAddress, type Tag, textOf } from "./tree.ts";

/** Elements within elements; a marker that would go deeper stays text. */
const DEEPEST = 12;
/** Characters of a link's address and title. */
const LONGEST_ADDRESS = 1000;
/** Characters of one run of emphasis; a longer one is a line that somebody drew. */
const LONGEST_RUN = 6;
/** Openers of emphasis that a closer looks at. */
const LOOKED_BACK = 8;
/** Pieces that one emphasis may span. */
const WIDEST = 1000;

/** A piece under way: finished markup with its depth, or a run of emphasis markers that may open something. */
interface Item {
  markup: Markup;
  depth: number;
  run?: { char: string; count: number; opens: boolean; closes: boolean };
}

/** Parses the text of a paragraph, a heading or a cell. */
export function parseInline(text: string): Markup[] {
  const items: Item[] = [];
  const brackets: number[] = [];
  const unclosed = new Set<number>(); // lengths of backtick runs that no later run closes
  let plain = "";
  const flush = () => {
    if (plain !== "") items.push({ markup: plain, depth: 0 });
    plain = "";
  };
  const put = (markup: Markup, depth = 1) => {
    flush();
    items.push({ markup, depth });
  };
  for (let at = 0; at < text.length;) {
    const char = text[at];
    if (char === "\\" && /[!-/:-@[-`{-~]/.test(text[at + 1] ?? "")) {
      plain += text[at + 1];
      at += 2;
    } else if (char === "\n") {
      plain = plain.trimEnd();
      if (plain.endsWith("\\")) plain = plain.slice(0, -1);
      put({ tag: "br", children: [] });
      at++;
      while (text[at] === " ") at++;
    } else if (char === "`") {
      const length = runLength(text, at);
      const end = unclosed.has(length) ? -1 : closingTicks(text, at + length, length);
      if (end < 0) {
        unclosed.add(length);
        plain += text.slice(at, at + length);
        at += length;
      } else {
        put({ tag: "code", children: [codeText(text.slice(at + length, end))] });
        at = end + length;
      }
    } else if (char === "*" || char === "_" || char === "~") {
      const count = runLength(text, at);
      const run = flanking(text, at, count, char);
      if (!run) plain += text.slice(at, at + count);
      else {
        flush();
        items.push({ markup: "", depth: 0, run });
      }
      at += count;
    } else if (char === "[" || (char === "!" && text[at + 1] === "[")) {
      flush();
      const mark = char === "!" ? "![" : "[";
      items.push({ markup: mark, depth: 0 });
      brackets.push(items.length - 1);
      at += mark.length;
    } else if (char === "]") {
      flush();
      const open = brackets.pop();
      const target = open === undefined ? undefined : linkTarget(text, at + 1);
      if (open === undefined || !target) plain += "]";
      else {
        link(items, open, target.address);
        brackets.length = 0; // a link holds no other link
      }
      at = target?.end ?? at + 1;
    } else {
      const found = special(text, at);
      if (found) put(found.markup, found.markup === "" ? 0 : 1);
      else plain += char;
      at = found?.end ?? at + 1;
    }
  }
  flush();
  return emphasize(items).markup;
}

/** What begins with `<`, `&` or `h`: addresses as they stand, breaks, the entities that models write. */
function special(text: string, at: number): { markup: Markup; end: number } | undefined {
  const char = text[at];
  const before = text[at - 1] ?? " ";
  if (char === "h" && !/[\p{L}\p{N}]/u.test(before)) return bareAddress(text, at);
  if (char !== "<" && char !== "&") return undefined;
  const rest = text.slice(at, at + LONGEST_ADDRESS);
  const line = /^<br *\/?>/i.exec(rest);
  if (line) return { markup: { tag: "br", children: [] }, end: at + line[0].length };
  const entity = /^&(amp|lt|gt|quot|nbsp|#39);/.exec(rest);
  if (entity) return { markup: ENTITIES[entity[1]], end: at + entity[0].length };
  const address = /^<((?:https?:\/\/|mailto:)[^\s<>]+)>/i.exec(rest);
  return address ? { markup: anchor(address[1], [address[1]]), end: at + address[0].length } : undefined;
}

const ENTITIES: Record<string, string> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  nbsp: "\u00a0",
  "#39": "'",
};

/** `https://…` in running text, without the punctuation that ends its sentence. */
function bareAddress(text: string, at: number): { markup: Markup; end: number } | undefined {
  if (!/^https?:\/\//.test(text.slice(at, at + 8))) return undefined;
  let address = /^[^\s<>"`*]*/.exec(text.slice(at, at + LONGEST_ADDRESS))![0];
  for (let cut = ""; cut !== address;) {
    cut = address;
    address = address.replace(/[.,;:!?'"_~\]]+$/, "");
    const open = address.split("(").length - address.split(")").length;
    if (open < 0 && address.endsWith(")")) address = address.slice(0, -1);
  }
  return address.length > 8 ? { markup: anchor(address, [address]), end: at + address.length } : undefined;
}

function anchor(address: string, children: readonly Markup[]): Markup {
  const href = safeAddress(address);
  return href === undefined ? textOf(children) : { tag: "a", href, children };
}

/** `(address "title")` from `at` on. Parentheses may nest; the title is dropped. */
function linkTarget(text: string, at: number): { address: string; end: number } | undefined {
  if (text[at] !== "(") return undefined;
  const end = Math.min(text.length, at + LONGEST_ADDRESS);
  let depth = 0;
  for (let i = at; i < end; i++) {
    if (text[i] === "\n") return undefined;
    if (text[i] === "\\") i++;
    else if (text[i] === "(") depth++;
    else if (text[i] === ")" && --depth === 0) {
      const inside = text.slice(at + 1, i).trim();
      const [, address] = /^(<[^<>]*>|\S*)(?:\s+["'(].*["')])?$/.exec(inside) ?? [];
      return address === undefined ? undefined : { address: address.replace(/^<(.*)>$/, "$1"), end: i + 1 };
    }
  }
  return undefined;
}

/** Turns the items from the bracket at `open` on into a link; an image too, as the page loads nothing from elsewhere. */
function link(items: Item[], open: number, address: string): void {
  const inside = emphasize(items.splice(open).slice(1));
  const label = inside.markup.length > 0 ? inside.markup : [address];
  const depth = inside.depth + 1;
  if (depth > DEEPEST) items.push({ markup: textOf(label), depth: 0 });
  else items.push({ markup: anchor(address, label), depth });
}

/** Pairs the runs of emphasis as CommonMark does, and gives what they enclose. */
function emphasize(items: readonly Item[]): { markup: Markup[]; depth: number } {
  const out: Item[] = [];
  const openers: Record<string, number[]> = { "*": [], _: [], "~": [] };
  for (const item of items) {
    const { run } = item;
    while (run && run.closes && run.count > 0) {
      const found = openers[run.char].slice(-LOOKED_BACK).findLast((index) => pairs(out[index].run!, run));
      if (found === undefined) break;
      if (!enclose(out, found, run)) {
        while (openers[run.char].at(-1)! >= found) openers[run.char].pop(); // not tried again
        break;
      }
      for (const stack of Object.values(openers)) {
        while (stack.length > 0 && (stack.at(-1)! > found || !out[stack.at(-1)!]?.run?.count)) stack.pop();
      }
    }
    if (run?.opens && run.count > 0) openers[run.char].push(out.length);
    if (!run || run.count > 0) out.push(item);
  }
  const depth = out.reduce((most, item) => Math.max(most, item.depth), 0);
  return { markup: out.map(finished).filter((m) => m !== ""), depth };
}

function pairs(opener: NonNullable<Item["run"]>, closer: NonNullable<Item["run"]>): boolean {
  if (opener.count === 0) return false;
  const both = opener.closes || closer.opens;
  return !both || (opener.count + closer.count) % 3 !== 0 ||
    (opener.count % 3 === 0 && closer.count % 3 === 0);
}

/** Encloses what stands behind the opener at `index`; false where that would go too deep or too far. */
function enclose(out: Item[], index: number, closer: NonNullable<Item["run"]>): boolean {
  if (out.length - index > WIDEST) return false;
  const opener = out[index].run!;
  const inside = out.slice(index + 1);
  const depth = inside.reduce((most, item) => Math.max(most, item.depth), 0) + 1;
  if (depth > DEEPEST) return false;
  const used = Math.min(2, opener.count, closer.count);
  const tag: Tag = closer.char === "~" ? "del" : used === 2 ? "strong" : "em";
  out.length = index + 1;
  opener.count -= used;
  closer.count -= used;
  out.push({ markup: { tag, children: inside.map(finished).filter((m) => m !== "") }, depth });
  return true;
}

/** Markers that found no partner are text. */
function finished({ markup, run }: Item): Markup {
  return run ? run.char.repeat(run.count) : markup;
}

/** Whether a run of markers may open or close emphasis, from what stands beside it; undefined where neither. */
function flanking(text: string, at: number, count: number, char: string): Item["run"] {
  if (count > LONGEST_RUN || (char === "~" && count !== 2)) return undefined;
  const kind = (c: string | undefined) =>
    c === undefined || /\s/.test(c) ? "space" : /[\p{P}\p{S}]/u.test(c) ? "mark" : "word";
  const [before, after] = [kind(text[at - 1]), kind(text[at + count])];
  const left = after !== "space" && (after === "word" || before !== "word");
  const right = before !== "space" && (before === "word" || after !== "word");
  const within = char === "_";
  const opens = left && (!within || !right || before === "mark");
  const closes = right && (!within || !left || after === "mark");
  return opens || closes ? { char, count, opens, closes } : undefined;
}

function runLength(text: string, at: number): number {
  let end = at + 1;
  while (text[end] === text[at]) end++;
  return end - at;
}

function closingTicks(text: string, from: number, length: number): number {
  for (let at = text.indexOf("`", from); at >= 0; at = text.indexOf("`", at)) {
    const found = runLength(text, at);
    if (found === length) return at;
    at += found;
  }
  return -1;
}

function codeText(text: string): string {
  const line = text.replaceAll("\n", " ");
  return line.startsWith(" ") && line.endsWith(" ") && line.trim() !== "" ? line.slice(1, -1) : line;
}

/** An element without more to it. */
export function plainElement(tag: Tag, children: readonly Markup[]): Element {
  return { tag, children };
}
