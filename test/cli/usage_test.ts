import { deepEqual, doesNotMatch, equal, match } from "node:assert/strict";
import { wick } from "./fakes.ts";

const commands = ["run", "chat", "serve", "inspect", "tokenize", "perplexity", "bench"];

Deno.test("--help lists all commands, and each command has help with examples", async () => {
  const top = await wick(["--help"]);
  equal(top.code, 0);
  for (const command of commands) {
    match(top.stdout, new RegExp(`^  ${command} `, "m"));
    const { code, stdout, stderr } = await wick([command, "--help"]);
    equal(code, 0);
    match(stdout, new RegExp(`^Usage: wick ${command} `));
    match(stdout, /^Examples:\n {2}\$ .*wick /m);
    equal(stderr, "");
  }
});

Deno.test("--version prints the package's version", async () => {
  const { code, stdout } = await wick(["--version"]);
  equal(code, 0);
  match(stdout, /^\d+\.\d+\.\d+\n$/);
});

Deno.test("no command at all shows the help on stderr and fails with 2", async () => {
  const { code, stdout, stderr } = await wick([]);
  equal(code, 2);
  equal(stdout, "");
  match(stderr, /^Usage: wick /);
});

const wrong: [string, RegExp][] = [
  ["sing", /unknown command 'sing'/],
  ["run --tempp 1", /unknown option '--tempp'/],
  ["run x y", /too many arguments/],
  ["run --max-tokens", /'-n, --max-tokens <n>' argument missing/],
  ["run --max-tokens 0", /'-n, --max-tokens <n>' argument '0' is invalid.*at least 1/],
  ["run --max-tokens 1.5", /argument '1.5' is invalid/],
  ["run --seed -1", /'--seed <n>' argument '-1' is invalid/],
  ["run --seed 9007199254740992", /argument '9007199254740992' is invalid.*from 0 to 9007199254740991/],
  ["run --system hello", /'--system': it goes with --chat/],
  ["run --temperature warm", /'--temperature <t>' argument 'warm' is invalid.*number/],
  ["run --temperature NaN", /argument 'NaN' is invalid/],
  ["run --temperature 101", /'--temperature'.*\[0, 100\], got 101/],
  ["run --top-p 0", /'--top-p'.*\(0, 1\], got 0/],
  ["run --min-p 2", /'--min-p'.*\[0, 1\], got 2/],
  ["run --presence-penalty 3", /'--presence-penalty'.*got 3/],
  ["run --logprobs 101", /'--logprobs'.*got 101/],
  ["run --activations int4", /argument 'int4' is invalid.*int8, f32/],
  ["run --context 1", /'--context <n>' argument '1' is invalid/],
  ["run --threads 0", /'--threads <n>' argument '0' is invalid/],
  ["chat --overflow wrap", /argument 'wrap' is invalid/],
  ["chat --top-k 1.5", /argument '1.5' is invalid/],
  ["serve --port 65536", /from 0 to 65535/],
  ["serve --queue -1", /argument '-1' is invalid/],
  ["bench --repeat 0", /argument '0' is invalid/],
  ["perplexity", /missing required argument 'file'/],
  ["tokenize", /missing required argument 'text'/],
];

Deno.test("wrong usage fails with 2, names what is wrong and opens no model", async () => {
  for (const [line, message] of wrong) {
    const { code, stdout, stderr, opened } = await wick(line.split(" "));
    equal(code, 2, line);
    equal(stdout, "", line);
    match(stderr, message);
    deepEqual(opened, [], line);
  }
});

Deno.test("run refuses log-probabilities that nothing would show", async () => {
  const { code, stderr, opened } = await wick(["run", "--logprobs", "2"]);
  equal(code, 2);
  equal(
    stderr,
    "error[INVALID_ARGUMENT]: Cannot use option '--logprobs': it goes with --json, got it alone\n",
  );
  deepEqual(opened, []);
});

Deno.test("a model's name reaches the terminal without its control characters", async () => {
  const model = { name: "evil\x1b[2J\n\u202eame", hasChatTemplate: false };
  const outcomes = [
    await wick(["chat"], { model, terminal: true }),
    await wick(["chat"], { model: { ...model, hasChatTemplate: true }, terminal: true }),
    await wick(["bench", "--gen", "0", "--repeat", "1"], {
      model: { ...model, contextLength: 128 },
      terminal: true,
    }),
  ];
  for (const { stdout, stderr } of outcomes) {
    // deno-lint-ignore no-control-regex -- its own colors apart, these are what must not be there
    doesNotMatch((stdout + stderr).replaceAll(/\x1b\[\d+m/g, ""), /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    match(stdout + stderr, /evil/);
  }
});

Deno.test("an empty text is no number", async () => {
  equal((await wick(["run", "--temperature", ""])).code, 2);
  equal((await wick(["run", "--seed", " "])).code, 2);
});

Deno.test("under --json an error is one line of JSON on stderr", async () => {
  for (const [line, message] of wrong) {
    const { code, stdout, stderr } = await wick([...line.split(" "), "--json"]);
    if (line.endsWith("--max-tokens")) continue; // which takes --json for its value
    equal(code, 2, line);
    equal(stdout, "", line);
    equal(stderr.indexOf("\n"), stderr.length - 1, line);
    const { error } = JSON.parse(stderr);
    equal(error.code, "INVALID_ARGUMENT");
    if (line !== "sing") match(error.message, message);
  }
});

Deno.test("--json behind -- is text, not an option", async () => {
  const { model, stderr } = await wick(["run", "--", "--json"]);
  equal(model.asked[0].prompt, "--json");
  match(stderr, /tok\/s/);
});

Deno.test("threads and devices that there are none of are refused by name", async () => {
  for (
    const line of ["run x --threads 2", "bench --device webgpu", "chat --threads 4", "serve --device gpu"]
  ) {
    const { code, stderr, opened } = await wick([...line.split(" "), "--json"]);
    equal(code, 1, line);
    equal(JSON.parse(stderr).error.code, "UNSUPPORTED_ON_DEVICE");
    deepEqual(opened, []);
  }
});

Deno.test("color is for terminals, and not where NO_COLOR is set", async () => {
  const bad = ["run", "--nope"];
  equal((await wick(bad)).stderr, "error[INVALID_ARGUMENT]: unknown option '--nope'\n");
  equal(
    (await wick(bad, { terminal: true })).stderr,
    "\x1b[31merror[INVALID_ARGUMENT]\x1b[0m: unknown option '--nope'\n",
  );
  equal(
    (await wick(bad, { terminal: true, env: { NO_COLOR: "1" } })).stderr,
    "error[INVALID_ARGUMENT]: unknown option '--nope'\n",
  );
});
