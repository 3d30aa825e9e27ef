/**
 * Wick's template engine: jinja2 as transformers sets it up for chat templates, bounded in all that it does.
 *
 * @module
 */
import { getAttribute, getItem } from "./attributes.ts";
import { Budget, LONGEST_TEMPLATE } from "./budget.ts";
import { check } from "./check.ts";
import { render } from "./execute.ts";
import { fail } from "./failure.ts";
import { FILTERS } from "./filters.ts";
import { globals } from "./globals.ts";
import { fromHost } from "./host.ts";
import type { Program } from "./nodes.ts";
import { parse } from "./parser.ts";
import { type Library, Run } from "./run.ts";
import { resolveNames } from "./symbols.ts";
import { TESTS } from "./tests.ts";

export { TemplateFailure } from "./failure.ts";

const LIBRARY: Library = { filters: FILTERS, tests: TESTS, getAttribute, getItem };

/** A parsed template. */
export class Template {
  private constructor(private readonly program: Program) {}

  /** Parses a template. Throws {@linkcode TemplateFailure} where it is none. */
  static parse(source: string): Template {
    if (source.length > LONGEST_TEMPLATE) {
      fail(`it must have at most ${LONGEST_TEMPLATE} characters, got ${source.length}`);
    }
    const program = parse(source);
    check(program, LIBRARY);
    resolveNames(program);
    return new Template(program);
  }

  /** The template's text for these variables. Throws {@linkcode TemplateFailure} where it fails or refuses. */
  render(variables: Readonly<Record<string, unknown>>, now: Date): string {
    const budget = new Budget();
    const context = globals(now, budget);
    for (const [name, value] of Object.entries(variables)) {
      if (value !== undefined) context.set(name, fromHost(value));
    }
    return render(new Run(LIBRARY, context, budget), this.program);
  }
}
