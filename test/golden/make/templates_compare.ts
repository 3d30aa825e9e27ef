/**
 * Compares Wick's chat templates with a file of `templates.py`, and counts what is equal.
 *
 *     deno run -A test/golden/make/templates_compare.ts all.json [show]
 *
 * @module
 */
import { compareRenderings, readRenderings } from "../../tokenizers/template/renderings.ts";

const [path, show = "0"] = Deno.args;
const { equal, different, total } = compareRenderings(readRenderings(path));
console.log(`${equal} of ${total} renderings equal jinja2's (${(100 * equal / total).toFixed(2)} %)`);
for (const { template, conversation, expected, found } of different.slice(0, Number(show))) {
  console.log(`\n${template}: ${conversation}\n  jinja2: ${JSON.stringify(expected)}\n  Wick:   ${JSON.stringify(found)}`);
}
const byTemplate = Map.groupBy(different, ({ template }) => template);
for (const [template, list] of byTemplate) console.log(`${template}: ${list.length} (${list.slice(0, 6).map(({ conversation }) => conversation).join("; ")})`);
