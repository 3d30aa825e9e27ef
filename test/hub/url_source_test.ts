import { deepEqual, doesNotMatch, equal, match, ok, rejects } from "node:assert/strict";
import "../../src/entry/deno.ts";
import { WickError } from "../../src/error.ts";
import { openGguf } from "../../src/formats/gguf.ts";
import { siblingsOf, type Source, toSource } from "../../src/hub/source.ts";
import { openUrl } from "../../src/hub/url_source.ts";
import { sampleGguf } from "../formats/gguf_samples.ts";
import { noise, serveFile, type Serving } from "./file_server.ts";

const bytes = noise(600_000);
const patient = { retryMs: 1 };

Deno.test("openUrl() reads ranges, and one request serves all reads that go forward", async () => {
  await using server = serveFile({ bytes, etag: "a" });
  const source = await openUrl(`${server.url}/model.gguf?secret=1`, patient);
  equal(source.name, `${server.url}/model.gguf`);
  equal(source.size, bytes.length);
  await check(source, 0, 65536);
  await check(source, 500_000, 100);
  source.readAhead?.();
  for (let offset = 70_000; offset + 20_000 < bytes.length; offset += 25_000) {
    await check(source, offset, 20_000);
  }
  source.close();
  deepEqual(server.seen.map(({ range }) => range), ["bytes=0-65535", "bytes=500000-500099", "bytes=70000-"]);
});

Deno.test("openUrl() reads a server without ranges as a stream", async () => {
  await using server = serveFile({ bytes, ranges: false });
  const source = await openUrl(server.url, patient);
  deepEqual([source.sequential, source.size], [true, bytes.length]);
  await check(source, 100, 70_000);
  await check(source, 500_000, 100_000);
  source.close();
  equal(server.seen.length, 1);
});

Deno.test("openUrl() goes on after broken connections, and gives up when none holds", async () => {
  const serving: Serving = { bytes, etag: "a", cut: 100_000 };
  await using server = serveFile(serving);
  const source = await openUrl(server.url, { ...patient, retries: 1 });
  source.readAhead?.();
  await check(source, 0, bytes.length);
  equal(server.seen.length > 5, true);
  serving.cut = 0;
  await rejects(async () => await source.readInto(7, new Uint8Array(9)), {
    code: "SOURCE_FAILED",
    message: /connection must hold.*2 times/,
  });
  source.close();
});

Deno.test("openUrl() says why no connection was made, whom it was to, and no secret", async () => {
  const { port } = closedPort();
  const cases: [string, RegExp][] = [
    [`http://127.0.0.1:${port}/m.gguf?secret=1`, /Connection refused/],
    [`https://127.0.0.1:${port}/m.gguf?secret=1`, /Connection refused/],
    ["http://user:secret@no-such-host.invalid/m.gguf", /dns error/],
  ];
  for (const [url, reason] of cases) {
    await rejects(openUrl(url, { ...patient, retries: 0 }), (error) => {
      ok(error instanceof WickError);
      equal(error.code, "SOURCE_FAILED");
      const { protocol, host, pathname } = new URL(url);
      ok(error.message.includes(`Cannot open ${protocol}//${host}${pathname}: `), error.message);
      match(error.message, reason);
      doesNotMatch(error.message, /secret/);
      return true;
    });
  }
});

Deno.test("openUrl() says that a server speaks no TLS, and which variable names a proxy", async () => {
  await using server = serveFile({ bytes });
  const url = server.url.replace("http:", "https:");
  await rejects(openUrl(url, { ...patient, retries: 0 }), { message: /fetch failed: .*corrupt message/ });
  const platform = Object.getOwnPropertyDescriptor(Deno.env, "get")!;
  const get = Deno.env.get.bind(Deno.env);
  Deno.env.get = (name) => name === "https_proxy" ? "http://127.0.0.1:1" : get(name);
  try {
    await rejects(openUrl(url, { ...patient, retries: 0 }), { message: /https_proxy names a proxy/ });
  } finally {
    Object.defineProperty(Deno.env, "get", platform);
  }
});

/** A port that nothing listens on. */
function closedPort(): { port: number } {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  listener.close();
  return { port: (listener.addr as Deno.NetAddr).port };
}

Deno.test("openUrl() tells a file that changes while it is read", async () => {
  for (const change of [{ etag: "b" }, { bytes: noise(500_000) }, { ranges: false }]) {
    const serving: Serving = { bytes, etag: "a" };
    await using server = serveFile(serving);
    const source = await openUrl(server.url, patient);
    Object.assign(serving, change);
    await rejects(async () => await source.readInto(100_000, new Uint8Array(10)), {
      code: "SOURCE_FAILED",
      message: /must stay the same/,
    });
    source.close();
  }
});

for (
  const [status, code] of [[404, "NOT_FOUND"], [403, "ACCESS_DENIED"], [401, "ACCESS_DENIED"], [
    400,
    "SOURCE_FAILED",
  ], [503, "SOURCE_FAILED"]] as const
) {
  Deno.test(`openUrl() tells status ${status} as ${code}`, async () => {
    await using server = serveFile({ bytes, status });
    await rejects(openUrl(server.url, { ...patient, retries: 2 }), {
      code,
      message: new RegExp(String(status)),
    });
    equal(server.seen.length, status === 503 ? 3 : 1);
  });
}

Deno.test("openUrl() tells a server that is not there, and one that says nothing", async () => {
  await rejects(openUrl("http://127.0.0.1:1/x.gguf", { ...patient, retries: 1 }), { code: "SOURCE_FAILED" });
  await rejects(openUrl("ftp://x.y/z.gguf"), { code: "INVALID_ARGUMENT" });
  await using server = serveFile({ bytes, delay: 60 });
  const source = await openUrl(server.url, { retryMs: 1, retries: 1, idleMs: 20 });
  await rejects(async () => await source.readInto(0, new Uint8Array(9)), {
    code: "SOURCE_FAILED",
    message: /20 ms/,
  });
  source.close();
});

Deno.test("openUrl() stops at an abort", async () => {
  await using server = serveFile({ bytes, delay: 20 });
  const stop = new AbortController();
  const source = await openUrl(server.url, { signal: stop.signal });
  setTimeout(() => stop.abort(), 30);
  await rejects(async () => await source.readInto(0, new Uint8Array(bytes.length)), { code: "ABORTED" });
  source.close();
});

Deno.test("openUrl() reads an empty file", async () => {
  await using server = serveFile({ bytes: new Uint8Array(0) });
  await rejects(openGguf(await openUrl(server.url)), {
    code: "CORRUPT_FILE",
    message: /needs 4 bytes, got 0/,
  });
});

Deno.test("openUrl() follows redirects and leaves the token behind", async () => {
  const headers = { authorization: "Bearer secret" };
  await using far = serveFile({ bytes });
  const redirect = far.url.replace("127.0.0.1", "localhost") + "/far";
  await using near = serveFile({ bytes, redirect });
  const source = await openUrl(near.url, { headers });
  await check(source, 10, 100);
  source.close();
  deepEqual(near.seen.map(({ authorization }) => authorization), ["Bearer secret"]);
  deepEqual(far.seen.map(({ authorization, path }) => [authorization, path]), [[null, "/far"]]);
  await using circle = serveFile({ bytes, redirect: "/again" });
  await rejects(openUrl(circle.url), { code: "SOURCE_FAILED", message: /at most 8 redirects/ });
});

Deno.test("openGguf() over a URL reads only the header until a tensor is asked for", async () => {
  const file = sampleGguf({ alignment: 1 << 17 });
  await using server = serveFile({ bytes: file });
  using gguf = await openGguf(await toSource(server.url), { siblings: siblingsOf(server.url) });
  deepEqual(server.seen.map(({ range }) => range), ["bytes=0-65535"]);
  for (const tensor of gguf.tensors.values()) {
    const into = new Uint8Array(tensor.bytes);
    await gguf.read(tensor, 0, into);
    deepEqual(into, file.slice(tensor.offset, tensor.offset + tensor.bytes));
  }
  equal(server.seen.length, 2);
});

async function check(source: Source, offset: number, length: number): Promise<void> {
  const into = new Uint8Array(length);
  equal(await source.readInto(offset, into), length);
  deepEqual(into, bytes.slice(offset, offset + length));
}
