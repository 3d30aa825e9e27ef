/**
 * Character classes that are the same in every runtime: those of Unicode 15.1, with which the pre-tokenizers
 * were made. A runtime that knows a later version would see letters and punctuation where training saw nothing.
 *
 * @module
 */

/** Code points that Unicode 16 and 17 added (derived from both versions' UnicodeData.txt). */
const LATER =
  /[\u088f\u0897\u0c5c\u0cdc\u1acf-\u1add\u1ae0-\u1aeb\u1b4e\u1b4f\u1b7f\u1c89\u1c8a\u20c1\u2427-\u2429\u2b96\u31e4\u31e5\ua7cb-\ua7cf\ua7d2\ua7d4\ua7da-\ua7dc\ua7f1\ufbc3-\ufbd2\ufd90\ufd91\ufdc8-\ufdce\u{105c0}-\u{105f3}\u{10940}-\u{10959}\u{10d40}-\u{10d8f}\u{10ec2}-\u{10ec7}\u{10ed0}-\u{10ed8}\u{10efa}-\u{10efc}\u{11380}-\u{113e2}\u{116d0}-\u{116e3}\u{11b60}-\u{11b67}\u{11bc0}-\u{11bf9}\u{11db0}-\u{11de9}\u{11f5a}\u{13460}-\u{143fa}\u{16100}-\u{16139}\u{16d40}-\u{16d79}\u{16ea0}-\u{16ed3}\u{16ff2}-\u{16ff6}\u{187f8}-\u{187ff}\u{18cff}\u{18d09}-\u{18d1e}\u{18d80}-\u{18df2}\u{1cc00}-\u{1cef0}\u{1e5d0}-\u{1e5ff}\u{1e6c0}-\u{1e6ff}\u{1f6d8}\u{1f777}-\u{1f77a}\u{1f8b2}-\u{1f8bb}\u{1f8c0}\u{1f8c1}\u{1f8d0}-\u{1f8d8}\u{1fa54}-\u{1fa57}\u{1fa89}\u{1fa8a}\u{1fa8e}\u{1fa8f}\u{1fabe}\u{1fac6}\u{1fac8}\u{1facd}\u{1fadc}\u{1fadf}\u{1fae9}\u{1faea}\u{1faef}\u{1fbcb}-\u{1fbef}\u{1fbfa}\u{2b73a}-\u{2b73f}\u{2cea2}-\u{2cead}\u{323b0}-\u{33479}]/gu;

/** Code points that no version has assigned, of one and of two code units. */
const NARROW = "\ufff0", WIDE = "\u{e0080}";
/** Another one, for those of {@linkcode LATER} that lie in blocks of Chinese characters. */
export const LATER_HAN = "\u{e0081}";
const HAN_BLOCKS = /[\u{2a700}-\u{2ebef}]/u;

/** White space beyond ASCII: for llama.cpp it is a vertical tab, so no range of other characters takes it. */
const WIDE_SPACE = /[\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/g;

/** `text` with white space beyond ASCII as vertical tabs. */
export function plainSpaced(text: string): string {
  return text.replace(WIDE_SPACE, "\v");
}

/** `text` for rules that ask for classes, its code units in their places: characters of later versions are unassigned. */
export function classifiable(text: string): string {
  return text.replace(LATER, unassigned);
}

function unassigned(later: string): string {
  if (later.length === 1) return NARROW;
  return HAN_BLOCKS.test(later) ? LATER_HAN : WIDE;
}
