/**
 * The renderer beside CommonMark's own examples. Where it differs it does so on purpose, and the example is listed.
 *
 * @module
 */
import { deepEqual } from "node:assert/strict";
import spec from "npm:commonmark-spec@0.31.2";
import { parseMarkdown } from "../../../src/serve/page/client/markdown.ts";
import type { Element, Markup } from "../../../src/serve/page/client/tree.ts";

interface Example {
  markdown: string;
  html: string;
  section: string;
  number: number;
}

/** Examples that come out otherwise, by the reason. */
const OTHERWISE: Record<string, number[]> = {
  "code is fenced, never indented": [
    48,
    69,
    134,
    137,
    225,
    231,
    236,
    253,
    254,
    264,
    270,
    271,
    272,
    273,
    274,
    286,
    287,
    288,
    289,
    290,
  ],
  "`---` is a rule, not a heading": [59, 141, 300],
  "HTML stays text": [308, 309, 344, 475, 476, 477, 642, 643],
  "a quote has its mark at each line": [232, 233, 238, 247, 250, 251, 252, 292, 293],
  "two spaces put a list into a list, and an item goes on from there": [
    257,
    276,
    278,
    280,
    295,
    297,
    310,
    311,
    312,
    313,
  ],
  "links go to http, https and mailto, and no definitions are read": [317, 404, 419, 422, 433, 473, 474],
  "addresses are not encoded, languages are words": [144, 346],
  "a run of more than six markers is a line that somebody drew": [417],
};

const { tests } = spec as unknown as { tests: Example[] };
for (
  const section of [
    "Thematic breaks",
    "ATX headings",
    "Fenced code blocks",
    "Paragraphs",
    "Blank lines",
    "Block quotes",
    "List items",
    "Lists",
    "Code spans",
    "Emphasis and strong emphasis",
    "Hard line breaks",
    "Soft line breaks",
    "Textual content",
  ]
) {
  Deno.test(`CommonMark's examples: ${section}`, () => {
    const other = tests.filter((t) => t.section === section && plain(t.html) !== plain(htmlOf(t.markdown)));
    const known = new Set(Object.values(OTHERWISE).flat());
    const all = tests.filter((t) => t.section === section).map((t) => t.number);
    deepEqual(other.map((t) => t.number), all.filter((n) => known.has(n)));
  });
}

function htmlOf(markdown: string): string {
  return parseMarkdown(markdown).map(({ markup }) => html(markup)).join("\n");
}

function html(markup: Markup): string {
  if (typeof markup === "string") return escape(markup);
  const { tag, level, language, start, href } = markup;
  if (tag === "pre") {
    return `<pre><code${language ? ` class="language-${language}"` : ""}>${inside(markup)}</code></pre>`;
  }
  if (tag === "br" || tag === "hr") return `<${tag} />`;
  if (tag === "heading") return `<h${level}>${inside(markup)}</h${level}>`;
  const name = tag === "quote" ? "blockquote" : tag;
  const attribute = href !== undefined
    ? ` href="${escape(href)}"`
    : start !== undefined && start !== 1
    ? ` start="${start}"`
    : "";
  return `<${name}${attribute}>${inside(markup)}</${name}>`;
}

function inside({ children }: Element): string {
  return children.map(html).join("");
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll(
    '"',
    "&quot;",
  );
}

/** HTML without the space between its elements, a break being a line's end. */
function plain(html: string): string {
  return html.replace(/<br \/>\n?/g, "\n").replace(/\s*\n\s*/g, "\n").replace(/>\s+</g, "><")
    .replace(/(>)\n|\n(<)/g, "$1$2").replace(/ title="[^"]*"/g, "").trim();
}
