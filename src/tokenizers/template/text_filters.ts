/**
 * Filters that take texts.
 *
 * @module
 */
import { attributeGetter } from "./attribute_getter.ts";
import { capitalize } from "./cases.ts";
import { fail } from "./failure.ts";
import { escapeHtml, escapeText } from "./html.ts";
import { iterate, sizeOf } from "./iterate.ts";
import { countOf } from "./numbers.ts";
import { modulo, truth } from "./operators.ts";
import { textOf } from "./represent.ts";
import type { Native, Run } from "./run.ts";
import { takes } from "./signature.ts";
import { count, lengthOf, SPACE, splitLastAt, splitLines, strip, substring } from "./text.ts";
import { center, join, needText, replace } from "./text_methods.ts";
import { toJson } from "./tojson.ts";
import { Dict, Lazy, Markup, stringOf, Tuple, Undefined, type Value } from "./values.ts";

/** A filter over `str(value)` that keeps markup what it is. */
const changes = (change: (text: string) => string): Native =>
  takes("s", (run, value) => {
    const text = change(textOf(value, run.budget));
    return value instanceof Markup ? new Markup(text) : text;
  });

const WORD_BEGINNINGS = new RegExp(`([-${SPACE}({\\[<]+)`);

function titleWords(text: string): string {
  return text.split(WORD_BEGINNINGS).map((word) => {
    const first = String.fromCodePoint(word.codePointAt(0) ?? 0);
    return word === "" ? "" : first.toUpperCase() + word.slice(first.length).toLowerCase();
  }).join("");
}

function indent(run: Run, value: Value, width: Value, first: boolean, blank: boolean): Value {
  const text = needText(value, "what is indented");
  const space = stringOf(width) ?? " ".repeat(spaces(run, countOf(width, "the width")));
  run.budget.text(text.length + space.length * (count(text, "\n") + 2));
  const [head, ...lines] = splitLines(text + "\n");
  const rest = lines.map((line) => "\n" + (line === "" && !blank ? line : space + line)).join("");
  run.budget.text(rest.length);
  const whole = (first ? space : "") + head + rest;
  return value instanceof Markup ? new Markup(whole) : whole;
}

/** A number of spaces, after the question whether there may be so many. */
function spaces(run: Run, width: number): number {
  run.budget.text(Math.max(0, width));
  return Math.max(0, width);
}

function truncate(run: Run, value: Value, length: number, kill: boolean, end: string, leeway: number): Value {
  const most = length - lengthOf(end);
  if (most < 0 || leeway < 0) fail(`expected length >= ${lengthOf(end)} and leeway >= 0`);
  if ((sizeOf(value) ?? Infinity) <= length + leeway) return value;
  const text = needText(value, "what is truncated");
  const cut = substring(text, 0, most);
  run.budget.text(cut.length + end.length);
  return (kill ? cut : splitLastAt(cut, " ", 1)[0]) + end;
}

function urlQuote(value: Value, run: Run, query: boolean): string {
  const quoted = encodeURIComponent(textOf(value, run.budget).toWellFormed())
    .replace(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`);
  run.budget.text(quoted.length);
  return query ? quoted.replaceAll("%20", "+") : quoted.replaceAll("%2F", "/");
}

function urlEncode(run: Run, value: Value): string {
  const single = stringOf(value) !== undefined || typeof value !== "object" || value === null;
  if (single) return urlQuote(value, run, false);
  const pairs = value instanceof Dict
    ? new Lazy(
      "items",
      [...value.entries.values()].map((entry) => new Tuple([entry.key, entry.value])).values(),
    )
    : value;
  return join(run, pairs, "&", (pair) => {
    const items = iterate(pair);
    const [key, second, third] = [items.next(), items.next(), items.next()];
    if (key.done || second.done || !third.done) fail("urlencode takes pairs");
    return `${urlQuote(key.value, run, true)}=${urlQuote(second.value, run, true)}`;
  });
}

function xmlAttributes(run: Run, value: Value, autospace: boolean): string {
  if (value instanceof Undefined) value.refuse();
  if (!(value instanceof Dict)) fail("xmlattr takes a mapping");
  const items = [...value.entries.values()].filter((entry) =>
    entry.value !== null && !(entry.value instanceof Undefined)
  );
  const text = items.map((entry) => {
    const key = needText(entry.key, "an attribute's name");
    if (/[\t-\r />=]/.test(key)) fail("Invalid character in attribute name");
    return `${escapeText(key, run.budget)}="${escapeHtml(entry.value, run.budget).html}"`;
  }).join(" ");
  run.budget.text(text.length);
  return autospace && text !== "" ? ` ${text}` : text;
}

function stripTags(text: string): string {
  let out = text;
  for (const [open, close] of [["<!--", "-->"], ["<", ">"]]) {
    const parts: string[] = [];
    let from = 0;
    for (;;) {
      const start = out.indexOf(open, from);
      const end = start < 0 ? -1 : out.indexOf(close, start);
      if (end < 0) break;
      parts.push(out.slice(from, start));
      from = end + close.length;
    }
    out = parts.join("") + out.slice(from);
  }
  const words = strip(out, undefined, true, true).split(new RegExp(`[${SPACE}]+`)).join(" ");
  return words.replace(
    /&(?:(amp|gt|lt|quot)|#(\d{1,7})|#[xX]([0-9a-fA-F]{1,6}));/g,
    (all, name, decimal, hex) => {
      if (name) return { amp: "&", gt: ">", lt: "<", quot: '"' }[name as string]!;
      const code = hex ? parseInt(hex, 16) : Number(decimal);
      return code <= 0x10ffff ? String.fromCodePoint(code) : all;
    },
  );
}

const text = (run: Run, value: Value): string => textOf(value, run.budget);

/** The filters by name. */
export const TEXT_FILTERS: Readonly<Record<string, Native>> = {
  upper: changes((s) => s.toUpperCase()),
  lower: changes((s) => s.toLowerCase()),
  capitalize: changes(capitalize),
  title: takes("s", (run, s) => titleWords(text(run, s))),
  trim: takes("value chars?", (run, s, chars = null) => {
    const trimmed = strip(text(run, s), chars === null ? undefined : needText(chars, "chars"), true, true);
    return s instanceof Markup ? new Markup(trimmed) : trimmed;
  }),
  string: takes("s/", (run, s) => s instanceof Markup ? s : text(run, s)),
  replace: takes(
    "s old new count?",
    (run, s, old, by, times = null) => replace(run, text(run, s), text(run, old), text(run, by), times),
  ),
  center: takes("value width?", (run, s, width = 80n) => {
    const centered = center(run, text(run, s), countOf(width, "the width"));
    return s instanceof Markup ? new Markup(centered) : centered;
  }),
  indent: takes(
    "s width? first? blank?",
    (run, s, width = 4n, first = false, blank = false) => indent(run, s, width, truth(first), truth(blank)),
  ),
  truncate: takes(
    "s length? killwords? end? leeway?",
    (run, s, length = 255n, kill = false, end = "...", leeway = null) =>
      truncate(
        run,
        s,
        countOf(length),
        truth(kill),
        needText(end, "the end"),
        leeway === null ? 5 : countOf(leeway),
      ),
  ),
  join: takes("value d? attribute?", (run, value, d = "", attribute = null) => {
    const get = attribute === null ? undefined : attributeGetter(run, attribute);
    return join(run, value, text(run, d), (item) => text(run, get ? get(item) : item));
  }),
  format: (run, [value, ...args], named) => {
    if (args.length > 0 && named.size > 0) {
      fail("can't handle positional and keyword arguments at the same time");
    }
    const format = value instanceof Markup ? value : text(run, value);
    return modulo(format, named.size > 0 ? Dict.of(named) : new Tuple(args), run.budget);
  },
  wordcount: takes("s", (run, s) => BigInt(text(run, s).match(/[\p{L}\p{N}_]+/gu)?.length ?? 0)),
  tojson: takes(
    "x ensure_ascii? indent? separators? sort_keys?",
    (run, value, ascii = false, indent = null, separators = null, sortKeys = false) =>
      toJson(value, { ascii, indent, separators, sortKeys }, run.budget),
  ),
  e: takes("s/", (run, s) => escapeHtml(s, run.budget)),
  escape: takes("s/", (run, s) => escapeHtml(s, run.budget)),
  forceescape: takes("value", (run, s) => new Markup(escapeText(text(run, s), run.budget))),
  safe: takes("value", (run, s) => new Markup(text(run, s))),
  striptags: takes("value", (run, s) => stripTags(text(run, s))),
  urlencode: takes("value", urlEncode),
  xmlattr: takes("d autospace?", (run, d, autospace = true) => xmlAttributes(run, d, truth(autospace))),
};
