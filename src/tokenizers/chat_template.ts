/**
 * Chat templates: the Jinja program in a model file that turns messages into the text that it was trained on.
 *
 * @module
 */
import { Environment, parse, tokenize } from "../../deps.ts";
import { WickError } from "../error.ts";
import { strftime } from "./strftime.ts";
import { LONGEST_TEMPLATE, LONGEST_TEXT, MOST_ITEMS } from "./template_bounds.ts";
import { BoundedInterpreter } from "./template_interpreter.ts";

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

type Program = ReturnType<typeof parse>;

/**
 * A parsed chat template. Rendering follows transformers' environment (`trim_blocks`, `lstrip_blocks`,
 * `raise_exception`, `strftime_now`, `tojson`, loop controls) and is bounded in steps and size.
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
  private program?: Program;

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
   * The text of a conversation.
   *
   * @throws {WickError} TEMPLATE_FAILED where the template fails, refuses the messages or exceeds its bounds
   */
  render(messages: readonly ChatMessage[], options: RenderOptions = {}): string {
    const program = this.parsed();
    try {
      const { value } = new BoundedInterpreter(this.environment(messages, options), program).run(program);
      if (typeof value !== "string" || value.length > LONGEST_TEXT) throw new Error("it gave no text");
      return value;
    } catch (error) {
      throw failed("render", error);
    }
  }

  /** Parses what is not parsed yet. */
  private parsed(): Program {
    if (this.program) return this.program;
    try {
      if (this.source.length > LONGEST_TEMPLATE) {
        throw new Error(`it must have at most ${LONGEST_TEMPLATE} characters, got ${this.source.length}`);
      }
      return this.program = parse(tokenize(this.source, { lstrip_blocks: true, trim_blocks: true }));
    } catch (error) {
      throw failed("parse", error);
    }
  }

  /** The variables that a template sees. */
  private environment(messages: readonly ChatMessage[], options: RenderOptions): Environment {
    const environment = new Environment();
    const variables: Record<string, unknown> = {
      true: true,
      false: false,
      none: null,
      True: true,
      False: false,
      None: null,
      range,
      raise_exception: raise,
      strftime_now: (format: unknown) => strftime(options.now ?? new Date(), String(textOnly(format))),
      messages,
      tools: options.tools ?? null,
      documents: null,
      add_generation_prompt: options.addGenerationPrompt ?? false,
      bos_token: this.tokens.bos ?? "",
      eos_token: this.tokens.eos ?? "",
      ...options.variables,
    };
    for (const [name, value] of Object.entries(variables)) environment.set(name, value);
    return environment;
  }
}

/** Jinja's `range`, which asks before it makes a list. */
function range(first: unknown, second?: unknown, third: unknown = 1): number[] {
  const [start, stop] = typeof second === "number" ? [first, second] : [0, first];
  if (!Number.isInteger(start) || !Number.isInteger(stop) || !Number.isInteger(third) || third === 0) {
    throw new Error("range() takes integers, the last not 0");
  }
  const [from, to, step] = [start, stop, third] as number[];
  const length = Math.max(0, Math.ceil((to - from) / step));
  if (length > MOST_ITEMS) throw new Error(`range() may give at most ${MOST_ITEMS} numbers, got ${length}`);
  return Array.from({ length }, (_, i) => from + i * step);
}

function raise(message: unknown): never {
  throw new Error(textOnly(message));
}

/** Lists are not written out here: nothing has asked for their size. */
function textOnly(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function failed(action: string, cause: unknown): WickError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new WickError("TEMPLATE_FAILED", `Cannot ${action} the chat template: ${reason.slice(0, 500)}`, {
    cause,
  });
}
