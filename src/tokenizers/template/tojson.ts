/**
 * The `tojson` filter as transformers defines it: Python's `json.dumps` without escapes for HTML or beyond ASCII.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import { countOf, floatText, integerText } from "./numbers.ts";
import { compare } from "./compare.ts";
import { truth } from "./operators.ts";
import { Dict, stringOf, Tuple, typeName, type Value } from "./values.ts";

/** What `json.dumps` may be told. */
export interface JsonOptions {
  ascii: Value;
  indent: Value;
  separators: Value;
  sortKeys: Value;
}

/** `json.dumps(value)`. */
export function toJson(value: Value, options: JsonOptions, budget: Budget): string {
  const writer = new JsonWriter(options, budget);
  writer.write(value);
  return writer.text;
}

class JsonWriter {
  text = "";
  private level = 0;
  private readonly indent?: string;
  private readonly ascii: boolean;
  private readonly sortKeys: boolean;
  private readonly comma: string;
  private readonly colon: string;

  constructor({ ascii, indent, separators, sortKeys }: JsonOptions, private readonly budget: Budget) {
    this.ascii = truth(ascii);
    this.sortKeys = truth(sortKeys);
    this.indent = indentOf(indent, budget);
    [this.comma, this.colon] = separatorsOf(separators, this.indent === undefined ? ", " : ",");
  }

  write(value: Value): void {
    this.budget.enter();
    this.budget.step();
    const text = stringOf(value);
    if (text !== undefined) this.put(this.quoted(text));
    else if (Array.isArray(value)) this.list(value);
    else if (value instanceof Tuple) this.list(value.items);
    else if (value instanceof Dict) this.dict(value);
    else this.put(this.plain(value) ?? fail(`Object of type ${typeName(value)} is not JSON serializable`));
    this.budget.leave();
  }

  private put(text: string): void {
    this.text += text;
    this.budget.size(this.text.length);
    this.budget.through(text.length);
  }

  private list(items: readonly Value[]): void {
    if (items.length === 0) return this.put("[]");
    this.open("[");
    items.forEach((item, i) => {
      this.separate(i);
      this.write(item);
    });
    this.close("]");
  }

  private dict({ entries }: Dict): void {
    if (entries.size === 0) return this.put("{}");
    const sorted = [...entries.values()];
    if (this.sortKeys) sorted.sort((a, b) => compare(a.key, b.key, this.budget));
    this.open("{");
    sorted.forEach(({ key, value }, i) => {
      this.separate(i);
      this.put(
        this.quoted(
          stringOf(key) ?? this.plain(key) ??
            fail(`keys must be str, int, float, bool or None, not ${typeName(key)}`),
        ),
      );
      this.put(this.colon);
      this.write(value);
    });
    this.close("}");
  }

  private open(bracket: string): void {
    this.level++;
    this.put(bracket);
  }

  private separate(index: number): void {
    if (index > 0) this.put(this.comma);
    this.newLine();
  }

  private close(bracket: string): void {
    this.level--;
    this.newLine();
    this.put(bracket);
  }

  private newLine(): void {
    if (this.indent === undefined) return;
    this.budget.size(this.indent.length * this.level);
    this.put("\n" + this.indent.repeat(this.level));
  }

  private plain(value: Value): string | undefined {
    if (value === null) return "null";
    if (typeof value === "boolean") return `${value}`;
    if (typeof value === "bigint") return integerText(value, this.budget);
    if (typeof value !== "number") return undefined;
    if (Number.isNaN(value)) return "NaN";
    return Number.isFinite(value) ? floatText(value) : value > 0 ? "Infinity" : "-Infinity";
  }

  private quoted(text: string): string {
    this.budget.text(text.length);
    // JSON.stringify escapes lone surrogates, which Python keeps
    const body = text.replace(/["\\\p{Cc}]/gu, (unit) => JSON.stringify(unit).slice(1, -1));
    return `"${this.ascii ? body.replace(/[^ -~]/g, hexEscape) : body}"`;
  }
}

function hexEscape(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function indentOf(indent: Value, budget: Budget): string | undefined {
  if (indent === null) return undefined;
  const text = stringOf(indent);
  if (text !== undefined) return text;
  const width = Math.max(0, countOf(indent, "indent"));
  budget.text(width);
  return " ".repeat(width);
}

function separatorsOf(separators: Value, comma: string): [string, string] {
  if (separators === null) return [comma, ": "];
  const items = Array.isArray(separators) ? separators : separators instanceof Tuple ? separators.items : [];
  const [first, second] = items.map((item) => stringOf(item));
  if (items.length !== 2 || first === undefined || second === undefined) fail("separators must be two texts");
  return [first, second];
}
