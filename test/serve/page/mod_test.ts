import { deepEqual, doesNotMatch, equal, match, ok } from "node:assert/strict";
import { wick } from "../../../src/serve/mod.ts";
import { script } from "../../../src/serve/page/script.ts";
import { style } from "../../../src/serve/page/style.ts";
import { FakeModel } from "../fake_model.ts";

const response = await wick({ models: { fake: new FakeModel() } }).request("/");
const html = await response.text();

async function hash(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `'sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}'`;
}

Deno.test("the page allows its own style and script by hash, and nothing else", async () => {
  const policy = response.headers.get("content-security-policy")!;
  match(response.headers.get("content-type")!, /^text\/html/);
  match(policy, /default-src 'none'/);
  doesNotMatch(policy, /unsafe/);
  const inline = (tag: string) => new RegExp(`<${tag}[^>]*>([^]*?)</${tag}>`).exec(html)![1];
  ok(policy.includes(`script-src ${await hash(inline("script"))}`));
  ok(policy.includes(`style-src ${await hash(inline("style"))}`));
});

Deno.test("the page loads nothing from elsewhere and writes no markup from text", () => {
  doesNotMatch(html.replace("<!doctype html>", ""), /https?:|\bsrc=|@import|url\(/);
  doesNotMatch(script, /innerHTML|insertAdjacent|document\.write|outerHTML|eval\(/);
  doesNotMatch(script, /`|<\/script/);
  doesNotMatch(style, /<\/style/);
});

Deno.test("the page's script parses, and every element that it asks for is there and labelled", () => {
  new Function(`return async () => { ${script} }`);
  const ids = [...script.matchAll(/find\("(\w+)"\)/g)].map(([, id]) => id);
  ok(ids.length > 10);
  deepEqual(ids.filter((id) => !html.includes(`id="${id}"`)), []);
  for (const [field, id] of html.matchAll(/<(?:input|textarea|select) id="(\w+)"/g)) {
    const labelled = html.includes(`for="${id}"`) || new RegExp(`<label>[^<]+<input id="${id}"`).test(html);
    ok(labelled, field);
  }
  equal((html.match(/aria-live/g) ?? []).length, 1);
});
