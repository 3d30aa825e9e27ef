/**
 * Texts as Python sees them: sequences of code points, with its own white space and line ends.
 *
 * @module
 */

/** Characters for which `str.isspace` holds, inside a regular expression's brackets. */
export const SPACE = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const SPACES = new RegExp(`[${SPACE}]`);
const WORD_BREAK = new RegExp(`[${SPACE}]+`, "g");
/** Characters that end a line for `str.splitlines`. */
const ENDS = "\\n\\r\\v\\f\\x1c-\\x1e\\x85\\u2028\\u2029";
const LINE_END = new RegExp(`\\r\\n|[${ENDS}]`, "g");
const SURROGATE = /[\ud800-\udfff]/;

/** Whether a code unit is white space. */
export function isSpace(unit: string): boolean {
  return SPACES.test(unit);
}

/** Whether every code point is one code unit, so that indices agree. */
export function isPlain(text: string): boolean {
  return !SURROGATE.test(text);
}

/** The number of code points. */
export function lengthOf(text: string): number {
  if (isPlain(text)) return text.length;
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** `text[start:stop]` in code points, both within the text. */
export function substring(text: string, start: number, stop: number): string {
  return isPlain(text) ? text.slice(start, stop) : [...text].slice(start, stop).join("");
}

/** The code unit at which code point `index` begins. */
export function unitIndex(text: string, index: number): number {
  if (isPlain(text)) return index;
  let unit = 0;
  for (let i = 0; i < index && unit < text.length; i++) unit += text.codePointAt(unit)! > 0xffff ? 2 : 1;
  return unit;
}

/** `str.strip` and its kin: takes white space, or any of `chars`, off both ends. */
export function strip(text: string, chars: string | undefined, left: boolean, right: boolean): string {
  if (chars !== undefined && !isPlain(chars + text)) {
    return stripPoints([...text], new Set(chars), left, right);
  }
  const goes = chars === undefined ? isSpace : (unit: string) => chars.includes(unit);
  let [start, stop] = [0, text.length];
  while (left && start < stop && goes(text[start])) start++;
  while (right && stop > start && goes(text[stop - 1])) stop--;
  return text.slice(start, stop);
}

function stripPoints(points: string[], chars: Set<string>, left: boolean, right: boolean): string {
  let [start, stop] = [0, points.length];
  while (left && start < stop && chars.has(points[start])) start++;
  while (right && stop > start && chars.has(points[stop - 1])) stop--;
  return points.slice(start, stop).join("");
}

/** `str.split()` and `str.rsplit()` at white space, into at most `most` + 1 parts. */
export function splitWords(text: string, most: number, fromRight: boolean): string[] {
  const whole = strip(text, undefined, !fromRight, fromRight);
  if (whole === "") return [];
  const words = strip(text, undefined, true, true).split(WORD_BREAK);
  // where the last cut is made, white space at the far end stays
  if (words.length - 1 < most) return words;
  const breaks = [...whole.matchAll(WORD_BREAK)].filter(({ index }) => index > 0 || !fromRight);
  if (fromRight) {
    const cut = breaks.at(-most) as RegExpExecArray | undefined;
    const rest = most === 0 ? whole : whole.slice(0, cut!.index);
    return [strip(rest, undefined, false, true), ...words.slice(words.length - most)];
  }
  const rest = most === 0 ? whole : whole.slice(breaks[most - 1].index + breaks[most - 1][0].length);
  return [...words.slice(0, most), rest];
}

/** `str.splitlines`. */
export function splitLines(text: string, keepEnds = false): string[] {
  const lines: string[] = [];
  let from = 0;
  for (const { 0: end, index } of text.matchAll(LINE_END)) {
    lines.push(text.slice(from, keepEnds ? index + end.length : index));
    from = index + end.length;
  }
  if (from < text.length) lines.push(text.slice(from));
  return lines;
}

/** Where `part` begins in `text` at or behind `from`, or -1, in linear time. */
export function find(text: string, part: string, from = 0): number {
  return part.length <= 64 ? text.indexOf(part, from) : findLong(text, part, from);
}

/** Knuth, Morris and Pratt: engines' own search may take time by the product of both lengths. */
function findLong(text: string, part: string, from: number): number {
  const back = new Int32Array(part.length);
  for (let i = 1, k = 0; i < part.length; i++) {
    while (k > 0 && part[i] !== part[k]) k = back[k - 1];
    if (part[i] === part[k]) k++;
    back[i] = k;
  }
  for (let i = from, k = 0; i < text.length; i++) {
    while (k > 0 && text[i] !== part[k]) k = back[k - 1];
    if (text[i] === part[k]) k++;
    if (k === part.length) return i - k + 1;
  }
  return -1;
}

/** Where `part` begins last in `text`, wholly before `stop`, or -1. */
export function findLast(text: string, part: string, stop: number = text.length): number {
  if (part.length <= 64) return stop < part.length ? -1 : text.lastIndexOf(part, stop - part.length);
  const turned = findLong(turn(text.slice(0, stop)), turn(part), 0);
  return turned < 0 ? -1 : stop - turned - part.length;
}

function turn(text: string): string {
  return text.split("").reverse().join("");
}

/** How often `part` occurs, without overlaps. */
export function count(text: string, part: string): number {
  if (part === "") return lengthOf(text) + 1;
  let times = 0;
  for (let at = find(text, part); at >= 0; at = find(text, part, at + part.length)) times++;
  return times;
}

/** `text` cut at `separator`, at most `most` times. */
export function splitAt(text: string, separator: string, most: number): string[] {
  const parts: string[] = [];
  let from = 0;
  while (parts.length < most) {
    const at = find(text, separator, from);
    if (at < 0) break;
    parts.push(text.slice(from, at));
    from = at + separator.length;
  }
  return [...parts, text.slice(from)];
}

/** {@linkcode splitAt} from the right. */
export function splitLastAt(text: string, separator: string, most: number): string[] {
  const parts: string[] = [];
  let stop = text.length;
  while (parts.length < most) {
    const at = findLast(text, separator, stop);
    if (at < 0) break;
    parts.push(text.slice(at + separator.length, stop));
    stop = at;
  }
  return [...parts, text.slice(0, stop)].reverse();
}

/** The order of two texts by code points: -1, 0 or 1. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  let i = 0;
  while (i < a.length && i < b.length && a[i] === b[i]) i++;
  if (i === a.length || i === b.length) return a.length < b.length ? -1 : 1;
  // the first unit that differs decides, but surrogates come behind all other units
  const [x, y] = [a.charCodeAt(i), b.charCodeAt(i)].map((unit) =>
    unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit
  );
  return x < y ? -1 : 1;
}
