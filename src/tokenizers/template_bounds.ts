/**
 * What a chat template may use up: it comes with a model file, and a file may be hostile.
 *
 * @module
 */

/** The longest template, in code units. */
export const LONGEST_TEMPLATE: number = 2 ** 18;
/** The longest text that any expression may give, in code units. */
export const LONGEST_TEXT: number = 2 ** 20;
/** The longest list, and the most numbers of a range. */
export const MOST_ITEMS: number = 2 ** 14;
/** The most work of a rendering: a step for every expression, and one for every 64 characters or items of it. */
const MOST_STEPS = 2 ** 20;
/** The most text that all expressions together may write, inside macros and filters too. */
const MOST_WRITTEN = 4 * LONGEST_TEXT;
/** How deep expressions, blocks and macros may nest, and lists within lists. */
const DEEPEST = 256;

/** A value of the template engine; `value` is what its type holds. */
export interface TemplateValue {
  type: string;
  value: unknown;
}

/** Counts what a rendering uses, and throws where that is too much. */
export class TemplateBudget {
  private steps = 0;
  private written = 0;
  private depth = 0;

  /** Runs `inner` one level deeper. */
  nested<T>(inner: () => T): T {
    this.require(this.depth + 1, DEEPEST, "levels of nesting");
    this.depth++;
    try {
      return inner();
    } finally {
      this.depth--;
    }
  }

  /** Counts a step that gave or took `size` characters or items. */
  spend(size: number): void {
    this.steps += 1 + size / 64;
    this.require(this.steps, MOST_STEPS, "steps");
  }

  /** Counts `length` characters that the template writes. */
  write(length: number): void {
    this.written += length;
    this.require(this.written, MOST_WRITTEN, "characters written");
  }

  /** Asks whether a text of this length may come into being. */
  text(length: number): void {
    this.require(length, LONGEST_TEXT, "characters of one text");
  }

  /** Asks whether a list of this length may come into being. */
  items(count: number): void {
    this.require(count, MOST_ITEMS, "items of one list");
  }

  /**
   * About how long a value becomes as text (a value that lists share counts for each of them), refusing what is
   * longer than a text may be.
   *
   * @param perItem characters that the notation adds to each item
   * @param indent characters that it adds per level of nesting
   */
  expanded(value: TemplateValue, perItem = 2, indent = 0): number {
    let total = 0;
    const visit = (inner: TemplateValue, level: number): void => {
      this.require(level, DEEPEST, "levels of nesting");
      total += perItem + level * indent + (typeof inner.value === "string" ? inner.value.length : 0);
      this.text(total);
      if (Array.isArray(inner.value)) { for (const item of inner.value) visit(item, level + 1); }
      else if (inner.value instanceof Map) {
        for (const [key, item] of inner.value) {
          total += key.length + perItem;
          visit(item, level + 1);
        }
      }
    };
    visit(value, 0);
    this.spend(total);
    return total;
  }

  private require(count: number, most: number, what: string): void {
    if (!(count <= most)) throw new Error(`it may use at most ${most} ${what}`);
  }
}

/** How large a value is, by itself: characters or items. */
export function sizeOf({ value }: TemplateValue): number {
  if (typeof value === "string" || Array.isArray(value)) return value.length;
  return value instanceof Map ? value.size : 0;
}

/** Whether a value is a list or a mapping. */
export function isContainer({ value }: TemplateValue): boolean {
  return Array.isArray(value) || value instanceof Map;
}
