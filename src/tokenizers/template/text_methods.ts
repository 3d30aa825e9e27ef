/**
 * The methods of Python's str.
 *
 * @module
 */
import { capitalize, foldCase, isLower, isTitle, isUpper, KINDS, swapCase, title } from "./cases.ts";
import { fail } from "./failure.ts";
import { formatBraces } from "./format.ts";
import { padded } from "./format_number.ts";
import { escapeHtml } from "./html.ts";
import { iterate } from "./iterate.ts";
import { countOf } from "./numbers.ts";
import { truth } from "./operators.ts";
import type { Native, Run } from "./run.ts";
import { takes } from "./signature.ts";
import {
  count,
  find,
  findLast,
  isPlain,
  isSpace,
  lengthOf,
  splitAt,
  splitLastAt,
  splitLines,
  splitWords,
  strip,
  unitIndex,
} from "./text.ts";
import { Dict, Markup, type Named, stringOf, Tuple, typeName, type Value } from "./values.ts";

/** The text of an argument that must be a str. */
export function needText(value: Value, what: string): string {
  return stringOf(value) ?? fail(`${what} must be a str, got ${typeName(value)}`);
}

const textIn = (self: Value): string => stringOf(self)!;

/** Markup's methods give markup. */
function like(self: Value, text: string): Value {
  return self instanceof Markup ? new Markup(text) : text;
}

/** A method from a text to a text. */
const maps = (change: (text: string) => string): Native =>
  takes("self/", (_, self) => like(self, change(textIn(self))));

const asks = (holds: (text: string) => boolean): Native => takes("self/", (_, self) => holds(textIn(self)));

const strips = (left: boolean, right: boolean): Native =>
  takes(
    "self/ chars/?",
    (_, self, chars = null) =>
      like(self, strip(textIn(self), chars === null ? undefined : needText(chars, "chars"), left, right)),
  );

/** A part of a text by code points, as find, count and startswith may be told: its units and where it begins. */
function within(text: string, start: Value, stop: Value): { from: number; to: number; reversed: boolean } {
  const length = lengthOf(text);
  const clamp = (value: Value, absent: number): number => {
    const at = value === null ? absent : countOf(value, "an index");
    return Math.max(0, at < 0 ? at + length : at);
  };
  const [from, to] = [clamp(start, 0), Math.min(length, clamp(stop, length))];
  return { from: unitIndex(text, from), to: unitIndex(text, to), reversed: from > length || from > to };
}

function finds(last: boolean, refuses: boolean): Native {
  return takes("self/ part/ start/? stop/?", (_, self, part, start = null, stop = null) => {
    const [text, sought] = [textIn(self), needText(part, "what is sought")];
    const { from, to, reversed } = within(text, start, stop);
    const inner = text.slice(0, to);
    const at = reversed ? -1 : last ? findLast(inner, sought) : find(inner, sought, from);
    if (at >= from && at >= 0) return BigInt(lengthOf(text.slice(0, at)));
    return refuses ? fail("substring not found") : -1n;
  });
}

function affix(holds: (text: string, part: string) => boolean): Native {
  return takes("self/ part/ start/? stop/?", (run, self, part, start = null, stop = null) => {
    const { from, to, reversed } = within(textIn(self), start, stop);
    const text = textIn(self).slice(from, to);
    const parts = part instanceof Tuple ? part.items : [part];
    return parts.some((one) => {
      const sought = needText(one, "what is sought");
      run.budget.through(64 + Math.min(text.length, sought.length));
      return !reversed && holds(text, sought);
    });
  });
}

function pads(align: "<" | ">" | "^"): Native {
  return takes("self/ width/ fill/?", (run, self, width, fill = " ") => {
    const point = needText(fill, "the fill");
    if (lengthOf(point) !== 1) fail("the fill character must be exactly one character long");
    return like(self, center(run, textIn(self), countOf(width, "the width"), align, point));
  });
}

/** A text in the middle of, or at one side of, `width` characters. */
export function center(
  run: Run,
  text: string,
  width: number,
  align: "<" | ">" | "^" = "^",
  fill = " ",
): string {
  const length = lengthOf(text);
  const room = width - length;
  // CPython puts the odd character to the left where the width is odd
  if (align === "^" && room > 0 && room % 2 === 1 && width % 2 === 1) {
    return padded(fill + text, { width, fill, align }, length + 1, run.budget);
  }
  return padded(text, { width, fill, align }, length, run.budget);
}

/** `text.replace(old, new, count)`. */
export function replace(run: Run, text: string, old: string, by: string, times: Value): string {
  run.budget.text(text.length);
  const most = times === null ? -1 : countOf(times, "count");
  const occurring = count(text, old);
  const replaced = most < 0 ? occurring : Math.min(most, occurring);
  run.budget.text(text.length + replaced * Math.max(0, by.length - old.length));
  if (replaced === 0) return text;
  if (old !== "") return splitAt(text, old, replaced).join(by);
  run.budget.items(replaced);
  const points = isPlain(text) ? text.split("") : [...text];
  const rest = points.slice(replaced).join("");
  return by + points.slice(0, replaced - 1).map((point) => point + by).join("") +
    (points[replaced - 1] ?? "") + rest;
}

function splits(fromRight: boolean): Native {
  return takes("self/ sep? maxsplit?", (run, self, sep = null, maxsplit = -1n) => {
    const text = textIn(self);
    const limit = countOf(maxsplit, "maxsplit");
    const most = limit < 0 ? Infinity : limit;
    const separator = sep === null ? undefined : needText(sep, "the separator");
    if (separator === "") fail("empty separator");
    run.budget.items(Math.min(most, separator === undefined ? text.length / 2 : count(text, separator)));
    const parts = separator === undefined
      ? splitWords(text, most, fromRight)
      : fromRight
      ? splitLastAt(text, separator, most)
      : splitAt(text, separator, most);
    return parts.map((part) => like(self, part));
  });
}

function partitions(last: boolean): Native {
  return takes("self/ sep/", (_, self, sep) => {
    const [text, separator] = [textIn(self), needText(sep, "the separator")];
    if (separator === "") fail("empty separator");
    const at = last ? findLast(text, separator) : find(text, separator);
    const parts = at >= 0
      ? [text.slice(0, at), separator, text.slice(at + separator.length)]
      : last
      ? ["", "", text]
      : [text, "", ""];
    return new Tuple(parts.map((part) => like(self, part)));
  });
}

/** Items of an iterable as one text with `separator` between them; each goes through `write`. */
export function join(
  run: Run,
  items: Value,
  separator: string,
  write: (item: Value, index: number) => string,
): string {
  const source = iterate(items);
  let text = "";
  let index = 0;
  for (let next = source.next(); !next.done; next = source.next()) {
    text += (index > 0 ? separator : "") + write(next.value, index++);
    run.budget.size(text.length);
    run.budget.step();
  }
  return text;
}

function expandTabs(run: Run, text: string, size: number): string {
  let [out, column] = ["", 0];
  for (const point of text) {
    const room = point === "\t" ? (size > 0 ? size - column % size : 0) : 1;
    run.budget.size(out.length + room);
    out += point === "\t" ? " ".repeat(room) : point;
    column = point === "\n" || point === "\r" ? 0 : column + room;
  }
  return out;
}

function zeroFill(run: Run, text: string, width: number): string {
  const sign = /^[+-]/.test(text) ? text[0] : "";
  const body = text.slice(sign.length);
  return padded(body, { width, fill: "0", align: "=", sign }, lengthOf(body), run.budget);
}

function namesOf(value: Value): Named {
  if (!(value instanceof Dict)) fail(`format_map() takes a mapping, got ${typeName(value)}`);
  return new Map([...value.entries.values()].map((entry) => [stringOf(entry.key) ?? "", entry.value]));
}

/** The methods by name. */
export const TEXT_METHODS: Readonly<Record<string, Native>> = {
  capitalize: maps(capitalize),
  casefold: maps(foldCase),
  lower: maps((text) => text.toLowerCase()),
  upper: maps((text) => text.toUpperCase()),
  title: maps(title),
  swapcase: maps(swapCase),
  strip: strips(true, true),
  lstrip: strips(true, false),
  rstrip: strips(false, true),
  find: finds(false, false),
  rfind: finds(true, false),
  index: finds(false, true),
  rindex: finds(true, true),
  startswith: affix((text, part) => text.startsWith(part)),
  endswith: affix((text, part) => text.endsWith(part)),
  count: takes("self/ part/ start/? stop/?", (_, self, part, start = null, stop = null) => {
    const { from, to, reversed } = within(textIn(self), start, stop);
    const sought = needText(part, "what is sought");
    return reversed ? 0n : BigInt(count(textIn(self).slice(from, to), sought));
  }),
  replace: takes("self/ old/ new/ count/?", (run, self, old, by, times = -1n) => {
    const after = self instanceof Markup ? escapeHtml(by, run.budget).html : needText(by, "the new text");
    return like(self, replace(run, textIn(self), needText(old, "the old text"), after, times));
  }),
  removeprefix: takes("self/ prefix/", (_, self, prefix) => {
    const part = needText(prefix, "the prefix");
    return like(self, textIn(self).startsWith(part) ? textIn(self).slice(part.length) : textIn(self));
  }),
  removesuffix: takes("self/ suffix/", (_, self, suffix) => {
    const part = needText(suffix, "the suffix");
    const text = textIn(self);
    return like(self, part !== "" && text.endsWith(part) ? text.slice(0, -part.length) : text);
  }),
  split: splits(false),
  rsplit: splits(true),
  splitlines: takes("self/ keepends?", (run, self, keepEnds = false) => {
    const lines = splitLines(textIn(self), truth(keepEnds));
    run.budget.items(lines.length);
    return lines.map((line) => like(self, line));
  }),
  partition: partitions(false),
  rpartition: partitions(true),
  join: takes("self/ items/", (run, self, items) =>
    like(
      self,
      join(run, items, textIn(self), (item, i) => {
        const text = needText(item, `item ${i}`);
        return self instanceof Markup ? escapeHtml(item, run.budget).html : text;
      }),
    )),
  center: pads("^"),
  ljust: pads("<"),
  rjust: pads(">"),
  zfill: takes(
    "self/ width/",
    (run, self, width) => like(self, zeroFill(run, textIn(self), countOf(width, "the width"))),
  ),
  expandtabs: takes(
    "self/ tabsize?",
    (run, self, size = 8n) => like(self, expandTabs(run, textIn(self), countOf(size))),
  ),
  format: (run, [self, ...args], named) => like(self, formatBraces(run, textIn(self), args, named)),
  format_map: takes(
    "self/ mapping/",
    (run, self, mapping) => like(self, formatBraces(run, textIn(self), [], namesOf(mapping))),
  ),
  islower: asks(isLower),
  isupper: asks(isUpper),
  istitle: asks(isTitle),
  isspace: asks((text) => text !== "" && text.split("").every(isSpace)),
  ...Object.fromEntries(Object.entries(KINDS).map(([name, kind]) => [name, asks((text) => kind.test(text))])),
};
