/**
 * Snippets of templates as jinja2 renders them, as test/golden/make/template_snippets.py writes them.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { Template, TemplateFailure } from "../../../src/tokenizers/template/mod.ts";

/** A file of snippets: a text is null for a refusal. */
export interface Snippets {
  now: string;
  variables: Record<string, unknown>;
  snippets: [source: string, text: string | null][];
}

/** A snippet's text by Wick, or why it refuses. */
export function rendered(
  source: string,
  { variables, now }: Snippets,
): { text: string | null; refusal?: string } {
  try {
    return { text: Template.parse(source).render(variables, new Date(now)) };
  } catch (error) {
    if (error instanceof TemplateFailure) return { text: null, refusal: error.message };
    throw error;
  }
}

export function readSnippets(path: string): Snippets {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString());
}
