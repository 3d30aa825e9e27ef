/**
 * Renderings of chat templates by jinja2, as test/golden/make/templates.py writes them, compared with Wick's.
 *
 * @module
 */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { type ChatMessage, ChatTemplate } from "../../../src/tokenizers/chat.ts";
import { WickError } from "../../../src/error.ts";

/** A file of renderings. A text is null for a refusal, and {same} where it stands earlier. */
export interface Renderings {
  now: string;
  templates: Record<string, string>;
  conversations: Record<string, Conversation>;
  renderings: [template: string, conversation: string, text: string | null | { same: number }][];
}

interface Conversation {
  messages: ChatMessage[];
  add_generation_prompt: boolean;
  variables: Record<string, unknown>;
}

/** A rendering that is not jinja2's: `found` is Wick's text or its error. */
export interface Difference {
  template: string;
  conversation: string;
  expected: string | null;
  found: string;
}

export function readRenderings(path: string): Renderings {
  const bytes = readFileSync(path);
  return JSON.parse((path.endsWith(".gz") ? gunzipSync(bytes) : bytes).toString());
}

/** Renders all, and gives those that differ. A refusal equals a refusal, whatever it says. */
export function compareRenderings(
  file: Renderings,
): { equal: number; total: number; different: Difference[] } {
  const different: Difference[] = [];
  const templates = new Map(
    Object.entries(file.templates).map((
      [name, source],
    ) => [name, ChatTemplate.lazy(source, { bos: "<s>", eos: "</s>" })]),
  );
  for (const [template, conversation, text] of file.renderings) {
    const expected = (text !== null && typeof text === "object" ? file.renderings[text.same][2] : text) as
      | string
      | null;
    const { text: found, refusal } = rendered(
      templates.get(template)!,
      file.conversations[conversation],
      new Date(file.now),
    );
    if (found !== expected) {
      different.push({ template, conversation, expected, found: found ?? `refused: ${refusal}` });
    }
  }
  return { equal: file.renderings.length - different.length, total: file.renderings.length, different };
}

function rendered(
  template: ChatTemplate,
  { messages, add_generation_prompt, variables }: Conversation,
  now: Date,
): { text: string | null; refusal?: string } {
  try {
    const { tools, ...others } = variables;
    return {
      text: template.render(messages, {
        addGenerationPrompt: add_generation_prompt,
        tools: tools as unknown[] | undefined,
        variables: others,
        now,
      }),
    };
  } catch (error) {
    if (error instanceof WickError && error.code === "TEMPLATE_FAILED") {
      return { text: null, refusal: error.message };
    }
    throw error;
  }
}
