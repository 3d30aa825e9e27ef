import { deepEqual, equal, ok } from "node:assert/strict";
import { repositoryPath } from "../shared.ts";
import { FileServer, spawn } from "./process.ts";

const model = repositoryPath("models/wick-stories.gguf");
const line = (url: string) => ["run", "Once", "--max-tokens", "2", "--temperature", "0", "--json", "-m", url];

/** The finished models below a folder: what no download has left half. */
async function finished(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) found.push(...await finished(`${folder}/${name}`));
    else if (name.endsWith(".gguf")) found.push(name);
  }
  return found;
}

Deno.test("a download that Ctrl-C breaks off leaves no file in place and is resumed", async () => {
  const bytes = await Deno.readFile(model);
  const env = { WICK_CACHE: await Deno.makeTempDir() };
  await using slow = new FileServer(bytes, 4e6);
  const url = slow.url("stories.gguf");
  const interrupt = async (kill: (signal: Deno.Signal) => void) => {
    while (slow.sent < 1_000_000) await new Promise((resolve) => setTimeout(resolve, 20));
    kill("SIGINT");
  };
  const broken = await spawn(line(url), { env, onStart: interrupt });
  equal(broken.code, 130, broken.stderr);
  deepEqual(await finished(env.WICK_CACHE), []);
  const before = slow.sent;
  ok(before < bytes.length);
  const whole = await spawn(line(url), { env });
  equal(whole.code, 0, whole.stderr);
  ok(slow.requests.some(({ range }) => /^bytes=[1-9]\d*-/.test(range ?? "")), "it went on where it was");
  equal((await finished(env.WICK_CACHE)).length, 1);
  const sent = slow.sent;
  const cached = await spawn(line(url), { env });
  equal(cached.code, 0, cached.stderr);
  equal(slow.sent, sent, "what is there is not sent again");
  equal(JSON.parse(cached.stdout).text, JSON.parse(whole.stdout).text);
  await Deno.remove(env.WICK_CACHE, { recursive: true });
});
