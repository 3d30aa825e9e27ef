/**
 * Compiles assembly/ to WebAssembly, one file for each target of asconfig.json, and checks what the device
 * relies on: no import but the memory (and abort in the debug build), no mutable global, read-only data below
 * 64 KiB. The target `shaders` gathers kernels_gpu/ in src/device/webgpu/shaders.ts: text cannot be imported in every
 * runtime, and a published package has no files. So does `page` with the page of the server.
 *
 * `deno task build [target ...]` builds what is out of date; `--force` builds all.
 *
 * @module
 */
import { main as asc } from "npm:assemblyscript@0.28.20/asc";
import { checkedSource } from "./checked_memory.ts";
import { checkModule } from "./check_module.ts";
import { staticConstants } from "./static_constants.ts";

const root = new URL("../", import.meta.url);
const config = JSON.parse(Deno.readTextFileSync(new URL("asconfig.json", root)));
const names = [...Object.keys(config.targets), "shaders", "page"];
const force = Deno.args.includes("--force");
const asked = Deno.args.filter((a) => !a.startsWith("--"));
for (const name of asked) {
  if (!names.includes(name)) throw new Error(`Unknown target ${name}: expected one of ${names.join(", ")}`);
}
const stamp = await sourceHash();
for (const name of asked.length > 0 ? asked : names) {
  if (name === "shaders") gatherShaders();
  else if (name === "page") await gatherPage();
  else await build(name);
}

async function build(target: string): Promise<void> {
  const output = new URL(config.targets[target].outFile, root);
  const stampFile = new URL(`build/${target}.stamp`, root);
  if (!force && exists(output) && read(stampFile) === stamp) return;
  Deno.mkdirSync(new URL("./", output), { recursive: true });
  Deno.mkdirSync(new URL("./", stampFile), { recursive: true });
  const { error, stderr } = await asc(["--config", "asconfig.json", "--target", target], {
    readFile: (name: string) => source(name, target === "debug"),
    writeFile: (name: string, contents: Uint8Array | string) => write(name, contents),
    listFiles: () => [],
  });
  if (error) {
    console.error(stderr.toString());
    Deno.exit(1);
  }
  const bytes = Deno.readFileSync(output);
  checkModule(target, bytes);
  Deno.writeTextFileSync(stampFile, stamp);
  console.log(`built ${config.targets[target].outFile}, ${bytes.length} bytes`);
}

/** Every .wgsl as an exported string, named by its path, without its comments. */
function gatherShaders(): void {
  const folder = "kernels_gpu/";
  const files = filesUnder(folder).filter((f) => f.endsWith(".wgsl")).sort();
  const strings = files.map((file) => {
    const name = file.slice(folder.length, -".wgsl".length).replaceAll("/", "_");
    const text = read(new URL(file, root))!.replaceAll(/ *\/\/.*$/gm, "").replaceAll(/\n{2,}/g, "\n").trim();
    if (/[`\\]|\$\{/.test(text)) {
      throw new Error(`${file} has a character that a template string does not hold`);
    }
    return `/** ${file} */\nexport const ${name}: string = \`\n${text}\n\`;\n`;
  });
  const header =
    "/**\n * The sources in kernels_gpu/, gathered by `deno task build shaders`.\n *\n * @module\n */\n\n";
  const output = "src/device/webgpu/shaders.ts";
  const text = header + strings.join("\n");
  if (read(new URL(output, root)) === text) return;
  write(output, text);
  console.log(`gathered ${files.length} shaders in ${output}`);
}

/** The server's page as strings. */
async function gatherPage(): Promise<void> {
  const output = "src/serve/page/gathered.ts";
  const text = await (await import("./page.ts")).gatheredPage();
  if (read(new URL(output, root)) === text) return;
  write(output, text);
  console.log(`gathered the page in ${output}`);
}

function source(name: string, debug: boolean): string | null {
  const text = read(new URL(name, root));
  if (text === undefined) return null;
  if (!/^assembly\/[a-z]/.test(name) || name.endsWith("/debug.ts")) return text;
  return debug ? checkedSource(name, text) : staticConstants(text);
}

function write(name: string, contents: Uint8Array | string): void {
  const bytes = typeof contents === "string" ? new TextEncoder().encode(contents) : contents;
  Deno.writeFileSync(new URL(name, root), bytes);
}

function read(url: URL): string | undefined {
  try {
    return Deno.readTextFileSync(url);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

function exists(url: URL): boolean {
  try {
    return Deno.statSync(url).isFile;
  } catch {
    return false;
  }
}

/** A hash of everything that the outputs depend on. */
async function sourceHash(): Promise<string> {
  const files = [
    "asconfig.json",
    "tools/build.ts",
    "tools/checked_memory.ts",
    "tools/static_constants.ts",
    ...filesUnder("assembly/"),
  ];
  const text = files.sort().map((f) => `${f}\n${read(new URL(f, root))}`).join("\n");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}

/** The files of a folder and those below it. */
function filesUnder(folder: string): string[] {
  return [...Deno.readDirSync(new URL(folder, root))].flatMap((entry) =>
    entry.isDirectory ? filesUnder(`${folder}${entry.name}/`) : [folder + entry.name]
  );
}
