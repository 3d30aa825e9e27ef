import { deepEqual, equal, match, ok } from "node:assert/strict";
import { load } from "../../../mod.ts";
import { repositoryPath } from "../../shared.ts";
import { gate, until } from "../harness.ts";
import { answered, atPage, browserTests, press, say, textOf, textsOf } from "./browser.ts";
import { ScriptedModel } from "./scripted_model.ts";

const test = await browserTests();
const CODE = "Here:\n\n```js\nif (a < b && c) {\n  run(`x`);\n}\n```\nThat is **all**.";

test("a message is answered as it streams, in Markdown, with what it cost", (browser) => {
  const model = new ScriptedModel(() => "# Title\n\nSome *words* and `code`\n\n- one\n- two\n");
  const held = gate();
  model.pause = (word) => word === 6 ? held.opened : undefined;
  return atPage(browser, { fake: model }, async (page) => {
    equal(await page.title(), "Wick");
    await say(page, "Hello you");
    await page.waitForFunction(() => document.querySelector(".assistant em")?.textContent === "words");
    equal((await page.$$("footer button")).length, 0);
    held.open();
    await answered(page);
    deepEqual(await textsOf(page, ".user .text"), ["Hello you"]);
    deepEqual(await textsOf(page, ".assistant h3"), ["Title"]);
    deepEqual(await textsOf(page, ".assistant li"), ["one", "two"]);
    match(await textOf(page, ".figures"), /^prompt \d+ · 12 tokens · [\d.]+ tokens\/s$/);
    equal(await page.title(), "Hello you · Wick");
    equal(await page.$eval("#prompt", (field) => (field as unknown as { value: string }).value), "");
  });
});

test("code and answers are copied as the model wrote them", (browser) =>
  atPage(browser, { fake: new ScriptedModel(() => CODE) }, async (page) => {
    await say(page, "code");
    await answered(page);
    const clipboard = () => page.evaluate(() => navigator.clipboard.readText());
    await page.click("figcaption button");
    await page.waitForFunction(() => document.querySelector("figcaption button")!.textContent === "Copied");
    equal(await clipboard(), "if (a < b && c) {\n  run(`x`);\n}");
    await press(page, "Copy");
    await page.click("footer button:last-of-type");
    await page.waitForFunction(() =>
      document.querySelector("footer button:last-of-type")!.textContent === "Copied"
    );
    equal(await clipboard(), CODE);
  }));

test("what a model, a title or an error says stays text", (browser) => {
  const hostile = [
    "<img src=x onerror=alert(1)> <script>alert(2)</script> <svg/onload=alert(3)>",
    "[a](javascript:alert(4)) [b](java&#115;cript:alert(5)) [c](data:text/html,<script>alert(6)</script>) <javascript:alert(7)>",
    "[d](JaVaScRiPt:alert(8)) [e](\u0001javascript:alert(9)) [f](vbscript:x) ![g](https://evil.example/x.png)",
    '```"><img src=x onerror=alert(10)>\n</code></pre><img src=x onerror=alert(11)>\n```',
    '| <img src=x onerror=alert(12)> | [h](https://a.example/"onmouseover="alert(13)) |\n|-|-|\n| a | b |',
    "[i](https://user@a.example/?q=<script>alert(14)</script>)",
  ].join("\n\n");
  return atPage(browser, { fake: new ScriptedModel(() => hostile) }, async (page) => {
    let dialogs = 0;
    page.on("dialog", (dialog) => {
      dialogs++;
      dialog.dismiss();
    });
    await say(page, "<img src=x onerror=alert(0)>");
    await answered(page);
    equal(await page.$$eval("main img, main script, main iframe, main svg[onload]", (all) => all.length), 0);
    const links = await page.$$eval("article a", (all) => all.map((a) => a.getAttribute("href")!));
    ok(links.length >= 2 && links.every((href) => /^https:\/\//.test(href)), links.join("\n"));
    const handlers = await page.$$eval(
      "main *, nav *",
      (all) => all.flatMap((element) => element.getAttributeNames().filter((name) => name.startsWith("on"))),
    );
    deepEqual(handlers, []);
    for (const anchor of await page.$$("article a")) {
      equal(await anchor.evaluate((a) => a.getAttribute("rel")), "noopener noreferrer");
    }
    match(await textOf(page, ".assistant"), /<img src=x onerror=alert\(1\)>/);
    await page.reload();
    await answered(page);
    equal(dialogs, 0);
  });
});

test("Shift+Enter breaks the line, Enter sends, Esc stops, and what came stays and goes on", (browser) => {
  const model = new ScriptedModel(() => "one two three four five six");
  const held = gate();
  model.pause = (word) => word === 3 && model.asked.length === 1 ? held.opened : undefined;
  return atPage(browser, { fake: model }, async (page) => {
    await page.waitForSelector("#go:not([disabled])");
    await page.type("#prompt", "first");
    await page.keyboard.down("Shift");
    await page.keyboard.press("Enter");
    await page.keyboard.up("Shift");
    await page.type("#prompt", "second");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector(".assistant")!.textContent!.includes("three"));
    await page.keyboard.press("Enter"); // while an answer comes nothing is sent
    await page.keyboard.press("Escape");
    held.open();
    await answered(page);
    equal(await textOf(page, ".user .text"), "first\nsecond");
    equal(await textOf(page, ".assistant .text"), "one two three");
    match(await textOf(page, "footer"), /Stopped/);
    equal(model.asked.length, 1);
    await press(page, "Continue");
    await page.waitForFunction(() => document.querySelector(".assistant")!.textContent!.includes("six"));
    await answered(page);
    equal(await textOf(page, ".assistant .text"), "one two three four five six");
    match(await textOf(page, "footer"), /^(?![^]*Stopped)/);
  });
});

test("an answer cut off at its most tokens says so and goes on where it was cut", (browser) => {
  const model = new ScriptedModel(() => "a b c d e f g h");
  return atPage(browser, { fake: model }, async (page) => {
    await page.evaluate(() =>
      localStorage.setItem("wick:/:settings", '{"max_tokens":3,"seed":7,"temperature":0}')
    );
    await page.reload();
    await say(page, "letters");
    await answered(page);
    match(await textOf(page, "footer"), /Cut off after 3 tokens/);
    await press(page, "Continue");
    await page.waitForFunction(() => /Cut off after 6/.test(document.querySelector("footer")!.textContent!));
    equal(await textOf(page, ".assistant .text"), "a b c d e f");
    ok(model.asked[1].text.endsWith("[assistant] a b c "), model.asked[1].text);
    equal(model.asked[1].options.seed, 7);
    await press(page, "Continue");
    await page.waitForFunction(() => document.querySelector(".assistant")!.textContent!.includes("h"));
    await answered(page);
    equal(await textOf(page, ".assistant .text"), "a b c d e f g h");
    equal((await page.$$(".user, .assistant")).length, 2);
    match(await textOf(page, "footer"), /8 tokens/);
    equal(await page.$("footer .loud"), null);
  });
});

test("where the model's context is full there is no going on, and the page says why", (browser) =>
  atPage(
    browser,
    { fake: new ScriptedModel(() => "word ".repeat(99), { contextLength: 60 }) },
    async (page) => {
      await say(page, "many");
      await answered(page);
      match(await textOf(page, "footer"), /context of 60 tokens is full/);
      equal(await page.$("footer .loud"), null);
    },
  ));

test("a failed message stands once, with the reason, and is retried, edited or replaced", (browser) => {
  let fails = 2;
  const model = new ScriptedModel((asked) =>
    fails-- > 0 ? new Error("secret") : `You said ${asked.match(/x+/g)}`
  );
  const expects = /status of 500/;
  return atPage(browser, { fake: model }, async (page) => {
    await say(page, "xx");
    await answered(page);
    match(await textOf(page, ".error"), /The server failed to answer/);
    await press(page, "Retry");
    await until(() => fails === 0);
    await page.waitForSelector("footer .error");
    deepEqual(await textsOf(page, ".user .text"), ["xx"]);
    await press(page, "Edit");
    equal(await page.$(".user"), null);
    equal(await page.$eval("#prompt", (field) => (field as unknown as { value: string }).value), "xx");
    fails = 1;
    await page.keyboard.press("Enter");
    await answered(page);
    await say(page, "xxx"); // instead of the one that failed
    await page.waitForFunction(() =>
      document.querySelector(".assistant .text")!.textContent!.includes("You said")
    );
    await answered(page);
    deepEqual(await textsOf(page, ".user .text"), ["xxx"]);
    equal(await textOf(page, ".assistant .text"), "You said xxx");
    equal(await page.$(".error"), null);
  }, { expects });
});

test("a server that can't be reached is told of at the message, which is sent again by Retry", (browser) => {
  const expects = /ERR_FAILED/;
  return atPage(browser, { fake: new ScriptedModel(() => "There.") }, async (page) => {
    await page.waitForSelector("#go:not([disabled])");
    let away = true;
    await page.setRequestInterception(true);
    page.on("request", (request) => away ? request.abort() : request.continue());
    await say(page, "Anybody?");
    await answered(page);
    match(await textOf(page, ".error"), /cannot be reached/);
    away = false;
    await press(page, "Retry");
    await page.waitForFunction(() => document.querySelector(".assistant .text")?.textContent === "There.");
    deepEqual(await textsOf(page, ".user .text"), ["Anybody?"]);
  }, { expects });
});

test("a server with keys asks for one, refuses a wrong one, and takes the right one for this tab", (browser) =>
  atPage(browser, { fake: new ScriptedModel(() => "Come in.") }, async (page) => {
    await page.waitForSelector("#gate");
    equal(await page.evaluate(() => document.activeElement!.id), "gate");
    await page.keyboard.type("wrong");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".error");
    await page.keyboard.type("secret");
    await page.keyboard.press("Enter");
    await say(page, "Hello");
    await answered(page);
    equal(await textOf(page, ".assistant .text"), "Come in.");
    await page.reload();
    await answered(page);
    ok(!await page.evaluate(() => JSON.stringify(localStorage).includes("secret")));
  }, { apiKeys: ["secret"] }));

test("settings reach the server: sampling, the system prompt, the model", (browser) => {
  const [one, two] = [new ScriptedModel(() => "I am one."), new ScriptedModel(() => "I am two.")];
  return atPage(browser, { one, two }, async (page) => {
    await page.waitForSelector("#go:not([disabled])");
    await page.click("#open-settings");
    await page.type("#system", "Be brief.");
    await page.type("#temperature", "0.5");
    await page.type("#top_p", "7"); // out of range: not taken
    await page.type("#top_k", "3");
    await page.keyboard.press("Escape");
    equal(await page.evaluate(() => document.activeElement!.id), "open-settings");
    await say(page, "Who?");
    await answered(page);
    const { text, options } = one.asked[0];
    match(text, /^\[system\] Be brief\.\n\[user\] Who\?\n/);
    deepEqual([options.temperature, options.topK, options.topP], [0.5, 3, undefined]);
    await page.select("#model", "two");
    await say(page, "And you?");
    await page.waitForFunction(() => document.querySelectorAll(".assistant").length === 2);
    await answered(page);
    match(two.asked[0].text, /Be brief[^]*Who[^]*I am one[^]*And you/);
    await page.reload();
    await answered(page);
    equal(await page.$eval("#model", (field) => (field as unknown as { value: string }).value), "two");
  });
});

test("the embedded model writes on a story that the reader begins, and on what the reader adds", async (browser) => {
  using model = await load(repositoryPath("models/wick-stories.gguf"));
  await atPage(browser, { stories: model }, async (page) => {
    await page.evaluate(() =>
      localStorage.setItem("wick:/:settings", '{"max_tokens":20,"seed":1,"temperature":0}')
    );
    await page.reload();
    await page.waitForSelector(".examples button");
    await page.click(".examples button");
    await page.waitForSelector("footer .loud");
    const story = () => textsOf(page, ".passage > span").then((parts) => parts.join(""));
    const begun = await story();
    match(begun, /^Once upon a time, there was a little fox who .{30}/);
    await press(page, "Continue");
    await page.waitForFunction(
      (length) => document.querySelector(".story")!.textContent!.length > length + 60,
      {},
      begun.length,
    );
    await answered(page);
    const longer = await story();
    ok(longer.startsWith(begun) && longer.length > begun.length + 20);
    await say(page, "Then it snowed.");
    await page.waitForFunction(() => document.querySelectorAll(".passage").length === 4);
    await answered(page);
    ok((await story()).startsWith(`${longer} Then it snowed.`), await story());
    equal((await page.$$("article")).length, 1);
  });
});
