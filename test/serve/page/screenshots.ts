/**
 * Pictures of the page in its states, at three widths, light and dark:
 * `deno run -A test/serve/page/screenshots.ts FOLDER [STATE]`.
 *
 * @module
 */
import { answered, atPage, type Page, say, startBrowser } from "./browser.ts";
import { ScriptedModel } from "./scripted_model.ts";
import { load } from "../../../mod.ts";
import { repositoryPath } from "../../shared.ts";

const ANSWER = `Python has **three** common ways, and each does something slightly different:

1. \`list.reverse()\` turns the list around *in place*.
2. \`reversed(list)\` gives an iterator and copies nothing.
3. \`list[::-1]\` makes a new list.

\`\`\`python
colours = ["red", "amber", "gold"]

for colour in reversed(colours):
    print(f"{colour:>8} burns on", end="\\n")  # gold, amber, red
\`\`\`

| Way | Copies | Time |
|:--|:-:|--:|
| \`reverse()\` | no | O(n) |
| \`reversed()\` | no | O(1) |
| \`[::-1]\` | yes | O(n) |

> A slice is the shortest to write, an iterator the cheapest to run.

See the [tutorial](https://docs.python.org/3/tutorial/) for more.`;

const [folder, only] = Deno.args;
const browser = await startBrowser();
if ("reason" in browser) throw new Error(browser.reason);
Deno.mkdirSync(folder, { recursive: true });

const chat = () => new ScriptedModel((asked) => asked.includes("long") ? "word ".repeat(300) : ANSWER);
const states: Record<
  string,
  (name: string, size: { width: number; height: number; dark: boolean }) => Promise<void>
> = {
  empty: (name, size) =>
    atPage(browser, { "qwen2.5-0.5b-instruct": chat() }, async (page) => {
      await page.waitForSelector(".examples");
      await shot(page, name);
    }, size),
  markdown: (name, size) =>
    atPage(browser, { "qwen2.5-0.5b-instruct": chat(), "smollm2-360m-instruct": chat() }, async (page) => {
      await say(page, "How do I reverse a list in Python?");
      await answered(page);
      await shot(page, name);
      await page.$eval("#log", (log) => log.scrollTop = 0);
      await new Promise((r) => setTimeout(r, 100));
      await shot(page, `${name}-top`);
    }, size),
  streaming: async (name, size) => {
    const model = chat();
    model.pause = (word) => word < 40 ? undefined : new Promise((r) => setTimeout(r, 1e3));
    await atPage(browser, { "qwen2.5-0.5b-instruct": model }, async (page) => {
      await say(page, "How do I reverse a list in Python?");
      await page.waitForSelector("pre");
      await shot(page, name);
      await page.keyboard.press("Escape");
      await answered(page);
    }, size);
  },
  continue: (name, size) =>
    atPage(browser, { "qwen2.5-0.5b-instruct": chat() }, async (page) => {
      await page.evaluate(() => localStorage.setItem("wick:/:settings", JSON.stringify({ max_tokens: 40 })));
      await page.reload();
      await say(page, "How do I reverse a list in Python?");
      await answered(page);
      await page.click("#conversations .icon:last-child").catch(() => {});
      await shot(page, name);
    }, size),
  error: async (name, size) => {
    const model = new ScriptedModel(() => new Error("boom"));
    await atPage(browser, { "qwen2.5-0.5b-instruct": model }, async (page) => {
      await say(page, "How do I reverse a list in Python?");
      await page.waitForSelector(".error");
      await shot(page, name);
    }, size);
  },
  history: (name, size) =>
    atPage(browser, { "qwen2.5-0.5b-instruct": chat() }, async (page) => {
      for (
        const text of [
          "Why is the sky blue? Explain it to a child.",
          "A haiku about a candle",
          "How do I reverse a list in Python, and which way is the best one?",
        ]
      ) {
        await say(page, text);
        await answered(page);
        await page.evaluate(() => {
          location.hash = "";
        });
        await page.waitForSelector(".examples");
      }
      await page.click("#conversations a").catch(() => {});
      if (size.width < 800) await page.click("#menu");
      await new Promise((r) => setTimeout(r, 200));
      await shot(page, name);
    }, size),
  settings: (name, size) =>
    atPage(browser, { "qwen2.5-0.5b-instruct": chat() }, async (page) => {
      await page.waitForSelector(".examples");
      await page.click("#open-settings");
      await shot(page, name);
    }, size),
  story: async (name, size) => {
    using model = await load(repositoryPath("models/wick-stories.gguf"));
    await atPage(browser, { "wick-stories": model }, async (page) => {
      await page.evaluate(() =>
        localStorage.setItem("wick:/:settings", JSON.stringify({ seed: 3, max_tokens: 90 }))
      );
      await page.reload();
      await page.waitForSelector(".examples");
      await shot(page, `${name}-empty`);
      await say(page, "Once upon a time, there was a little fox who");
      await answered(page);
      await shot(page, name);
    }, size);
  },
  key: (name, size) =>
    atPage(browser, { chat: chat() }, async (page) => {
      await page.waitForSelector("#gate");
      await shot(page, name);
    }, { ...size, apiKeys: ["secret"] }),
};

async function shot(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: `${folder}/${name}.png` as `${string}.png` });
}

for (const [state, take] of Object.entries(states)) {
  if (only && state !== only) continue;
  for (const [width, height] of [[320, 640], [390, 760], [1280, 800]]) {
    for (const dark of [false, true]) {
      await take(`${state}-${width}-${dark ? "dark" : "light"}`, { width, height, dark })
        .catch((error) => console.error(state, width, dark, error));
    }
  }
}
await browser.close();
