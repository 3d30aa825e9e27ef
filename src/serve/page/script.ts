/**
 * The page's module, as text: a Worker and a registry have no files to serve it from, and the page has no build.
 * It is plain JavaScript without template literals, so that it stands here as it is sent. What a model says enters
 * the page only as `textContent`.
 *
 * @module
 */

/** The source of the page's one script. */
export const script: string = String.raw`
const base = location.pathname.replace(/\/?$/, "/") + "v1/";
const find = (id) => document.getElementById(id);
const form = find("form"), prompt = find("prompt"), log = find("log"), model = find("model");
const go = find("go"), stop = find("stop"), fresh = find("fresh"), status = find("status"), key = find("key");

let chats = false; // whether the model has a chat template; else it continues a text
let messages = [];
let running; // the AbortController of the answer under way

async function call(path, body, signal) {
  const headers = { "content-type": "application/json" };
  if (key.value) headers.authorization = "Bearer " + key.value;
  const init = body ? { method: "POST", body: JSON.stringify(body), headers, signal } : { headers, signal };
  const response = await fetch(base + path, init);
  if (response.ok) return response;
  if (response.status === 401) askForKey();
  const answer = await response.json().catch(() => ({}));
  throw new Error(answer.error?.message ?? "The server answered " + response.status);
}

function askForKey() {
  find("settings").open = true;
  key.focus();
}

/** The JSON of each server-sent event, until [DONE]. */
async function* events(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    const frames = text.split("\n\n");
    text = frames.pop();
    for (const frame of frames) {
      const data = frame.replace(/^data: /, "");
      if (data === "[DONE]") return;
      const event = JSON.parse(data);
      if (event.error) throw new Error(event.error.message);
      yield event;
    }
  }
}

/** A bubble of the log; returns the element that its text goes to. */
function bubble(role, text) {
  const article = document.createElement("article");
  article.className = role;
  const name = document.createElement("span");
  name.className = "unseen";
  name.textContent = { user: "You: ", assistant: model.value + ": ", story: "Story: ", error: "Error: " }[role];
  const content = document.createElement("p");
  content.textContent = text;
  article.append(name, content);
  log.append(article);
  article.scrollIntoView({ block: "end" });
  return content;
}

function request(text) {
  const options = { model: model.value, stream: true, stream_options: { include_usage: true } };
  const number = (id, field) => {
    if (find(id).value !== "") options[field] = Number(find(id).value);
  };
  number("temperature", "temperature");
  number("tokens", "max_tokens");
  number("seed", "seed");
  if (!chats) return ["completions", { ...options, prompt: text }];
  messages.push({ role: "user", content: text });
  return ["chat/completions", { ...options, messages }];
}

/** Streams an answer into the page and returns its text and figures. */
async function answer(path, body, into, figures) {
  const begun = performance.now();
  let text = "";
  for await (const event of events(await call(path, body, running.signal))) {
    const choice = event.choices[0];
    const piece = choice?.text ?? choice?.delta?.content ?? "";
    if (piece !== "") {
      figures.first ??= performance.now() - begun;
      figures.pieces++;
      figures.last = performance.now() - begun;
      text += piece;
      const below = innerHeight + scrollY >= document.body.scrollHeight - 80;
      into.append(piece);
      if (below) into.scrollIntoView({ block: "end" });
      show(figures);
    }
    figures.tokens = event.usage?.completion_tokens ?? figures.tokens;
  }
  return text;
}

function show({ tokens, pieces, first, last }) {
  const count = tokens ?? pieces;
  const rate = last > first ? ((count - 1) / (last - first) * 1000).toFixed(1) + " tokens/s" : "";
  const wait = first === undefined ? "" : "first after " + Math.round(first) + " ms";
  status.textContent = [count + " tokens", rate, wait].filter(Boolean).join(" · ");
}

function busy(on) {
  log.setAttribute("aria-busy", String(on));
  go.hidden = on;
  stop.hidden = !on;
  fresh.disabled = model.disabled = on;
}

async function submit() {
  const text = prompt.value;
  if (running || !model.value || (chats && text.trim() === "")) return;
  running = new AbortController();
  busy(true);
  const kept = messages.length;
  const figures = { pieces: 0 };
  const [path, body] = request(text);
  if (chats) {
    bubble("user", text);
    prompt.value = "";
  } else log.replaceChildren();
  const into = bubble(chats ? "assistant" : "story", chats ? "" : text);
  status.textContent = "Reading the prompt …";
  try {
    const said = await answer(path, body, into, figures);
    if (chats) messages.push({ role: "assistant", content: said });
    show(figures);
  } catch (error) {
    if (error.name === "AbortError") {
      if (chats) messages.push({ role: "assistant", content: into.textContent });
      show(figures);
      status.textContent += " · stopped";
    } else {
      messages.length = kept;
      if (chats) prompt.value = text;
      bubble("error", error.message);
      status.textContent = "";
    }
  } finally {
    running = undefined;
    busy(false);
    prompt.focus();
  }
}

function clear() {
  messages = [];
  log.replaceChildren();
  status.textContent = "";
  prompt.focus();
}

/** Asks what the chosen model can do, and turns the page to chat or story. */
async function choose() {
  clear();
  status.textContent = "Opening the model …";
  try {
    const { meta } = await (await call("models/" + encodeURIComponent(model.value))).json();
    chats = meta.chat_template;
    find("label").textContent = chats ? "Message" : "How the story begins";
    go.textContent = chats ? "Send" : "Write";
    fresh.textContent = chats ? "New chat" : "Clear";
    prompt.value = chats ? "" : "Once upon a time";
    const size = Math.round(meta.parameters / 1e6) + "M parameters";
    status.textContent = [meta.name, size, meta.context_length + " tokens of context"].join(" · ");
  } catch (error) {
    bubble("error", error.message);
    status.textContent = "";
  }
}

async function begin() {
  try {
    const { data } = await (await call("models")).json();
    model.replaceChildren(...data.map(({ id }) => new Option(id)));
    await choose();
  } catch (error) {
    log.replaceChildren();
    bubble("error", error.message);
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
prompt.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
stop.addEventListener("click", () => running?.abort());
fresh.addEventListener("click", clear);
model.addEventListener("change", choose);
key.addEventListener("change", begin);
begin();
`;
