import { deepEqual, equal, match, ok } from "node:assert/strict";
import { Hono } from "../../../deps.ts";
import { wick } from "../../../src/serve/mod.ts";
import { gate } from "../harness.ts";
import { answered, atPage, browserTests, type Page, say, textOf, textsOf, visit } from "./browser.ts";
import { ScriptedModel } from "./scripted_model.ts";

const test = await browserTests();
const echo = () => new ScriptedModel((asked) => `Echo of ${asked.trim().split("\n").at(-1)!.slice(7)}`);
const titles = (page: Page) => textsOf(page, "#conversations a");

async function fresh(page: Page): Promise<void> {
  await page.click("#fresh");
  await page.waitForSelector(".examples");
}

test("conversations survive a reload, are listed, opened, renamed, deleted and brought back", (browser) =>
  atPage(browser, { fake: echo() }, async (page) => {
    for (const text of ["first of all", "second"]) {
      await say(page, text);
      await answered(page);
      await fresh(page);
    }
    deepEqual(await titles(page), ["second", "first of all"]);
    await page.click("#conversations li:last-child a");
    await page.waitForSelector(".assistant");
    await page.reload();
    await answered(page);
    equal(await textOf(page, ".assistant .text"), "Echo of first of all");
    await say(page, "more");
    await page.waitForFunction(() => document.querySelectorAll(".assistant").length === 2);
    await answered(page);
    deepEqual(await titles(page), ["first of all", "second"]);
    await page.click('[aria-label="Rename second"]');
    await page.keyboard.type("Renamed <b>");
    await page.keyboard.press("Enter");
    deepEqual(await titles(page), ["first of all", "Renamed <b>"]);
    await page.click('[aria-label="Delete first of all"]');
    await page.waitForSelector(".examples");
    deepEqual(await titles(page), ["Renamed <b>"]);
    await page.click("#notice button");
    deepEqual(await titles(page), ["first of all", "Renamed <b>"]);
    await page.reload();
    await page.waitForSelector(".examples");
    deepEqual(await titles(page), ["first of all", "Renamed <b>"]);
    await page.click("#conversations a");
    await page.waitForFunction(() => document.querySelectorAll(".assistant").length === 2);
  }));

test("an answer that a reload interrupts is kept as far as it came, and goes on", (browser) => {
  const model = new ScriptedModel(() => "one two three four");
  const held = gate();
  model.pause = (word) => word === 2 && model.asked.length === 1 ? held.opened : undefined;
  return atPage(browser, { fake: model }, async (page) => {
    await say(page, "count");
    await page.waitForFunction(() => document.querySelector(".assistant .text")?.textContent === "one two");
    await page.reload();
    held.open();
    await answered(page);
    equal(await textOf(page, ".assistant .text"), "one two");
    match(await textOf(page, "footer"), /^Stopped/);
    await page.click("footer .loud");
    await page.waitForFunction(() =>
      document.querySelector(".assistant .text")!.textContent!.includes("four")
    );
    equal(await textOf(page, ".assistant .text"), "one two three four");
  });
});

test("an answer goes on while the reader is in another conversation", (browser) => {
  const model = echo();
  const held = gate();
  model.pause = (word) => word === 1 && model.asked.length === 1 ? held.opened : undefined;
  return atPage(browser, { fake: model }, async (page) => {
    await say(page, "slow");
    await page.waitForFunction(() => document.querySelector(".assistant .text")?.textContent === "Echo");
    await fresh(page);
    equal((await textsOf(page, "#conversations .running")).length, 1);
    held.open();
    await page.waitForFunction(() => !document.querySelector("#conversations .running"));
    await page.click("#conversations a");
    await answered(page);
    equal(await textOf(page, ".assistant .text"), "Echo of slow");
  });
});

test("where the browser has no room the chat goes on, and the reader is told", (browser) =>
  atPage(browser, { fake: echo() }, async (page) => {
    await page.waitForSelector(".examples");
    await page.evaluate(() => {
      Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError");
      };
    });
    await say(page, "hello");
    await answered(page);
    equal(await textOf(page, ".assistant .text"), "Echo of hello");
    match(await textOf(page, "#notice"), /no room/);
    deepEqual(await titles(page), ["hello"]);
  }));

test("where the browser gives no storage at all, and where what it kept is spoilt, the page works", (browser) =>
  atPage(browser, { fake: echo() }, async (page, url) => {
    await page.evaluate(() => {
      localStorage.setItem("wick:/:chat:broken", "{");
      localStorage.setItem("wick:/:chat:other", '{"id":"other","turns":[{"role":"robot"}]}');
      localStorage.setItem("wick:/:settings", "17");
    });
    await page.goto(`${url}#broken`);
    await page.reload();
    await say(page, "one");
    await answered(page);
    deepEqual(await titles(page), ["one"]);
    await page.evaluateOnNewDocument(() => {
      const refuse = {
        get: () => {
          throw new DOMException("denied", "SecurityError");
        },
      };
      Object.defineProperty(globalThis, "localStorage", refuse);
      Object.defineProperty(globalThis, "sessionStorage", refuse);
    });
    await page.goto(url);
    await page.reload();
    await say(page, "two");
    await answered(page);
    deepEqual(await titles(page), ["two"]);
  }));

test("what another tab says appears in the list", (browser) =>
  atPage(browser, { fake: echo() }, async (page, url) => {
    await page.waitForSelector(".examples");
    const other = await page.browserContext().newPage();
    await other.goto(url);
    await say(other, "from elsewhere");
    await answered(other);
    await page.bringToFront();
    await page.waitForFunction(() =>
      document.querySelector("#conversations a")?.textContent === "from elsewhere"
    );
  }));

test("models with and without a chat template stand side by side, and a conversation opens with its own", (browser) => {
  const chat = echo();
  const story = new ScriptedModel(() => " and so on", { hasChatTemplate: false });
  return atPage(browser, { chat, story }, async (page) => {
    await say(page, "hello");
    await answered(page);
    await page.select("#model", "story");
    await page.waitForSelector(".examples");
    await say(page, "Once");
    await answered(page);
    equal(await textOf(page, ".passage:last-child span"), " and so on");
    equal(story.asked[0].text, "Once");
    await page.click("#conversations li:last-child a");
    await page.waitForSelector(".assistant .text");
    equal(await page.$eval("#model", (field) => (field as HTMLSelectElement).value), "chat");
  });
});

test("mounted under a path of another app the page finds its server, and keeps its own history", async (browser) => {
  const app = new Hono().route("/ai", wick({ models: { fake: echo() } }));
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => app.fetch(request),
  );
  await visit(browser, `http://127.0.0.1:${server.addr.port}/ai`, async (page) => {
    await say(page, "hello");
    await answered(page);
    ok(await page.evaluate(() => Object.keys(localStorage).every((key) => key.startsWith("wick:/ai/:"))));
  });
  await server.shutdown();
});
