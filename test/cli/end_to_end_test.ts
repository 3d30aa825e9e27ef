import { deepEqual, equal, match, ok } from "node:assert/strict";
import { repositoryPath } from "../shared.ts";
import { FileServer, spawn } from "./process.ts";

const model = repositoryPath("models/wick-stories.gguf");
const greedy = ["--temperature", "0", "--max-tokens", "12"];

Deno.test("run writes the same text streamed and as JSON, with figures that hang together", async () => {
  const prompt = "Once upon a time";
  const streamed = await spawn(["run", prompt, ...greedy]);
  equal(streamed.code, 0, streamed.stderr);
  match(
    streamed.stderr,
    /^12 tokens · [\d.]+ tok\/s · prompt \d+ tokens in .* · loaded in .* · memory .* MB, process .* MB at most\n$/,
  );
  const { code, stdout, stderr } = await spawn(["run", "-", ...greedy, "--json", "--logprobs", "2"], {
    stdin: prompt,
  });
  equal(code, 0, stderr);
  equal(stderr, "");
  const { text, ids, finishReason, usage, timing, memory, logprobs, ...rest } = JSON.parse(stdout);
  deepEqual(rest, {});
  equal(text + "\n", streamed.stdout);
  equal(ids.length, 12);
  equal(finishReason, "length");
  deepEqual(usage, { promptTokens: 5, completionTokens: 12 });
  equal(Object.keys(timing).join(), "loadMs,prefillMs,decodeMs,prefillTokensPerSecond,decodeTokensPerSecond");
  ok(Object.values(timing).every((figure) => (figure as number) > 0));
  equal(Object.keys(memory).join(), "weights,kvCache,scratch,peakRss");
  ok(memory.peakRss > memory.weights + memory.kvCache + memory.scratch);
  deepEqual(logprobs.map(({ id }: { id: number }) => id), ids);
  ok(
    logprobs.every(({ id, top }: { id: number; top: { id: number }[] }) =>
      top.length === 2 && top[0].id === id
    ),
  );
});

Deno.test("Ctrl-C breaks a text off within moments: exit code 130", async () => {
  const endless = ["run", "Once", "--ignore-eos", "--overflow", "slide", "--max-tokens", "1000000"];
  const { code, stdout, stderr } = await spawn(endless, { signal: "SIGINT" });
  equal(code, 130);
  ok(stdout.length < 5_000, `${stdout.length} characters`);
  equal(stderr, "interrupted\n");
});

Deno.test("serve answers until SIGTERM or SIGINT, then exits with 0", async () => {
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    let text = "";
    const onOutput = async (line: string) => {
      const [, url] = /^wick-stories is served at (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(line) ?? [];
      const body = JSON.stringify({ model: "wick-stories", prompt: "Once upon a time", max_tokens: 4 });
      const headers = { "content-type": "application/json" };
      const response = await fetch(`${url}/v1/completions`, { method: "POST", body, headers });
      text = (await response.json()).choices[0].text;
    };
    const { code, stderr } = await spawn(["serve", "--port", "0"], { onOutput, signal });
    equal(code, 0, stderr);
    ok(text.length > 0);
  }
});

Deno.test("inspect over a URL reads only the header", async () => {
  const bytes = await Deno.readFile(model);
  await using server = new FileServer(bytes);
  const { code, stdout, stderr } = await spawn(["inspect", server.url("m.gguf"), "--json"]);
  equal(code, 0, stderr);
  const { metadata, tensors, parameterCount, memory } = JSON.parse(stdout);
  equal(metadata["general.name"], "Wick Stories 14M");
  deepEqual(metadata["tokenizer.ggml.tokens"].length, 4096);
  equal(tensors.length, 74);
  equal(parameterCount, 14162304);
  ok(memory.weights >= tensors.reduce((sum: number, { bytes }: { bytes: number }) => sum + bytes, 0));
  equal(memory.kvCache.at(-1).context, 512);
  ok(
    memory.kvCache.at(-1).bytes >= 8 * 512 * 2 * 128 * 2,
    "8 layers, 512 positions, keys and values of 2 heads of 64",
  );
  ok(server.sent < 300_000, `${server.sent} of ${bytes.length} bytes were sent`);
});

Deno.test("inspect's plan is what the model then holds", async () => {
  const plan = JSON.parse((await spawn(["inspect", "--json", "--context", "256"])).stdout).memory;
  const { memory } = JSON.parse((await spawn(["run", "A", "-n", "1", "--json", "--context", "256"])).stdout);
  equal(memory.weights, plan.weights);
  equal(memory.kvCache, plan.kvCache[0].bytes);
});

Deno.test("tokenize gives ids and their texts, of every byte of stdin", async () => {
  const stdin = "\ufeffOnce upon\n\n<|endoftext|> é\n";
  const plain = await spawn(["tokenize", "-", "--json"], { stdin });
  equal(plain.code, 0, plain.stderr);
  const { ids, tokens, ...rest } = JSON.parse(plain.stdout);
  deepEqual(rest, {});
  equal(ids.length, tokens.length);
  equal(ids[0], 0);
  ok(!ids.slice(1).includes(0), "the special token is text");
  ok(tokens.includes("Once") && tokens.includes(" upon"));
  const special = JSON.parse(
    (await spawn(["tokenize", "-", "--json", "--special", "--no-bos"], { stdin })).stdout,
  );
  equal(special.ids.filter((id: number) => id === 0).length, 1);
  equal(special.tokens.filter((token: string) => token === "<|endoftext|>").length, 1);
});

Deno.test("perplexity and bench give what they promise on the embedded model", async () => {
  const stdin = "Once upon a time, there was a little fox. The fox lived in the forest.";
  const measured = await spawn(["perplexity", "-", "--json"], { stdin });
  equal(measured.code, 0, measured.stderr);
  const { tokens, nll, perplexity } = JSON.parse(measured.stdout);
  ok(tokens > 10 && nll > 0 && nll < 4, measured.stdout);
  ok(Math.abs(Math.log(perplexity) - nll) <= 1e-9);
  const benched = await spawn(["bench", "--prompt", "16", "--gen", "4", "--repeat", "2", "--json"]);
  equal(benched.code, 0, benched.stderr);
  const { rows } = JSON.parse(benched.stdout);
  deepEqual(rows.map(({ test }: { test: string }) => test), ["pp16", "tg4"]);
  for (const { tokensPerSecond: { median, min, max }, threads, peakRss } of rows) {
    ok(0 < min && min <= median && median <= max && threads === 1 && peakRss > 0);
  }
});

Deno.test("chat with piped lines goes on with a story, a paragraph a line", async () => {
  const { code, stdout, stderr } = await spawn(["chat", "--temperature", "0"], {
    stdin: "Once upon a time\n\n",
  });
  equal(code, 0, stderr);
  match(stdout, /^\S.{20,}\n.{20,}\n$/s);
  match(stderr, /has no chat template: it goes on with your text, a paragraph a turn/);
});

Deno.test("a context beyond what the model was trained for is refused by every command, and can be had", async () => {
  for (const line of [["run", "x"], ["chat"], ["serve", "--port", "0"], ["bench"], ["perplexity", "-"]]) {
    const { code, stdout, stderr } = await spawn([...line, "--context", "100000"], {
      stdin: "Once upon a time",
    });
    equal(code, 2, stderr);
    equal(stdout, "");
    match(
      stderr,
      /^error\[INVALID_ARGUMENT\]: Cannot use option '--context': the model was trained for 512 tokens /,
    );
    match(stderr, /; --allow-long-context takes more all the same\n$/);
  }
  const { code } = await spawn(["run", "x", "-n", "1", "--context", "600", "--allow-long-context"]);
  equal(code, 0);
});

Deno.test("bench refuses more tokens than the context has room for, before it makes a list of them", async () => {
  for (const option of ["--prompt", "--gen"]) {
    const { code, stderr } = await spawn(["bench", option, "9007199254740991"]);
    equal(code, 2);
    match(
      stderr,
      new RegExp(`option '${option}': the context has room for 51[02] tokens, got 9007199254740991`),
    );
  }
});

Deno.test("a server that is not there is told with its reason and what to do", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}/m.gguf`;
  listener.close();
  const cache = await Deno.makeTempDir();
  const { code, stderr } = await spawn(["run", "x", "-m", url], { env: { WICK_CACHE: cache } });
  equal(code, 1);
  match(stderr, /Cannot download http:\/\/127.0.0.1:\d+\/m.gguf: .*Connection refused/);
  ok(
    stderr.includes(`${cache} holds no copy of it; a file that is on this machine goes with --model PATH`),
    stderr,
  );
  await Deno.remove(cache, { recursive: true });
});

Deno.test("what is missing or broken is one line on stderr and exit code 1", async () => {
  await using server = new FileServer(new TextEncoder().encode("<!DOCTYPE html>"));
  const cache = await Deno.makeTempDir();
  const cases = [[`${model}.none`, "NOT_FOUND"], [server.url("missing.gguf"), "NOT_FOUND"], [
    server.url("page.gguf"),
    "UNKNOWN_FORMAT",
  ]];
  for (const [source, expected] of cases) {
    const { code, stdout, stderr } = await spawn(["run", "x", "--json", "-m", source], {
      env: { WICK_CACHE: cache },
    });
    equal(code, 1, stderr);
    equal(stdout, "");
    equal(JSON.parse(stderr).error.code, expected);
    equal(stderr.indexOf("\n"), stderr.length - 1);
  }
  await Deno.remove(cache, { recursive: true });
});

Deno.test("the first command streams a story and ends with a line of figures", async () => {
  const { code, stdout, stderr } = await spawn(["--seed", "1", "--max-tokens", "20"], {
    script: "tools/start.ts",
  });
  equal(code, 0, stderr);
  match(stdout, /^Once upon a time.{20,}/s);
  match(stderr, /^20 tokens · [\d.]+ tok\/s .* memory .*\n$/);
});
