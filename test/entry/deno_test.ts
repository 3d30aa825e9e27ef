import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import "../../src/entry/deno.ts";
import { files, platform } from "../../src/entry/platform.ts";

async function inFolder(fn: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await fn(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a file is read at any offset, into a view of WASM memory", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(`${folder}/a`, Uint8Array.from({ length: 100 }, (_, i) => i));
    const file = await files("test").open(`${folder}/a`);
    const view = new Uint8Array(new WebAssembly.Memory({ initial: 1 }).buffer, 1000, 20);
    equal(file.size, 100);
    equal(await file.readInto(50, view), 20);
    deepEqual([...view], Array.from({ length: 20 }, (_, i) => 50 + i));
    equal(await file.readInto(95, view), 5);
    equal(await file.readInto(500, view), 0);
    file.close();
  }));

Deno.test("files are appended to, truncated, renamed, removed and told in Wick's errors", () =>
  inFolder(async (folder) => {
    const access = files("test");
    const path = `${folder}/new/folder/a`;
    for (const truncate of [false, false, true]) {
      const file = await access.append(path, { truncate });
      await file.write(new TextEncoder().encode("ab"));
      await file.close();
      equal(await access.readText(path), truncate ? "ab" : (await access.size(path)) === 2 ? "ab" : "abab");
    }
    await access.rename(path, `${folder}/b`);
    equal(await access.size(path), undefined);
    equal(await access.size(`${folder}/b`), 2);
    await access.remove(`${folder}/b`);
    await access.remove(`${folder}/b`);
    equal(await access.readText(`${folder}/b`), undefined);
    await rejects(access.open(`${folder}/b`), { code: "NOT_FOUND" });
    await rejects(access.open(folder), { code: "INVALID_ARGUMENT", message: /got a folder/ });
    if (Deno.build.os !== "windows") {
      await new Deno.Command("mkfifo", { args: [`${folder}/pipe`] }).output();
      await rejects(access.open(`${folder}/pipe`), { code: "INVALID_ARGUMENT", message: /got a pipe/ });
    }
    await rejects(access.rename(`${folder}/b`, path), { code: "NOT_FOUND" });
  }));

Deno.test("a lock is held by one at a time", () =>
  inFolder(async (folder) => {
    const release = await files("test").lock(`${folder}/lock`);
    equal(await files("test").lock(`${folder}/lock`), undefined);
    release!();
    (await files("test").lock(`${folder}/lock`))!();
  }));

Deno.test("under steady work a client's leaving is noticed within a few yields", async () => {
  const { promise: noticed, resolve } = Promise.withResolvers<number>();
  const { promise: connected, resolve: connect } = Promise.withResolvers<Deno.TcpConn>();
  const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: () => {} }, async ({ signal }) => {
    const client = await connected;
    for (let slices = 0;; slices++) {
      const start = performance.now();
      while (performance.now() - start < 20);
      if (slices === 5) client.close();
      if (signal.aborted) resolve(slices - 5);
      if (signal.aborted || slices === 100) return new Response();
      await platform().yield();
    }
  });
  const client = await Deno.connect({ hostname: "127.0.0.1", port: server.addr.port });
  connect(client);
  await client.write(new TextEncoder().encode("GET / HTTP/1.1\r\nhost: here\r\n\r\n"));
  const slices = await noticed;
  ok(slices <= 5, `noticed after ${slices} slices of 20 ms`);
  await server.shutdown();
});

Deno.test("the yield lets timers run, and the rest can be told", async () => {
  let fired = false;
  const timer = setTimeout(() => fired = true, 0);
  for (let i = 0; i < 10_000 && !fired; i++) await platform().yield();
  clearTimeout(timer);
  equal(fired, true);
  equal(platform().name, "deno");
  equal(platform().env("WICK_NO_SUCH_VARIABLE"), undefined);
  equal(platform().peakRss()! > 1 << 20, true);
});

Deno.test("yields leave nothing behind", async () => {
  const rss = () => Deno.memoryUsage().rss;
  const yields = async (n: number) => {
    for (let i = 0; i < n; i++) await platform().yield();
  };
  await yields(5_000);
  const before = rss();
  await yields(10_000); // a port left open keeps some 5 KB: 50 MB
  ok(rss() - before < 20e6, `${(rss() - before) / 1e6} MB more after 10000 yields`);
});

Deno.test("the yield lets a signal in within a few turns of steady work", async () => {
  let turns = 0, sent: number | undefined, heard: number | undefined;
  const listener = () => heard = turns;
  Deno.addSignalListener("SIGUSR2", listener);
  try {
    while (heard === undefined && turns < 400) {
      for (const end = performance.now() + 1; performance.now() < end;);
      if (turns === 50) {
        Deno.kill(Deno.pid, "SIGUSR2");
        sent = turns;
      }
      turns++;
      await platform().yield();
    }
  } finally {
    Deno.removeSignalListener("SIGUSR2", listener);
  }
  ok(heard! - sent! <= 16, `heard after ${heard! - sent!} turns`);
});
