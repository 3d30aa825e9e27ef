/**
 * Upper, lower and title case, and what characters are, by Unicode as Python asks it.
 *
 * @module
 */

const CASED = /\p{Cased}/u;
const UPPER = /\p{Uppercase}/u;
const LOWER = /\p{Lowercase}/u;
/** Letters of two characters whose title case is not their upper case, with it. */
const TITLES: Readonly<Record<string, string>> = {
  "\u01c4": "\u01c5",
  "\u01c6": "\u01c5",
  "\u01c7": "\u01c8",
  "\u01c9": "\u01c8",
  "\u01ca": "\u01cb",
  "\u01cc": "\u01cb",
  "\u01f1": "\u01f2",
  "\u01f3": "\u01f2",
  "\u00df": "Ss",
  "\ufb00": "Ff",
  "\ufb01": "Fi",
  "\ufb02": "Fl",
};

function titled(point: string): string {
  return TITLES[point] ?? (/\p{Lt}/u.test(point) ? point : point.toUpperCase());
}

/** `str.capitalize`. */
export function capitalize(text: string): string {
  const first = String.fromCodePoint(text.codePointAt(0) ?? 0);
  return text === "" ? "" : titled(first) + text.slice(first.length).toLowerCase();
}

/** `str.title`: a cased character behind none begins a word. */
export function title(text: string): string {
  return text.replace(/\p{Cased}+/gu, (word) => capitalize(word));
}

/** `str.casefold`, but for Cherokee: by way of upper case, where letters of one fold meet. */
export function foldCase(text: string): string {
  return text.replaceAll("\u1e9e", "ss").replace(/[^\u0131]+/g, (run) => run.toUpperCase().toLowerCase())
    .replaceAll("\u03c2", "\u03c3");
}

/** `str.swapcase`. */
export function swapCase(text: string): string {
  return text.replace(/[\s\S]/gu, (point) => UPPER.test(point) ? point.toLowerCase() : point.toUpperCase());
}

/** `str.istitle`. */
export function isTitle(text: string): boolean {
  let [found, behindCased] = [false, false];
  for (const point of text) {
    const cased = CASED.test(point);
    if (cased && behindCased !== LOWER.test(point)) return false;
    found ||= cased;
    behindCased = cased;
  }
  return found;
}

/** `str.isupper`: something cased, and nothing in lower or title case. */
export function isUpper(text: string): boolean {
  return UPPER.test(text) && !LOWER.test(text) && !/\p{Lt}/u.test(text);
}

/** `str.islower`. */
export function isLower(text: string): boolean {
  return LOWER.test(text) && !UPPER.test(text) && !/\p{Lt}/u.test(text);
}

const DIGIT =
  "\\p{Nd}\\u00b2\\u00b3\\u00b9\\u2070\\u2074-\\u2079\\u2080-\\u2089\\u2460-\\u2468\\u2474-\\u247c\\u2488-\\u2490\\u24ea\\u24f5-\\u24fd\\u24ff\\u2776-\\u277e\\u2780-\\u2788\\u278a-\\u2792\\u1369-\\u1371\\u19da";
const NUMERIC =
  "\\p{N}\\u3405\\u4e00\\u4e03\\u4e09\\u4e5d\\u4e8c\\u4e94\\u516b\\u516d\\u5341\\u56db\\u767e\\u5343\\u4e07\\u842c\\u5104\\u96f6\\u3007";

/** `str.isalpha` and its kin: every character is such, and there is one. */
export const KINDS: Readonly<Record<string, RegExp>> = {
  isalpha: /^\p{L}+$/u,
  isdecimal: /^\p{Nd}+$/u,
  isdigit: new RegExp(`^[${DIGIT}]+$`, "u"),
  isnumeric: new RegExp(`^[${NUMERIC}]+$`, "u"),
  isalnum: new RegExp(`^[\\p{L}${NUMERIC}]+$`, "u"),
  isidentifier: /^[\p{ID_Start}_]\p{ID_Continue}*$/u,
  isascii: /^\p{ASCII}*$/u,
  isprintable: /^(?: |[^\p{C}\p{Z}])*$/u,
};
