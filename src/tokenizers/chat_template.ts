/**
 * Chat templates: the Jinja program in a model file that turns messages into the text that it was trained on.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { Template, TemplateFailure } from "./template/mod.ts";
import { type Contents, inParts, normalized, probed } from "./chat_messages.ts";

/** A message as a template sees it: a role, a content, and whatever else the template knows. */
export interface ChatMessage {
  /** Who says it: "system", "user", "assistant", "tool" or what the template knows. */
  role: string;
  /** The content, and other fields that the template knows. */
  [field: string]: unknown;
}

/** Texts of the tokens that templates name. */
export interface TemplateTokens {
  /** `bos_token` [""]. */
  bos?: string;
  /** `eos_token` [""]. */
  eos?: string;
}

/** Options of {@linkcode ChatTemplate.render}. */
export interface RenderOptions {
  /** Ends with the beginning of the assistant's answer [false]. */
  addGenerationPrompt?: boolean;
  /** Descriptions of tools, for templates that know them. */
  tools?: readonly unknown[];
  /** More variables of the template, such as `enable_thinking`. */
  variables?: Readonly<Record<string, unknown>>;
  /** What templates take for today [now]. */
  now?: Date;
}

/**
 * A parsed chat template. Rendering is that of jinja2 as transformers sets it up (`trim_blocks`, `lstrip_blocks`,
 * `raise_exception`, `strftime_now`, `tojson`, `generation`, loop controls, an immutable sandbox), and is bounded
 * in steps, nesting and size.
 *
 * @example
 * ```ts
 * import { equal } from "node:assert/strict";
 * import { ChatTemplate } from "./mod.ts";
 * const template = ChatTemplate.parse("{{ bos_token }}{% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}", {
 *   bos: "<s>",
 * });
 * equal(template.render([{ role: "user", content: "Hello" }]), "<s>[user] Hello");
 * ```
 */
export class ChatTemplate {
  private template?: Template;
  private contents?: Contents;

  private constructor(readonly source: string, private readonly tokens: TemplateTokens) {}

  /**
   * Parses a template.
   *
   * @throws {WickError} TEMPLATE_FAILED where it is no Jinja, or longer than 2^18 characters
   */
  static parse(source: string, tokens: TemplateTokens = {}): ChatTemplate {
    const template = ChatTemplate.lazy(source, tokens);
    template.parsed();
    return template;
  }

  /** A template that is parsed when it is first rendered: a bad one hinders no other use of its model. */
  static lazy(source: string, tokens: TemplateTokens = {}): ChatTemplate {
    return new ChatTemplate(source, tokens);
  }

  /**
   * The text of a conversation. As in transformers, fields of messages that are null count as absent, and
   * reasoning is known by each of its names. A content that is a list of text parts becomes one text for
   * templates that know no parts.
   *
   * @throws {WickError} TEMPLATE_FAILED where the template fails, refuses the messages or exceeds its bounds
   */
  render(messages: readonly ChatMessage[], options: RenderOptions = {}): string {
    const template = this.parsed();
    const given = normalized(messages, () => this.taken());
    return attempt(
      "render",
      () => template.render(this.variables(given, options), options.now ?? new Date()),
    );
  }

  /**
   * Messages that the template does not lose: those of some models that see go through parts alone, and write
   * nothing of a content that is a text. For these each text becomes one part, as in llama.cpp.
   *
   * @throws {WickError} TEMPLATE_FAILED where the template is no Jinja
   */
  fitted(messages: readonly ChatMessage[]): readonly ChatMessage[] {
    const { text, parts } = this.taken();
    return text || !parts ? messages : inParts(messages);
  }

  /** Parses what is not parsed yet. */
  private parsed(): Template {
    return this.template ??= attempt("parse", () => Template.parse(this.source));
  }

  /** Which contents the template takes. */
  private taken(): Contents {
    const template = this.parsed();
    return this.contents ??= probed((content) =>
      template.render(this.variables([{ role: "user", content }], {}), new Date(0))
    );
  }

  /** The variables that a template sees. */
  private variables(messages: readonly ChatMessage[], options: RenderOptions): Record<string, unknown> {
    return {
      messages,
      tools: options.tools ?? null,
      documents: null,
      add_generation_prompt: options.addGenerationPrompt ?? false,
      bos_token: this.tokens.bos ?? "",
      eos_token: this.tokens.eos ?? "",
      ...options.variables,
    };
  }
}

/** Runs a step, and names it where it fails. */
function attempt<T>(action: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    // a stack that overflows is one more bound: how deep templates may nest depends on the runtime
    if (!(cause instanceof TemplateFailure || cause instanceof RangeError)) throw cause;
    const message = `Cannot ${action} the chat template: ${cause.message.slice(0, 500)}`;
    throw new WickError("TEMPLATE_FAILED", message, { cause });
  }
}
