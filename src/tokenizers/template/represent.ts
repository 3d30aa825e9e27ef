/**
 * How Python writes values: `str` and `repr`.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { floatText, integerText } from "./numbers.ts";
import { Dict, Lazy, Markup, Namespace, Tuple, Undefined, type Value, View } from "./values.ts";

/** `str(value)`. */
export function textOf(value: Value, budget: Budget): string {
  if (typeof value === "string") return value;
  if (value instanceof Markup) return value.html;
  if (value instanceof Undefined) return "";
  return represented(value, budget);
}

/** `repr(value)`. */
export function represented(value: Value, budget: Budget): string {
  const pieces = new Pieces(budget);
  pieces.add(value);
  return pieces.joined;
}

/** Collects a text within its bound. */
class Pieces {
  joined = "";
  constructor(private readonly budget: Budget) {}

  add(value: Value): void {
    this.budget.enter();
    this.budget.step();
    if (Array.isArray(value)) this.list("[", value, "]");
    else if (value instanceof Tuple) this.list("(", value.items, value.items.length === 1 ? ",)" : ")");
    else if (value instanceof Dict) this.dict(value);
    else if (value instanceof Namespace) {
      this.put("<Namespace ");
      this.add(value.attributes);
      this.put(">");
    } else if (value instanceof View) this.list(`${value.type}([`, value.values(), "])");
    else this.put(single(value, this.budget));
    this.budget.leave();
  }

  private put(text: string): void {
    this.joined += text;
    this.budget.size(this.joined.length);
    this.budget.through(text.length);
  }

  private list(open: string, items: Iterable<Value>, close: string): void {
    this.put(open);
    let first = true;
    for (const item of items) {
      if (!first) this.put(", ");
      first = false;
      this.add(item);
    }
    this.put(close);
  }

  private dict({ entries }: Dict): void {
    this.put("{");
    let first = true;
    for (const { key, value } of entries.values()) {
      if (!first) this.put(", ");
      first = false;
      this.add(key);
      this.put(": ");
      this.add(value);
    }
    this.put("}");
  }
}

function single(value: Value, budget: Budget): string {
  if (value === null) return "None";
  if (typeof value === "boolean") return value ? "True" : "False";
  if (typeof value === "bigint") return integerText(value, budget);
  if (typeof value === "number") return floatText(value);
  if (typeof value === "string") return quoted(value);
  if (value instanceof Markup) return `Markup(${quoted(value.html)})`;
  if (value instanceof Undefined) return "Undefined";
  if (value instanceof Lazy) return value.text();
  return Array.isArray(value) ? "" : value.text();
}

const ESCAPED = /[\\\n\r\t]|[\p{C}\p{Z}]/gu;
const SHORT: Readonly<Record<string, string>> = { "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** `repr` of a text: in single quotes unless only they occur, with what can't be printed escaped. */
export function quoted(text: string): string {
  const quote = text.includes("'") && !text.includes('"') ? '"' : "'";
  const body = text.replace(ESCAPED, (point) => point === " " ? point : SHORT[point] ?? escapeOf(point));
  return quote + (quote === "'" ? body.replaceAll("'", "\\'") : body) + quote;
}

/** A code point as Python's escape: \xhh, \uhhhh or \Uhhhhhhhh. */
export function escapeOf(point: string): string {
  const code = point.codePointAt(0)!;
  const hex = code.toString(16);
  if (code < 0x100) return `\\x${hex.padStart(2, "0")}`;
  return code < 0x10000 ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}
