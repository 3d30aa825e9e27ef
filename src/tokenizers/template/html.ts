/**
 * Escaping for HTML, as markupsafe does it.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { textOf } from "./represent.ts";
import { Markup, type Value } from "./values.ts";

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  ">": "&gt;",
  "<": "&lt;",
  "'": "&#39;",
  '"': "&#34;",
};

/** `escape(value)`: markup stays what it is. */
export function escapeHtml(value: Value, budget: Budget): Markup {
  return value instanceof Markup ? value : new Markup(escapeText(textOf(value, budget), budget));
}

/** A text with its special characters as entities. */
export function escapeText(text: string, budget: Budget): string {
  const escaped = text.replace(/[&><'"]/g, (unit) => ENTITIES[unit]);
  budget.text(escaped.length);
  return escaped;
}
