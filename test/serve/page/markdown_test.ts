import { deepEqual, equal, ok } from "node:assert/strict";
import { parseMarkdown } from "../../../src/serve/page/client/markdown.ts";
import { type Markup, safeAddress, textOf } from "../../../src/serve/page/client/tree.ts";
import { Random, testSeed } from "../../random.ts";

/** A tree as one line: `p(a em(b))`. */
function outline(text: string): string {
  return parseMarkdown(text).map(({ markup }) => show(markup)).join(" ");
}

function show(markup: Markup): string {
  if (typeof markup === "string") return markup.replaceAll("\n", "⏎");
  const { tag, href, language, start, level, align } = markup;
  const more = [href, language, start, level, align].filter((part) => part !== undefined).map((p) => `:${p}`);
  return `${tag}${more.join("")}(${markup.children.map(show).join("")})`;
}

function depthOf(markup: Markup): number {
  return typeof markup === "string" ? 0 : 1 + Math.max(0, ...markup.children.map(depthOf));
}

const CASES: Record<string, [text: string, tree: string][]> = {
  "paragraphs and breaks": [
    ["one\ntwo\n\nthree", "p(onebr()two) p(three)"],
    ["one  \ntwo\\\nthree", "p(onebr()twobr()three)"],
    ["a\r\n\r\nb", "p(a) p(b)"],
  ],
  "headings and rules": [
    ["# One\n###### Six #\n#not", "heading:1(One) heading:6(Six) p(#not)"],
    ["text\n---\n* * *", "p(text) hr() hr()"],
  ],
  emphasis: [
    ["*a* _b_ **c** __d__ ***e*** ~~f~~", "p(em(a) em(b) strong(c) strong(d) em(strong(e)) del(f))"],
    ["**bold *and italic* text**", "p(strong(bold em(and italic) text))"],
    ["snake_case_name 2 * 3 * 4 ~one~ **open", "p(snake_case_name 2 * 3 * 4 ~one~ **open)"],
    ["\\*not\\* and *a `*` b*", "p(*not* and em(a code(*) b))"],
  ],
  code: [
    ["`a` ``b ` c`` ` d ` `open", "p(code(a) code(b ` c) code(d) `open)"],
    ["```ts\nlet a = `*x*`;\n\n\tb();\n```\nafter", "pre:ts(let a = `*x*`;⏎⏎\tb();) p(after)"],
    ["~~~~\n~~~\n~~~~", "pre:(~~~)"],
    ["```py\nstill com", "pre:py(still com)"],
    ["```\n", "pre:()"],
  ],
  lists: [
    ["- a\n- b\n  - c\n\t- d\n- e", "ul(li(a)li(bul(li(cul(li(d)))))li(e))"],
    ["3. a\n4. b\n\ntext", "ol:3(li(a)li(b)) p(text)"],
    ["1. a\n\n   b\n2. c", "ol:1(li(p(a)p(b))li(p(c)))"],
    ["1. run:\n   ```sh\n   ls\n   ```\n2. done", "ol:1(li(run:pre:sh(ls))li(done))"],
    ["- [ ] to do\n- [x] done", "ul(li(☐ to do)li(☑ done))"],
    ["Steps:\n1. a\n2. b\nmore", "p(Steps:) ol:1(li(a)li(bbr()more))"],
    ["It was in\n1986. What a year", "p(It was inbr()1986. What a year)"],
    ["* a\n+ b", "ul(li(a)) ul(li(b))"],
  ],
  quotes: [
    ["> a\n> - b\n>\n> c\n\nd", "quote(p(a)ul(li(b))p(c)) p(d)"],
    ["> > deep", "quote(quote(p(deep)))"],
  ],
  tables: [
    [
      "| a | b | c |\n|:--|:-:|--:|\n| 1 | `x|y` | \\| |\n| 2 |",
      "table(tr(th:left(a)th:center(b)th:right(c))tr(td:left(1)td:center(code(x|y))td:right(|))" +
      "tr(td:left(2)td:center()td:right()))",
    ],
    ["a | b\n--|--\n1 | **2**\n\nend", "table(tr(th(a)th(b))tr(td(1)td(strong(2)))) p(end)"],
    ["a | b\nno table", "p(a | bbr()no table)"],
  ],
  links: [
    ['[a *b*](https://x.y/z?q=(1) "t")', "p(a:https://x.y/z?q=(1)(a em(b)))"],
    [
      "see https://x.y/z. or <mailto:a@b.c>",
      "p(see a:https://x.y/z(https://x.y/z). or a:mailto:a@b.c(mailto:a@b.c))",
    ],
    ["(https://x.y/a_(b)) [no link] [x]: y", "p((a:https://x.y/a_(b)(https://x.y/a_(b))) [no link] [x]: y)"],
    ["![picture](https://x.y/z.png)", "p(a:https://x.y/z.png(picture))"],
    ["[relative](/path) [bad](javascript:alert(1))", "p(relative bad)"],
  ],
  "what stays text": [
    ["<b>bold</b><br>&lt;i&gt; &amp; &copy;", "p(<b>bold</b>br()<i> & &copy;)"],
    ["<script>alert(1)</script>", "p(<script>alert(1)</script>)"],
  ],
};

for (const [what, cases] of Object.entries(CASES)) {
  Deno.test(`Markdown: ${what}`, () => {
    for (const [text, tree] of cases) equal(outline(text), tree, text);
  });
}

Deno.test("only http, https and mailto are followed, however a scheme is hidden", () => {
  for (const good of ["http://a", "HTTPS://a.b/c", "mailto:a@b"]) equal(safeAddress(good), good);
  const bad = [
    "javascript:alert(1)",
    " javascript:x",
    "java\tscript:x",
    "\u0001javascript:x",
    "JAVASCRIPT:x",
    "data:text/html,x",
    "vbscript:x",
    "file:///x",
    "//a.b",
    "/a",
    "a",
    "",
    "blob:x",
    "https:",
    "http:javascript:x",
    "&#106;avascript:x",
    "\u00a0javascript:x",
  ];
  for (const address of bad) equal(safeAddress(address), undefined, address);
});

Deno.test("a block is parsed from its own lines: what streams in changes no block before the last two", () => {
  const text =
    "# T\n\npara **b**\nline\n\n- a\n- b\n\n  c\n\n```js\nx\n\ny\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> q\n\nend";
  const whole = parseMarkdown(text);
  for (let length = 1; length < text.length; length++) {
    const part = parseMarkdown(text.slice(0, length));
    for (let i = 0; i < part.length - 2; i++) deepEqual(part[i], whole[i], text.slice(0, length));
  }
  for (const { source, markup } of whole) deepEqual(parseMarkdown(source)[0].markup, markup);
});

Deno.test("hostile texts come out shallow, with their words", () => {
  const long = 50_000;
  const texts = [
    "*a ",
    "a* ",
    "*a* ",
    "[",
    "[](",
    "[a](b",
    "` ",
    "> ",
    "- ",
    "*a **b ",
    "_~~*",
    "1. a\n  ",
    "|\n",
    "<",
    "&",
    "http://",
    "\\",
    "# #",
    "![",
    "(",
    "**a*",
  ]
    .map((part) => part.repeat(long / part.length));
  const nested = Array.from({ length: 400 }, (_, i) => `${" ".repeat(i * 2)}- a`).join("\n");
  const sided = "*a **b ".repeat(5000) + "b** a* ".repeat(5000);
  for (const text of [...texts, nested, sided, " ".repeat(long) + "x-\n|", "```" + " ".repeat(long) + "`"]) {
    const markup = parseMarkdown(text).map((block) => block.markup);
    const depth = Math.max(...markup.map(depthOf));
    ok(depth <= 30, `${depth} deep: ${text.slice(0, 20)}`);
  }
});

Deno.test("no word is lost, whatever stands around it", () => {
  const parts = [
    "a",
    "b",
    "*",
    "**",
    "_",
    "`",
    "[",
    "]",
    "~~",
    "\n",
    "\n\n",
    "- ",
    "> ",
    "1. ",
    "# ",
    " ",
    "\\",
    "<",
    "!",
    "  ",
  ];
  const random = new Random(testSeed());
  for (let i = 0; i < 3000; i++) {
    const text = Array.from(
      { length: random.integer(1, 30) },
      () => parts[random.integer(0, parts.length - 1)],
    ).join("");
    if (/`{3}|~{3}/.test(text)) continue; // a fence's language is not shown
    const words = (s: string) => s.replace(/[^ab]/g, "");
    equal(
      words(textOf(parseMarkdown(text).map((b) => b.markup))),
      words(text),
      `seed ${random.seed}: ${JSON.stringify(text)}`,
    );
  }
});
