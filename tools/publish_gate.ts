/**
 * The package as its users get it: the files that a dry run of `deno publish` lists, served as a registry would to an
 * empty project with nothing fetched before. There the code that the documents show must run as it stands, the
 * command line must write a story, and every link of the documents must lead to something that is published.
 *
 * @module
 */
import { codeBlocks } from "./code_blocks.ts";
import { deadLinks } from "./links.ts";
import { servePackage } from "./package_server.ts";

/** JSR takes no larger file or package. */
const LIMIT = 20_000_000;
/**
 * Documents whose code is a user's own, where they are published; it runs in order. The first block of the first one
 * writes a story.
 */
const DOCUMENTS = ["README.md", "docs/deploy.md", "docs/tutorial.md"];
/** A program that runs longer than this, in ms, does not end: one that serves is marked "ts ignore". */
const LONGEST = 120_000;

/** Throws where the dry run fails, a link is dead, or code of the documents fails over the listed files. */
export async function publishGate(deno: string): Promise<void> {
  const files = await listed(deno);
  const total = files.reduce((sum, file) => sum + Deno.statSync(file).size, 0);
  if (total > LIMIT) throw new Error(`the package may have ${LIMIT} bytes, has ${total}`);
  const dead = deadLinks(files);
  if (dead.length > 0) throw new Error(dead.join("\n"));
  const folder = await Deno.makeTempDir();
  try {
    await using server = servePackage(files);
    const documents = DOCUMENTS.filter((document) => files.includes(document));
    const blocks = await runDocuments(new Project(deno, folder, server.url), documents);
    console.log(`the package: ${files.length} files, ${total} bytes; ${blocks} blocks of the documents ran`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs what the documents show and gives the number of blocks. */
async function runDocuments(project: Project, documents: readonly string[]): Promise<number> {
  const blocks = documents.flatMap(codeBlocks).filter(({ language }) => language === "ts");
  for (const [i, { place, code }] of blocks.entries()) {
    const printed = await project.run(place, code);
    if (i === 0) mustBeStory(place, printed);
  }
  mustBeStory("the command line", await project.command(["run", "Once upon a time", "--max-tokens", "48"]));
  return blocks.length;
}

function mustBeStory(place: string, text: string): void {
  if (text.trim().split(/\s+/).length < 20) throw new Error(`${place}: not a story: ${JSON.stringify(text)}`);
}

/** A user's project: nothing but an import map of the package's entries, and caches of its own. */
class Project {
  readonly #entries: Record<string, string>;
  #programs = 0;

  constructor(readonly deno: string, readonly folder: string, url: string) {
    const { name, exports } = JSON.parse(Deno.readTextFileSync("deno.json"));
    this.#entries = Object.fromEntries(
      Object.entries<string>(exports).map((
        [entry, path],
      ) => [name + entry.slice(1), new URL(path, url).href]),
    );
    Deno.writeTextFileSync(`${folder}/deno.json`, JSON.stringify({ imports: this.#entries }));
  }

  /** Runs a program, or asks a Worker whether it serves, and gives what is printed; throws where it fails or warns. */
  async run(place: string, code: string): Promise<string> {
    const file = await this.#write(code);
    const isWorker = /^export default /m.test(code);
    return await this.#deno(place, [isWorker ? await this.#write(asking(file)) : file]);
  }

  async #write(code: string): Promise<string> {
    const file = `program_${++this.#programs}.ts`;
    await Deno.writeTextFile(`${this.folder}/${file}`, code);
    return file;
  }

  /** Runs a command line. */
  command(args: readonly string[]): Promise<string> {
    return this.#deno(`wick ${args.join(" ")}`, [this.#entries["@wick/wick/cli"], ...args]);
  }

  async #deno(place: string, args: readonly string[]): Promise<string> {
    const { success, stdout, stderr } = await run(this.deno, ["run", "--quiet", "-A", ...args], {
      cwd: this.folder,
      signal: AbortSignal.timeout(LONGEST),
      env: { NO_COLOR: "1", DENO_DIR: `${this.folder}/deno`, WICK_CACHE: `${this.folder}/models` },
    });
    if (!success || /warning|deprecat/i.test(stderr)) throw new Error(`${place} fails:\n${stdout}${stderr}`);
    return stdout;
  }
}

/** A program that asks the Worker of a file for its health. */
function asking(file: string): string {
  return `import worker from "./${file}";
const { status } = await worker.fetch(new Request("http://worker/health"), {});
if (status !== 200) throw new Error("the Worker answers " + status);
`;
}

/** The files of the dry run, relative to the root. */
async function listed(deno: string): Promise<string[]> {
  const args = ["publish", "--dry-run", "--allow-dirty"];
  const { success, stdout, stderr } = await run(deno, args, { env: { NO_COLOR: "1" } });
  const root = new URL("../", import.meta.url).href;
  const files = [...(stdout + stderr).matchAll(/^\s*(file:\/\/\S+) \(/gm)].map((m) => m[1])
    .filter((url) => url.startsWith(root)).map((url) => decodeURIComponent(url.slice(root.length)));
  if (success && files.includes("mod.ts")) return files;
  throw new Error(`deno ${args.join(" ")} lists no mod.ts:\n${stdout}${stderr}`);
}

async function run(
  command: string,
  args: string[],
  options: Deno.CommandOptions,
): Promise<{ success: boolean; stdout: string; stderr: string }> {
  const output = await new Deno.Command(command, { args, ...options }).output();
  const [stdout, stderr] = [output.stdout, output.stderr].map((bytes) => new TextDecoder().decode(bytes));
  return { success: output.success, stdout, stderr };
}
