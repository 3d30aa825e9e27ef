/// <reference lib="dom" />
/**
 * A real browser for the page: headless Chromium from the npm package for servers, and pages of it that are open at
 * a server.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";
import type { Browser, Page } from "npm:puppeteer-core@25.16.0";
import { type ServeOptions, wick } from "../../../src/serve/mod.ts";
import { cacheFolder, PACKAGE as CHROMIUM } from "../../device/webgpu/swiftshader.ts";

export type { Page } from "npm:puppeteer-core@25.16.0";

/** Not literals: without the packages, importing must fail at run time, where it can be told. */
const PUPPETEER = ["npm:puppeteer-core", "25.16.0"].join("@");
const AXE = ["npm:axe-core", "4.14.1"].join("@");

/** A browser, or the reason why there is none. */
export async function startBrowser(): Promise<Browser | { reason: string }> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    return { reason: `Chromium's package is for x64 Linux, this is ${Deno.build.arch} ${Deno.build.os}` };
  }
  try {
    const { launch } = await import(PUPPETEER);
    const args = [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-dev-shm-usage",
      "--hide-scrollbars",
      "--lang=en",
    ];
    return await launch({ executablePath: await executable(), headless: "shell", args });
  } catch (error) {
    return { reason: `needs a Chromium that starts: ${error instanceof Error ? error.message : error}` };
  }
}

/** Chromium, unpacked once. */
async function executable(): Promise<string> {
  const folder = `${cacheFolder()}/chromium-${CHROMIUM.split("@").at(-1)}`;
  const path = `${folder}/chromium`;
  if (existsSync(path)) return path;
  await import(CHROMIUM);
  const archive = new URL("../../bin/chromium.br", import.meta.resolve(CHROMIUM));
  Deno.mkdirSync(folder, { recursive: true });
  const part = Deno.makeTempFileSync({ dir: folder });
  Deno.writeFileSync(part, brotliDecompressSync(Deno.readFileSync(archive)));
  Deno.chmodSync(part, 0o755);
  Deno.renameSync(part, path);
  return path;
}

/** How a page is opened. */
export interface Opened extends Partial<ServeOptions> {
  width?: number;
  height?: number;
  dark?: boolean;
  /** Whether things may move [false]. */
  moving?: boolean;
  /** Errors of the console that the test brings about. */
  expects?: RegExp;
}

/** Runs `test` in a page of a fresh profile, open at a server with these models. */
export async function atPage(
  browser: Browser,
  models: ServeOptions["models"],
  test: (page: Page, url: string) => Promise<void>,
  { width, height, dark, moving, expects, ...options }: Opened = {},
): Promise<void> {
  const app = wick({ models, onError: () => {}, ...options });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => app.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}/`;
  try {
    await visit(browser, url, (page) => test(page, url), { width, height, dark, moving, expects });
  } finally {
    await server.shutdown();
  }
}

/** Runs `test` in a page of a fresh profile at `url`; what the page logs or asks of others is a fault. */
export async function visit(
  browser: Browser,
  url: string,
  test: (page: Page) => Promise<void>,
  { width = 1280, height = 800, dark = false, moving = false, expects = /status of 4/ }: Opened = {},
): Promise<void> {
  const context = await browser.createBrowserContext();
  const faults: string[] = [];
  const { origin } = new URL(url);
  try {
    for (const name of ["clipboard-read", "clipboard-write"]) {
      await context.setPermission(origin, { permission: { name }, state: "granted" });
    }
    const page = await context.newPage();
    page.setDefaultTimeout(10_000);
    const touch = width < 800;
    await page.setViewport({ width, height, hasTouch: touch, isMobile: touch });
    await paint(page, { dark, moving });
    page.on("pageerror", (error) => void faults.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error" && !expects.test(message.text())) faults.push(message.text());
    });
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== origin && !request.url().startsWith("data:")) {
        faults.push(`a request to ${request.url()}`);
      }
    });
    await page.goto(url);
    await test(page);
  } finally {
    await context.close();
  }
  if (faults.length > 0) throw new Error(`The page reported: ${faults.join("; ")}`);
}

/** Light or dark, at rest or moving, as a reader's system prefers. */
export async function paint(page: Page, { dark = false, moving = false }: Opened): Promise<void> {
  await page.emulateMediaFeatures([
    { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
    { name: "prefers-reduced-motion", value: moving ? "no-preference" : "reduce" },
  ]);
}

/**
 * Declares tests in a browser of their own. Where none starts they are skipped, with the reason; in CI that is a
 * failure.
 */
export async function browserTests(): Promise<
  (name: string, fn: (browser: Browser) => Promise<void>) => void
> {
  const browser = await startBrowser();
  if (!("reason" in browser)) {
    Deno.test.afterAll(() => browser.close());
    return (name, fn) =>
      Deno.test({ name, fn: () => fn(browser), sanitizeOps: false, sanitizeResources: false });
  }
  if (Deno.env.get("CI")) throw new Error(`CI must test the page: ${browser.reason}`);
  return (name) => Deno.test({ name: `${name} (skipped: ${browser.reason})`, ignore: true, fn: () => {} });
}

/** The violations that axe finds, each with where. */
export async function violations(page: Page): Promise<string[]> {
  const { default: axe } = await import(AXE);
  await page.evaluate(axe.source);
  return await page.evaluate(async () => {
    // deno-lint-ignore no-explicit-any
    const { violations } = await (globalThis as any).axe.run({ resultTypes: ["violations"] });
    // deno-lint-ignore no-explicit-any
    return violations.flatMap(({ id, nodes }: any) =>
      // deno-lint-ignore no-explicit-any
      nodes.map((node: any) => `${id}: ${node.target.join(" ")} (${node.failureSummary})`)
    );
  });
}

/** Writes into the field and sends it. */
export async function say(page: Page, text: string): Promise<void> {
  await page.waitForSelector("#go:not([disabled]):not([hidden])");
  await page.type("#prompt", text);
  await page.keyboard.press("Enter");
}

/** Waits until no answer is under way and at least one is there. */
export async function answered(page: Page): Promise<void> {
  await page.waitForSelector("#go:not([disabled]):not([hidden])");
  await page.waitForSelector("footer .row");
}

/** The text of an element as the reader sees it. */
export function textOf(page: Page, selector: string): Promise<string> {
  return page.$eval(selector, (element) => (element as unknown as { innerText: string }).innerText);
}

/** The texts of all such elements. */
export function textsOf(page: Page, selector: string): Promise<string[]> {
  return page.$$eval(selector, (all) => all.map((element) => element.textContent ?? ""));
}

/** Presses the button of this name. */
export async function press(page: Page, label: string): Promise<void> {
  await page.locator(`aria/${label}[role="button"]`).click();
}
