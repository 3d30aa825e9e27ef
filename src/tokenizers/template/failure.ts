/**
 * The error inside the template engine; `ChatTemplate` turns it into a `WickError`.
 *
 * @module
 */

/** A template that is no Jinja, refuses what it was given, or exceeds its bounds. */
export class TemplateFailure extends Error {
  override readonly name = "TemplateFailure";
}

/** Ends the parse or the rendering. */
export function fail(message: string): never {
  throw new TemplateFailure(message);
}
