import { deepEqual, equal, rejects } from "node:assert/strict";
import { createHash } from "node:crypto";
import "../../src/entry/deno.ts";
import { openGguf } from "../../src/formats/gguf.ts";
import { download, type DownloadProgress } from "../../src/hub/download.ts";
import { siblingsOf, toSource } from "../../src/hub/source.ts";
import { writeGguf } from "../formats/gguf_writer.ts";
import { noise, serveFile, type Serving } from "./file_server.ts";

const bytes = noise(300_000);
const sha256 = createHash("sha256").update(bytes).digest("hex");
const patient = { retryMs: 1 };

/** Runs `fn` with an empty cache folder and environment variables that are put back afterwards. */
async function withCache(
  fn: (folder: string) => Promise<void>,
  env: Record<string, string> = {},
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const changes = { WICK_CACHE: folder, ...env };
  const before = Object.keys(changes).map((name) => [name, Deno.env.get(name)] as const);
  try {
    for (const [name, value] of Object.entries(changes)) Deno.env.set(name, value);
    await fn(folder);
  } finally {
    for (const [name, value] of before) {
      value === undefined ? Deno.env.delete(name) : Deno.env.set(name, value);
    }
    await Deno.remove(folder, { recursive: true });
  }
}

/** All files below a folder that are not locks, without the host's folder. */
function filesIn(folder: string): string[] {
  const found: string[] = [];
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) found.push(...filesIn(`${folder}/${name}`));
    else if (!name.endsWith(".lock")) found.push(name);
  }
  return found.sort();
}

Deno.test("download() brings a file, tells its progress, and brings it once", () =>
  withCache(async (folder) => {
    await using server = serveFile({ bytes, etag: "a" });
    const seen: DownloadProgress[] = [];
    const path = await download(`${server.url}/a/model.gguf`, {
      onProgress: (progress) => seen.push(progress),
    });
    deepEqual(await Deno.readFile(path), bytes);
    deepEqual(filesIn(folder), ["model.gguf", "model.gguf.json"]);
    const name = `${server.url}/a/model.gguf`;
    deepEqual(seen.at(-1), { name, received: bytes.length, total: bytes.length, file: 1, files: 1 });
    equal(seen.every(({ received }, i) => i === 0 || received > seen[i - 1].received), true);
    equal(await download(`${server.url}/a/model.gguf`), path);
    deepEqual(server.seen.map(({ method }) => method), ["GET", "HEAD"]);
  }));

Deno.test("download() goes on within one call after broken connections", () =>
  withCache(async () => {
    await using server = serveFile({ bytes, etag: "a", cut: 100_000 });
    const path = await download(`${server.url}/model.gguf`, { ...patient, retries: 0 }).catch(() => "");
    equal(path, "");
    deepEqual(await Deno.readFile(await download(`${server.url}/model.gguf`, patient)), bytes);
    equal(server.seen.filter(({ range }) => range !== null).length >= 2, true);
  }));

Deno.test("download() begins anew where the server has no ranges, and gives up where that never ends", () =>
  withCache(async (folder) => {
    const serving: Serving = { bytes, etag: "a", ranges: false, cut: 100_000, cuts: 2 };
    await using server = serveFile(serving);
    deepEqual(await Deno.readFile(await download(`${server.url}/model.gguf`, patient)), bytes);
    equal(server.seen.length, 3);
    Object.assign(serving, { cut: 100_000, cuts: undefined });
    await rejects(download(`${server.url}/other.gguf`, { ...patient, retries: 3 }), {
      code: "SOURCE_FAILED",
    });
    equal(filesIn(folder).includes("other.gguf"), false);
  }));

Deno.test("download() leaves a partial file at an abort, and goes on with it", () =>
  withCache(async (folder) => {
    // slow enough that a busy machine still sees the pieces one by one
    const serving: Serving = { bytes, etag: "a", delay: 40 };
    await using server = serveFile(serving);
    const stop = new AbortController();
    const onProgress = ({ received }: DownloadProgress) => received > 100_000 && stop.abort();
    await rejects(download(`${server.url}/model.gguf`, { signal: stop.signal, onProgress }), {
      code: "ABORTED",
    });
    deepEqual(filesIn(folder), ["model.gguf.partial", "model.gguf.partial.json"]);
    deepEqual(await Deno.readFile(await download(`${server.url}/model.gguf`)), bytes);
    deepEqual(filesIn(folder), ["model.gguf", "model.gguf.json"]);
    equal(Number(/bytes=(\d+)-/.exec(server.seen[1].range!)![1]) > 100_000, true);
  }));

Deno.test("download() does not join halves of two versions", () =>
  withCache(async () => {
    const other = noise(250_000).reverse();
    // Without an etag in answers If-Range cannot hold, and the size alone tells.
    const later: Partial<Serving>[] = [{ etag: "b" }, { etag: undefined }, {
      etag: "b",
      ignoresIfRange: true,
    }];
    for (const change of later) {
      const serving: Serving = { bytes, etag: "a", cut: 100_000 };
      await using server = serveFile(serving);
      await rejects(download(`${server.url}/model.gguf`, { ...patient, retries: 0 }), {
        code: "SOURCE_FAILED",
      });
      Object.assign(serving, { bytes: other, cut: undefined, ...change });
      deepEqual(await Deno.readFile(await download(`${server.url}/model.gguf`, patient)), other);
    }
  }));

Deno.test("download() brings a new version, and is content with the old one when the server is gone", () =>
  withCache(async () => {
    const serving: Serving = { bytes, etag: "a" };
    const server = serveFile(serving);
    const url = `${server.url}/model.gguf`;
    const path = await download(url);
    Object.assign(serving, { bytes: bytes.slice(0, 999), etag: "b" });
    equal(await download(url), path);
    equal((await Deno.stat(path)).size, 999);
    serving.status = 500;
    equal(await download(url), path);
    await server[Symbol.asyncDispose]();
    equal(await download(url), path);
  }));

Deno.test("download() brings a file again that was cut on the disk", () =>
  withCache(async () => {
    await using server = serveFile({ bytes, etag: "a" });
    const path = await download(`${server.url}/model.gguf`);
    await Deno.truncate(path, 1000);
    await download(`${server.url}/model.gguf`);
    deepEqual(await Deno.readFile(path), bytes);
  }));

for (const [status, code] of [[404, "NOT_FOUND"], [403, "ACCESS_DENIED"], [500, "SOURCE_FAILED"]] as const) {
  Deno.test(`download() tells status ${status} and leaves nothing`, () =>
    withCache(async (folder) => {
      await using server = serveFile({ bytes, status });
      await rejects(download(`${server.url}/model.gguf`, { ...patient, retries: 1 }), { code });
      deepEqual(filesIn(folder), []);
    }));
}

Deno.test("two downloads of one file at a time give one request and one whole file", () =>
  withCache(async () => {
    await using server = serveFile({ bytes, etag: "a", delay: 2 });
    const url = `${server.url}/model.gguf`;
    const paths = await Promise.all([download(url), download(url), download(url)]);
    equal(new Set(paths).size, 1);
    deepEqual(await Deno.readFile(paths[0]), bytes);
    deepEqual(server.seen.map(({ method }) => method).sort(), ["GET", "HEAD", "HEAD"]);
  }));

/** A hub that redirects to a server of bytes under another name, as Hugging Face does. */
async function withHub(
  file: Serving,
  linked: Record<string, string>,
  fn: (hub: ReturnType<typeof serveFile>, far: ReturnType<typeof serveFile>, folder: string) => Promise<void>,
): Promise<void> {
  await using far = serveFile(file);
  const redirect = far.url.replace("127.0.0.1", "localhost") + "/blob?signature=s";
  await using hub = serveFile({ bytes, redirect, headers: { "x-repo-commit": "c0ffee", ...linked } });
  await withCache((folder) => fn(hub, far, folder), { HF_ENDPOINT: hub.url, HF_TOKEN: "hf_secret" });
}

const linked = { "x-linked-etag": `"${sha256}"`, "x-linked-size": String(bytes.length) };

Deno.test("download() takes hub references: the token stays on the hub, the hash is checked", () =>
  withHub({ bytes, etag: "of the far server" }, linked, async (hub, far, folder) => {
    const path = await download("hf:owner/repo/sub/model.gguf@v1");
    deepEqual(await Deno.readFile(path), bytes);
    equal(path.startsWith(folder) && path.endsWith("owner/repo/resolve/v1/sub/model.gguf"), true);
    deepEqual(hub.seen.map(({ path, authorization }) => [path, authorization]), [
      ["/owner/repo/resolve/v1/sub/model.gguf", "Bearer hf_secret"],
    ]);
    deepEqual(far.seen.map(({ authorization }) => authorization), [null]);
    await download("hf:owner/repo/sub/model.gguf@v1");
    deepEqual(far.seen.map(({ method }) => method), ["GET", "HEAD"]);
  }));

Deno.test("download() asks the hub no more once a commit's file is there", () =>
  withHub({ bytes }, linked, async (hub) => {
    const reference = `hf:owner/repo/model.gguf@${"0123456789".repeat(4)}`;
    await download(reference);
    await download(reference);
    equal(hub.seen.length, 1);
  }));

Deno.test("download() resumes behind a redirect by the hub's hash", () =>
  withHub({ bytes, etag: "far", cut: 120_000 }, linked, async (_, far) => {
    deepEqual(await Deno.readFile(await download("hf:owner/repo/model.gguf", patient)), bytes);
    equal(far.seen.length, 3);
    equal(far.seen[2].range !== null, true);
  }));

Deno.test("download() refuses a file of the wrong hash or size, and keeps nothing of it", async () => {
  const wrong: [Serving, Record<string, string>, RegExp][] = [
    [{ bytes: bytes.slice().reverse() }, linked, /SHA-256/],
    [{ bytes, chunked: true }, { ...linked, "x-linked-size": "299999" }, /299999 bytes/],
  ];
  for (const [file, headers, message] of wrong) {
    await withHub(file, headers, async (_hub, _far, folder) => {
      await rejects(download("hf:owner/repo/model.gguf", patient), { code: "INTEGRITY_FAILED", message });
      deepEqual(filesIn(folder), []);
    });
  }
  await withHub({ bytes, chunked: true }, { ...linked, "x-linked-size": "300001" }, async () => {
    const failed = { code: "SOURCE_FAILED", message: /ended at byte 300000 of 300001/ };
    await rejects(download("hf:owner/repo/model.gguf", { ...patient, retries: 1 }), failed);
  });
});

Deno.test("toSource() streams a hub reference without the disk", () =>
  withHub({ bytes }, linked, async (_hub, _far, folder) => {
    const source = await toSource("hf:owner/repo/model.gguf");
    const into = new Uint8Array(bytes.length);
    equal(await source.readInto(0, into), bytes.length);
    deepEqual(into, bytes);
    source.close();
    deepEqual(filesIn(folder), []);
  }));

Deno.test("download() brings all shards, and the first one opens them", () =>
  withCache(async () => {
    const keys = { "split.count": { type: "u16", value: 2 } } as const;
    const shards = [0, 1].map((i) =>
      writeGguf({ ...keys, "split.no": { type: "u16", value: i } }, [
        { name: `t${i}`, shape: [8], type: "f32", data: new Uint8Array(32) },
      ])
    );
    const serving: Serving = { bytes: shards[0] };
    await using server = serveFile(serving);
    const onProgress = ({ file, files, received, total }: DownloadProgress) => {
      equal(files, 2);
      if (file === 1 && received === total) serving.bytes = shards[1];
    };
    const path = await download(`${server.url}/m-00001-of-00002.gguf`, { onProgress });
    deepEqual(server.seen.map(({ path }) => path), ["/m-00001-of-00002.gguf", "/m-00002-of-00002.gguf"]);
    using gguf = await openGguf(await toSource(path), { siblings: siblingsOf(path) });
    deepEqual([...gguf.tensors.keys()], ["t0", "t1"]);
  }));
