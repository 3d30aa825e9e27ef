/**
 * Markdown in the document: renews only the blocks that have changed, so that a reader's selection and place stay
 * while an answer grows.
 *
 * @module
 */
import { copyButton, make } from "./dom.ts";
import { type Block, parseMarkdown } from "./markdown.ts";
import type { Element as Tree, Markup } from "./tree.ts";

/** Characters beyond which a text is shown as it stands. */
const LONGEST = 200_000;

/** A view of one growing text. */
export class MarkdownView {
  private blocks: Block[] = [];

  constructor(private readonly into: HTMLElement) {}

  /** Shows `text`. */
  show(text: string): void {
    const next = text.length > LONGEST ? [asItStands(text)] : parseMarkdown(text);
    let same = 0;
    while (same < next.length && this.blocks[same]?.source === next[same].source) same++;
    const grown = next[same] && this.blocks[same] &&
      grow(this.into.children[same], this.blocks[same], next[same]);
    if (grown) same++;
    while (this.into.children.length > same) this.into.lastChild!.remove();
    this.into.append(...next.slice(same).map(({ markup }) => elementOf(markup)));
    this.blocks = next;
  }
}

function asItStands(text: string): Block {
  return { source: text, markup: { tag: "pre", language: "", children: [text] } };
}

/** Writes more code into a block of code that is there. */
function grow(element: Element | undefined, { markup: old }: Block, { markup }: Block): boolean {
  if (!element || old.tag !== "pre" || markup.tag !== "pre" || old.language !== markup.language) return false;
  element.querySelector("code")!.textContent = markup.children[0] as string;
  return true;
}

function nodes(markup: readonly Markup[]): Node[] {
  return markup.map((m) => typeof m === "string" ? document.createTextNode(m) : elementOf(m));
}

function elementOf(tree: Tree): HTMLElement {
  const { tag, children } = tree;
  switch (tag) {
    case "pre":
      return codeBlock(children[0] as string, tree.language ?? "");
    case "table":
      return table(children as Tree[]);
    case "heading": // below the message's own heading, whatever the model counted from
      return make("h3", { class: `level-${tree.level}` }, ...nodes(children));
    case "quote":
      return make("blockquote", {}, ...nodes(children));
    case "ol":
      return make("ol", { start: tree.start }, ...nodes(children));
    case "a":
      return make("a", { href: tree.href, target: "_blank", rel: "noopener noreferrer" }, ...nodes(children));
    case "th":
    case "td":
      return make(tag, { class: tree.align }, ...nodes(children));
    default:
      return make(tag, {}, ...nodes(children));
  }
}

function codeBlock(code: string, language: string): HTMLElement {
  const content = make("code", {}, code);
  const bar = make(
    "figcaption",
    {},
    make("span", {}, language || "text"),
    copyButton("Copy", () => content.textContent ?? ""),
  );
  const label = language ? `Code, ${language}` : "Code";
  return make("figure", {}, bar, make("pre", { tabindex: 0, role: "group", "aria-label": label }, content));
}

function table(rows: readonly Tree[]): HTMLElement {
  const [head, ...body] = nodes(rows);
  const content = make("table", {}, make("thead", {}, head), make("tbody", {}, ...body));
  return make("div", { class: "wide", tabindex: 0, role: "group", "aria-label": "Table" }, content);
}
