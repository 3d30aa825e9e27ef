/**
 * The code that documents show, as their readers would copy it.
 *
 * @module
 */

/** A fenced block of a Markdown document. */
export interface CodeBlock {
  /** The document and the line on which the block's code begins. */
  place: string;
  /** What stands behind the fence: "ts", "sh", "ts ignore" ... */
  language: string;
  code: string;
}

/** The fenced blocks of a document, in order. */
export function codeBlocks(document: string): CodeBlock[] {
  const text = Deno.readTextFileSync(document);
  return [...text.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].map(({ 1: language, 2: code, index }) => {
    return { place: `${document}:${text.slice(0, index).split("\n").length + 1}`, language, code };
  });
}
