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
import { FakeModel } from "../fake_model.ts";

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
  /** The path under which the app stands ["/"]. */
  hash?: string;
}

/** Runs `test` in a page of a fresh profile, open at a server with these models; anything the page logs is a fault. */
export async function atPage(
  browser: Browser,
  models: ServeOptions["models"],
  test: (page: Page, url: string) => Promise<void>,
  { width = 1280, height = 800, dark = false, hash = "", ...options }: Opened = {},
): Promise<void> {
  const app = wick({ models, onError: () => {}, ...options });
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    (request) => app.fetch(request),
  );
  const url = `http://127.0.0.1:${server.addr.port}/`;
  const context = await browser.createBrowserContext();
  const faults: string[] = [];
  try {
    await context.setPermission(new URL(url).origin, {
      permission: { name: "clipboard-write" },
      state: "granted",
    });
    const page = await context.newPage();
    await page.setViewport({ width, height });
    await page.emulateMediaFeatures([
      { name: "prefers-color-scheme", value: dark ? "dark" : "light" },
      { name: "prefers-reduced-motion", value: "reduce" },
    ]);
    page.on("pageerror", (error) => void faults.push(String(error)));
    page.on(
      "console",
      (m) => m.type() === "error" && !/status of [45]/.test(m.text()) && faults.push(m.text()),
    );
    page.on("request", (request) => {
      const own = request.url().startsWith(url) || request.url().startsWith("data:");
      if (!own) faults.push(`a request to ${request.url()}`);
    });
    await page.goto(url + hash);
    await test(page, url);
  } finally {
    await context.close();
    await server.shutdown();
  }
  if (faults.length > 0) throw new Error(`The page reported: ${faults.join("; ")}`);
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

/** A model whose only use is to be there. */
export const idle = (): FakeModel => new FakeModel();
