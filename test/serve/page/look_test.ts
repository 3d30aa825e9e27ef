import { deepEqual, equal, match, ok } from "node:assert/strict";
import { gate } from "../harness.ts";
import {
  answered,
  atPage,
  browserTests,
  type Opened,
  type Page,
  paint,
  press,
  say,
  violations,
} from "./browser.ts";
import { ScriptedModel } from "./scripted_model.ts";

const test = await browserTests();
const SIZES = [{ width: 320, height: 568 }, { width: 390, height: 760 }, { width: 1280, height: 800 }];
const LONG = `${"A line that is long enough to be broken on a narrow screen, as most are. ".repeat(12)}\n
\`\`\`python
${"x = 'code that is much wider than any telephone, and does not break' + ".repeat(3)}
\`\`\`

| ${"column | ".repeat(12)}
|${"---|".repeat(12)}
| ${"value | ".repeat(12)}

${"averylongwordwithoutanyplacetobreakit".repeat(6)} https://example.com/${"path/".repeat(40)}

> quoted
> - **listed** with \`code\`

### The end

the very last line`;

/** The states of the page that are looked at, each with what brings it about. */
const STATES: Record<string, (page: Page, model: ScriptedModel) => Promise<void>> = {
  empty: async (page) => void await page.waitForSelector(".examples"),
  answer: async (page) => {
    await say(page, `Why? ${"word".repeat(40)}`);
    await answered(page);
  },
  streaming: async (page, model) => {
    model.pause = (word) => word === 200 ? new Promise(() => {}) : undefined;
    await say(page, "Why?");
    await page.waitForSelector("pre");
  },
  "cut off": async (page) => {
    await page.evaluate(() => localStorage.setItem("wick:/:settings", '{"max_tokens":150}'));
    await page.reload();
    await say(page, "Why?");
    await page.waitForSelector("footer .loud");
  },
  error: async (page, model) => {
    await STATES.answer(page, model);
    model.say = () => new Error("boom");
    await say(page, "And?");
    await page.waitForSelector("footer .error");
  },
  history: async (page, model) => {
    await STATES.answer(page, model);
    if (await page.$eval("#menu", (menu) => menu.checkVisibility())) await page.click("#menu");
    await page.waitForFunction(() => document.querySelector("#conversations a")!.checkVisibility());
  },
  deleted: async (page, model) => {
    await STATES.history(page, model);
    await page.click("#conversations button:last-of-type");
    await page.waitForSelector("#notice p");
    await page.keyboard.press("Escape");
  },
  settings: async (page) => {
    await page.waitForSelector(".examples");
    await page.click("#open-settings");
    await page.waitForSelector("dialog[open]");
  },
};

/** Opens the page in a state. */
async function inState(
  state: string,
  test: (page: Page) => Promise<void>,
  browser: Parameters<typeof atPage>[0],
  opened: Opened = {},
): Promise<void> {
  const model = new ScriptedModel(() => LONG);
  const models = { "a-model-with-quite-a-long-name-Q4_K_M": model, other: new ScriptedModel(() => LONG) };
  await atPage(browser, models, async (page) => {
    await STATES[state](page, model);
    await test(page);
  }, { ...opened, expects: /status of [45]/ });
}

/** What is cut, covered or outside of the window. */
function faults(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = [];
    const [width, height] = [document.documentElement.clientWidth, innerHeight];
    const box = (selector: string) => document.querySelector(selector)!.getBoundingClientRect();
    const root = document.scrollingElement!;
    if (root.scrollWidth > width) found.push(`the page is ${root.scrollWidth} wide in ${width}`);
    if (root.scrollHeight > height) found.push(`the page is ${root.scrollHeight} high in ${height}`);
    const log = document.querySelector("#log")!;
    if (log.scrollWidth > log.clientWidth) {
      found.push(`the log is ${log.scrollWidth} wide in ${log.clientWidth}`);
    }
    const shown = [...document.querySelectorAll("header > *, #form button, #prompt")].filter((element) =>
      element.checkVisibility() && !element.classList.contains("unseen")
    );
    for (const element of shown) {
      const { left, right, top, bottom } = element.getBoundingClientRect();
      if (left < 0 || right > width || top < 0 || bottom > height) found.push(`${element.id} is cut`);
    }
    const header = shown.filter((element) => element.parentElement!.tagName === "HEADER")
      .map((element) => ({ id: element.id || element.tagName, ...element.getBoundingClientRect().toJSON() }));
    header.forEach((one, i) => {
      const next = header[i + 1];
      if (next && one.right > next.left + 0.5) found.push(`${one.id} lies over ${next.id}`);
      if (next && Math.abs((one.top + one.bottom - next.top - next.bottom) / 2) > 8) {
        found.push("the header wraps");
      }
    });
    if (box("#log").bottom > box("#form").top + 0.5) found.push("the form covers the log");
    if (box("header").bottom > box("#log").top + 0.5) found.push("the header covers the log");
    return found;
  });
}

for (const size of SIZES) {
  for (const state of Object.keys(STATES)) {
    test(`${state}, ${size.width} px: nothing is cut or covered, and axe finds nothing in light and dark`, (browser) =>
      inState(
        state,
        async (page) => {
          deepEqual(await faults(page), []);
          for (const dark of [false, true]) {
            await paint(page, { dark });
            deepEqual(await violations(page), [], dark ? "dark" : "light");
          }
        },
        browser,
        size,
      ));
  }

  test(`at ${size.width} px the end of an answer, a button or an error stands above the form`, async (browser) => {
    for (const [state, last] of [["answer", ".figures"], ["cut off", ".loud"], ["error", ".error"]]) {
      await inState(
        state,
        async (page) => {
          const [bottom, top] = await page.evaluate((last) => {
            const end = [...document.querySelectorAll(`article ${last}`)].at(-1)!;
            return [
              end.getBoundingClientRect().bottom,
              document.querySelector("#form")!.getBoundingClientRect().top,
            ];
          }, last);
          ok(bottom <= top, `${state}: ${bottom} lies below ${top}`);
        },
        browser,
        size,
      );
    }
  });
}

test("axe reports what is wrong, and a page that is too wide is seen", (browser) =>
  inState("empty", async (page) => {
    await page.evaluate(() => {
      const wide = Object.assign(document.createElement("img"), { width: 3000, height: 10 });
      document.querySelector("#turns")!.append(wide);
    });
    match((await violations(page)).join(), /image-alt/);
    match((await faults(page)).join(), /the log is 3\d+ wide|the page is/);
  }, browser));

test("axe finds nothing where the server asks for a key, or has refused one", (browser) =>
  atPage(browser, { fake: new ScriptedModel(() => "") }, async (page) => {
    await page.waitForSelector("#gate");
    deepEqual(await violations(page), []);
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".error");
    deepEqual(await violations(page), []);
  }, { apiKeys: ["secret"] }));

test("an answer is announced when it begins and when it ends, and not at its words", (browser) => {
  const model = new ScriptedModel(() => "word ".repeat(200));
  return atPage(browser, { fake: model }, async (page) => {
    await page.waitForSelector(".examples");
    await page.evaluate(() => {
      const heard: string[] = [];
      Object.assign(globalThis, { heard });
      const announcer = document.querySelector("#announcer")!;
      new MutationObserver(() => heard.push(announcer.textContent!)).observe(announcer, { childList: true });
    });
    const heard = () => page.evaluate(() => (globalThis as unknown as { heard: string[] }).heard);
    await say(page, "words");
    await page.waitForSelector(".growing .text");
    const live = await page.$$eval(
      "[aria-live], [role=log], [role=status], [role=alert]",
      (all) => all.map((e) => e.id),
    );
    deepEqual(live, ["announcer"]);
    await answered(page);
    await page.waitForFunction(() => (globalThis as unknown as { heard: string[] }).heard.length === 2);
    deepEqual(await heard(), ["Answering", "Answer finished, 200 tokens"]);
    model.say = () => new Error("boom");
    await say(page, "fail");
    await page.waitForSelector('[role="alert"]');
    deepEqual((await heard()).filter((text) => text !== ""), [
      "Answering",
      "Answer finished, 200 tokens",
      "Answering",
    ]);
  }, { expects: /status of 500/ });
});

test("the keyboard alone does everything, and focus is never lost", (browser) => {
  const model = new ScriptedModel(() => "a b c d e f");
  return atPage(browser, { fake: model }, async (page) => {
    const focused = () =>
      page.evaluate(() => {
        const { activeElement: at } = document;
        return at!.getAttribute("aria-label") || (at!.matches("a") ? "" : at!.id) || at!.textContent ||
          at!.tagName;
      });
    const back = async (to: string) => {
      for (let i = 0; i < 20 && await focused() !== to; i++) {
        await page.keyboard.down("Shift");
        await page.keyboard.press("Tab");
        await page.keyboard.up("Shift");
      }
      equal(await focused(), to);
    };
    await page.waitForSelector(".examples");
    equal(await focused(), "prompt");
    await back("Settings");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    await page.focus("#max_tokens");
    await page.keyboard.type("3");
    await page.keyboard.press("Escape");
    equal(await focused(), "Settings");
    await page.focus("#prompt");
    await say(page, "letters");
    await answered(page);
    equal(await focused(), "prompt");
    await back("Continue");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector(".assistant .text")!.textContent!.includes("f"));
    await answered(page);
    equal(await focused(), "prompt");
    await back("Rename letters");
    await page.keyboard.press("Enter");
    equal(await focused(), "Title");
    await page.keyboard.type("Alphabet");
    await page.keyboard.press("Enter");
    equal(await focused(), "Alphabet");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".examples");
    equal(await focused(), "prompt");
    await page.keyboard.down("Alt");
    await page.keyboard.press("KeyN");
    await page.keyboard.up("Alt");
    equal(await focused(), "prompt");
  });
});

test("on a narrow screen the conversations open over the page, and Esc gives the focus back", (browser) =>
  inState(
    "answer",
    async (page) => {
      equal(await page.$eval("#history", (nav) => nav.checkVisibility()), false);
      await page.focus("#menu");
      await page.keyboard.press("Enter");
      await page.waitForFunction(() => document.querySelector("#history")!.checkVisibility());
      await page.keyboard.press("Escape");
      equal(await page.$eval("#history", (nav) => nav.checkVisibility()), false);
      equal(await page.evaluate(() => document.activeElement!.id), "menu");
      await page.click("#menu");
      await page.click("#conversations a");
      await page.waitForFunction(() => !document.querySelector("#history")!.checkVisibility());
    },
    browser,
    SIZES[1],
  ));

test("nothing moves where the reader wants no motion, and the flame does where it may", async (browser) => {
  for (const moving of [false, true]) {
    await inState(
      "streaming",
      async (page) => {
        const moved = await page.evaluate(() => document.getAnimations().length);
        ok(moving ? moved > 0 : moved === 0, `${moved} animations`);
      },
      browser,
      { moving },
    );
  }
});

test("colours follow the system, or what the reader has set", (browser) =>
  inState("settings", async (page) => {
    const back = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await back();
    await page.select("#theme", "dark");
    const dark = await back();
    ok(dark !== light);
    await page.reload();
    equal(await back(), dark);
  }, browser));

test("who reads further up is left there, with a way to the latest", (browser) => {
  const model = new ScriptedModel(() => "line\n\n".repeat(300));
  const held = gate();
  model.pause = (word) => word === 300 ? held.opened : undefined;
  return atPage(browser, { fake: model }, async (page) => {
    await say(page, "lines");
    await page.waitForFunction(() => document.querySelectorAll(".assistant p").length >= 140);
    await page.$eval("#log", (log) => log.scrollTop = 100);
    await page.waitForSelector("#latest:not([hidden])");
    held.open();
    await answered(page);
    equal(await page.$eval("#log", (log) => log.scrollTop), 100);
    await press(page, "To the latest");
    ok(await page.$eval("#log", (log) => log.scrollHeight - log.scrollTop - log.clientHeight) < 2);
    match(await page.$eval("#latest", (button) => String(button.hasAttribute("hidden"))), /true/);
  });
});
