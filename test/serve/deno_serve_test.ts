/** The program of the deploy guide, in a project of its own: it serves, and says nothing beside. */
import { equal, match } from "node:assert/strict";
import { repositoryPath } from "../shared.ts";
import { json } from "./harness.ts";

const PROGRAM = `
import { load } from "@wick/wick";
import { wick } from "@wick/wick/serve";
const model = await load("wick:stories");
const onListen = ({ port }: { port: number }) => console.log(port);
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen }, wick({ models: { stories: model } }).fetch);
`;

Deno.test("Deno.serve with the app's fetch serves without a warning, answers and streams alike", async () => {
  const folder = await Deno.makeTempDir();
  const imports = { "@wick/wick": "mod.ts", "@wick/wick/serve": "src/serve/mod.ts" };
  const absolute = Object.entries(imports).map(([name, path]) => [name, `file://${repositoryPath(path)}`]);
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify({ imports: Object.fromEntries(absolute) }));
  await Deno.writeTextFile(`${folder}/main.ts`, PROGRAM);
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "main.ts"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  try {
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    const url = `http://127.0.0.1:${(await reader.read()).value!.trim()}`;
    const ask = (fields: object) =>
      fetch(`${url}/v1/completions`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ model: "stories", prompt: "Once", max_tokens: 4, ...fields }),
      });
    equal((await json(ask({}))).usage.completion_tokens, 4);
    match(await (await ask({ stream: true })).text(), /\[DONE\]/);
    const left = await ask({ stream: true, max_tokens: 400 });
    await left.body!.cancel();
    equal((await json(ask({}))).usage.completion_tokens, 4);
    child.kill("SIGKILL");
    await reader.cancel();
    const said = await new Response(child.stderr).text();
    equal(said.split("\n").filter((line) => !/^(Download|Initialize) /.test(line)).join("\n"), "");
  } finally {
    await child.status.catch(() => {});
    await Deno.remove(folder, { recursive: true });
  }
});
