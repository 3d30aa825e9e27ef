/**
 * Small means to find and make elements. Texts enter the document as text, never as markup.
 *
 * @module
 */
/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
/// <reference lib="dom.asynciterable" />

type Child = Node | string | undefined;

/** The element of this id. */
export function find<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`The page has no element '${id}'`);
  return found as T;
}

/** An element with attributes and children; an attribute that is undefined or false is left out. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Record<string, string | number | boolean | undefined> = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== false) {
      element.setAttribute(name, value === true ? "" : String(value));
    }
  }
  element.append(...children.filter((child) => child !== undefined));
  return element;
}

/** A picture from the page's set (`#i-<name>`), which says nothing to those who listen. */
export function icon(name: string): SVGElement {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.setAttribute("aria-hidden", "true");
  svg.append(use);
  return svg;
}

/** A button with a picture and a label, which `bare` keeps for those who listen and for the tooltip. */
export function button(picture: string, label: string, action: () => void, bare = false): HTMLButtonElement {
  const attributes = bare ? { class: "icon", "aria-label": label, title: label } : { class: "quiet" };
  const made = make("button", { type: "button", ...attributes }, icon(picture), bare ? undefined : label);
  made.addEventListener("click", action);
  return made;
}

/** Says something to those who listen; the same words twice are said twice. */
export function announce(text: string): void {
  find("announcer").replaceChildren(make("span", {}, text));
}

/** Puts a text on the clipboard; pages that are not served securely have only the old way. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = make("textarea", { class: "unseen", "aria-hidden": true, tabindex: -1 });
    const focused = document.activeElement as HTMLElement | null;
    area.value = text;
    (focused?.closest("dialog") ?? document.body).append(area);
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    focused?.focus();
    return done;
  }
}

/** A button that copies what `text` gives when it is pressed, and says so. */
export function copyButton(label: string, text: () => string): HTMLButtonElement {
  const made = button("copy", label, async () => {
    const done = await copy(text());
    made.lastChild!.textContent = done ? "Copied" : "Not copied";
    announce(done ? "Copied" : "The browser does not let this page copy");
    setTimeout(() => made.lastChild!.textContent = label, 1600);
  });
  return made;
}
