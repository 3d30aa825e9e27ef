/**
 * What stands where nothing has been said yet: what this is, and something to begin with; or why it can't begin.
 *
 * @module
 */
import type { Model } from "./api.ts";
import { button, icon, make } from "./dom.ts";

const QUESTIONS = [
  "Why is the sky blue? Explain it to a child.",
  "Write a haiku about a candle.",
  "Compare three planets in a table.",
  "How do I reverse a list in Python?",
];
const BEGINNINGS = [
  "Once upon a time, there was a little fox who",
  "Tom found a small key under the old tree.",
  "It rained all day, so Lily and her cat",
  "The dragon did not like fire. He liked",
];

const CHATS = "A language model that answers what you write.";
const WRITES = "A language model that goes on with what you begin.";

/** The empty state of a model. */
export function welcome(model: Model, send: (text: string) => void): HTMLElement {
  const kept = model.chat ? "Your conversations stay" : "Your texts stay";
  const examples = (model.chat ? QUESTIONS : BEGINNINGS).map((text) => {
    const made = make("button", { type: "button" }, text);
    made.addEventListener("click", () => send(text));
    return make("li", {}, made);
  });
  return panel(
    make("h2", {}, model.chat ? "Ask something" : "Begin a story"),
    make("p", {}, make("strong", {}, model.name), make("br"), sizeOf(model)),
    make("p", {}, model.chat ? CHATS : WRITES, ` It runs on this server alone. ${kept} in this browser.`),
    make("ul", { class: "examples", "aria-label": "Examples" }, ...examples),
  );
}

/** While the models are being asked for. */
export function waiting(text: string): HTMLElement {
  return panel(make("p", {}, text));
}

/** The server or its model can't be had. */
export function unavailable(message: string, retry: () => void): HTMLElement {
  return panel(make("p", { class: "error", role: "alert" }, message), button("again", "Retry", retry));
}

/** The server wants a key. */
export function locked(refused: boolean, enter: (key: string) => void): HTMLElement {
  const field = make("input", { id: "gate", type: "password", autocomplete: "off", required: true });
  const form = make("form", { class: "gate" }, field, make("button", { class: "loud" }, "Connect"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    enter(field.value.trim());
  });
  return panel(
    make("h2", {}, make("label", { for: "gate" }, "This server asks for a key")),
    refused ? make("p", { class: "error", role: "alert" }, "The server does not know that key.") : undefined,
    form,
    make("p", {}, "Whoever runs the server has it. It is kept until this tab is closed."),
  );
}

function panel(...children: (HTMLElement | undefined)[]): HTMLElement {
  return make("div", { class: "welcome" }, make("div", { class: "light" }, icon("flame")), ...children);
}

function sizeOf({ parameters, context }: Model): string {
  const format = new Intl.NumberFormat("en", { notation: "compact", maximumSignificantDigits: 3 });
  return `${format.format(parameters)} parameters · ${context.toLocaleString("en")} tokens of context`;
}
