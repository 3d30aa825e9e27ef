/**
 * The package as its users get it: the files that a dry run of `deno publish` lists, copied into an empty
 * folder, must write a story.
 *
 * @module
 */

/** A user's program; it knows nothing but the package. */
const STORY = `
import { load } from "./package/mod.ts";
using model = await load(new URL("./package/models/wick-stories.gguf", import.meta.url));
const text = await model.generate("Once upon a time", { maxTokens: 48, seed: 1 }).text();
if (text.trim().split(" ").length < 20) throw new Error("not a story: " + JSON.stringify(text));
console.log(text);
`;
/** JSR takes no larger file or package. */
const LIMIT = 20_000_000;

/** Throws where the dry run fails, or the listed files do not suffice. */
export async function publishGate(deno: string): Promise<void> {
  const files = await listed(deno);
  const folder = await Deno.makeTempDir();
  try {
    let total = 0;
    for (const file of files) {
      const { size } = await Deno.stat(file);
      if ((total += size) > LIMIT) throw new Error(`the package passes ${LIMIT} bytes with ${file}`);
      const to = `${folder}/package/${file}`;
      await Deno.mkdir(to.slice(0, to.lastIndexOf("/")), { recursive: true });
      await Deno.copyFile(file, to);
    }
    await Deno.writeTextFile(`${folder}/story.ts`, STORY);
    await run(deno, ["run", "--allow-read", "--allow-env", "story.ts"], folder);
    console.log(`the package: ${files.length} files, ${total} bytes`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** The files of the dry run, relative to the root. */
async function listed(deno: string): Promise<string[]> {
  const { stdout, stderr } = await run(deno, ["publish", "--dry-run", "--allow-dirty"]);
  const root = new URL("../", import.meta.url).href;
  const files = [...(stdout + stderr).matchAll(/^\s*(file:\/\/\S+) \(/gm)].map((m) => m[1])
    .filter((url) => url.startsWith(root)).map((url) => decodeURIComponent(url.slice(root.length)));
  if (!files.includes("mod.ts")) throw new Error(`the dry run lists no mod.ts:\n${stdout}${stderr}`);
  return files;
}

async function run(
  command: string,
  args: string[],
  cwd?: string,
): Promise<{ stdout: string; stderr: string }> {
  const output = await new Deno.Command(command, { args, cwd, env: { NO_COLOR: "1" } }).output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!output.success) throw new Error(`deno ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return { stdout, stderr };
}
