/**
 * Compares Wick's template engine with a file of `template_snippets.py`, and counts what is equal.
 *
 *     deno run -A test/golden/make/template_snippets_compare.ts fuzz.json [show]
 *
 * @module
 */
import { readSnippets, rendered } from "../../tokenizers/template/snippets.ts";

const [path, show = "20"] = Deno.args;
const file = readSnippets(path);
const counts = { text: 0, texts: 0, refusal: 0, refusals: 0 };
const different: string[] = [];
for (const [source, expected] of file.snippets) {
  const { text, refusal } = rendered(source, file);
  if (expected === null) counts.refusals++;
  else counts.texts++;
  if (text === expected) expected === null ? counts.refusal++ : counts.text++;
  else different.push(`${JSON.stringify(source)}\n  jinja2: ${JSON.stringify(expected)}\n  Wick:   ${JSON.stringify(text)} ${refusal ?? ""}`);
}
different.sort((a, b) => a.length - b.length);
for (const line of different.slice(0, Number(show))) console.log(line);
const share = (equal: number, all: number): string => `${equal} of ${all} (${(100 * equal / all).toFixed(2)} %)`;
console.log(`texts equal: ${share(counts.text, counts.texts)}; refusals equal: ${share(counts.refusal, counts.refusals)}`);
