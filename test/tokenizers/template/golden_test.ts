/**
 * The engine gives jinja2's text, or refuses what jinja2 refuses: for snippets that each show a rule, for random
 * ones from a grammar, and for published templates over many conversations. test/golden/make tells how the files
 * are made; renderings of all templates that llama.cpp carries are compared by templates_compare.ts.
 */
import { deepEqual, ok } from "node:assert/strict";
import { repositoryPath } from "../../shared.ts";
import { compareRenderings, readRenderings } from "./renderings.ts";
import { readSnippets, rendered } from "./snippets.ts";

for (const name of ["snippets.json", "grammar.json.gz"]) {
  Deno.test(`templates of ${name} give jinja2's text, or refuse as it does`, () => {
    const file = readSnippets(repositoryPath(`test/golden/templates/${name}`));
    ok(file.snippets.length > 700 && file.snippets.some(([, text]) => text === null));
    for (const [source, expected] of file.snippets) {
      const { text, refusal } = rendered(source, file);
      deepEqual({ source, text }, { source, text: expected }, refusal ?? source);
    }
  });
}

Deno.test("published templates give jinja2's text for every conversation, or refuse as it does", () => {
  const file = readRenderings(repositoryPath("test/golden/templates/published.json.gz"));
  ok(file.renderings.length > 400 && file.renderings.some(([, , text]) => text === null));
  deepEqual(compareRenderings(file).different, []);
});
