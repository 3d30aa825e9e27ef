/**
 * What Markdown becomes: a small tree of the few elements that an answer may have. It knows no document, so that the
 * renderer runs, and is tested, without one.
 *
 * @module
 */

/** The elements of a block, and those within a line. */
export type Tag =
  | ("p" | "heading" | "quote" | "ul" | "ol" | "li" | "pre" | "hr" | "table" | "tr" | "th" | "td")
  | ("em" | "strong" | "del" | "code" | "a" | "br");

/** How a table's column stands. */
export type Align = "left" | "center" | "right";

/** A text or an element. */
export type Markup = string | Element;

/** An element: its tag, what is in it, and the one thing that some tags need beside. */
export interface Element {
  readonly tag: Tag;
  readonly children: readonly Markup[];
  /** Of `a`: an address that {@linkcode safeAddress} let through. */
  readonly href?: string;
  /** Of `pre`: the language that the fence names, "" for none. */
  readonly language?: string;
  /** Of `ol`: the number of its first item. */
  readonly start?: number;
  /** Of `heading`: 1 to 6. */
  readonly level?: number;
  /** Of `th` and `td`. */
  readonly align?: Align;
}

/** The text of a tree, without its elements. */
export function textOf(markup: readonly Markup[]): string {
  return markup.map((m) => typeof m === "string" ? m : m.tag === "br" ? "\n" : textOf(m.children)).join("");
}

/** The address of a link, or undefined for what must not become one: only http, https and mailto are followed. */
export function safeAddress(address: string): string | undefined {
  // what a browser drops from addresses (tabs, newlines, leading control characters) could hide a scheme
  // deno-lint-ignore no-control-regex
  const plain = address.replace(/[\u0000-\u0020\u007f-\u00a0]+/g, "");
  return /^(?:https?:\/\/|mailto:)[^\s]/i.test(plain) ? plain : undefined;
}
