import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { wick } from "../../../src/serve/mod.ts";
import { repositoryPath } from "../../shared.ts";
import { FakeModel } from "../fake_model.ts";

const app = wick({ models: { fake: new FakeModel() }, apiKeys: ["secret"] });
const response = await app.request("/");
const html = await response.text();
const inline = (tag: string) => new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`).exec(html)![1];

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
}

Deno.test("the page allows its own style and script by hash, and nothing else", async () => {
  const policy = response.headers.get("content-security-policy")!;
  match(response.headers.get("content-type")!, /^text\/html/);
  match(policy, /default-src 'none'/);
  match(policy, /require-trusted-types-for 'script'; trusted-types 'none'/);
  doesNotMatch(policy, /unsafe/);
  ok(policy.includes(`script-src ${await hash(inline("script"))}`));
  ok(policy.includes(`style-src ${await hash(inline("style"))}`));
  doesNotMatch(html, / style=| on\w+=/);
});

Deno.test("the page is under 60 KB, with all that it needs inside", () => {
  const size = new TextEncoder().encode(html).length;
  ok(size < 60_000, `${size} bytes`);
  const ours = html.replaceAll("http://www.w3.org/2000/svg", "");
  doesNotMatch(ours.replace("<!doctype html>", ""), /\bsrc=|@import|url\((?!#)|<link rel="(?!icon)/);
  doesNotMatch(
    inline("script"),
    /innerHTML|insertAdjacentHTML|document\.write|outerHTML|\beval\(|new Function/,
  );
});

Deno.test("who has the page already gets 304, and a HEAD its headers", async () => {
  const etag = response.headers.get("etag")!;
  match(etag, /^"[\w+/]{32}"$/);
  equal(response.headers.get("cache-control"), "no-cache");
  for (const known of [etag, `W/${etag}`, `"other", ${etag}`]) {
    const again = await app.request("/", { headers: { "if-none-match": known } });
    deepEqual([again.status, again.headers.get("etag"), await again.text()], [304, etag, ""]);
  }
  equal((await app.request("/", { headers: { "if-none-match": '"other"' } })).status, 200);
  const head = await app.request("/", { method: "HEAD" });
  deepEqual([head.status, await head.text()], [200, ""]);
});

Deno.test("every element that the script asks for is there", async () => {
  const folder = repositoryPath("src/serve/page/client");
  const ids = new Set<string>();
  for await (const { name } of Deno.readDir(folder)) {
    if (!name.endsWith(".ts")) continue;
    const source = await Deno.readTextFile(`${folder}/${name}`);
    for (const [, id] of source.matchAll(/\bfind(?:<\w+>)?\("([\w-]+)"\)/g)) ids.add(id);
    for (const [, id] of source.matchAll(/\b(?:icon|button)\("([\w-]+)"/g)) ids.add(`i-${id}`);
  }
  ok(ids.size > 25);
  ids.delete("gate"); // made by the script
  deepEqual([...ids].filter((id) => !html.includes(`id="${id}"`)), []);
});

Deno.test("`wick serve` sends the same page, and 304 to who has it", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", repositoryPath("src/cli/main.ts"), "serve", "--port", "0", "--json"],
    stdout: "piped",
    stderr: "null",
  }).spawn();
  try {
    const lines = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const { value } = await lines.read();
    const { url } = JSON.parse(value!);
    const served = await fetch(url);
    equal(await served.text(), html);
    for (const name of ["content-security-policy", "etag"]) {
      equal(served.headers.get(name), response.headers.get(name));
    }
    const again = await fetch(url, { headers: { "if-none-match": served.headers.get("etag")! } });
    deepEqual([again.status, await again.text()], [304, ""]);
    await lines.cancel();
  } finally {
    child.kill();
    await child.status;
  }
});
