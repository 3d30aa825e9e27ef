/**
 * Writes the lock files: `deno task lock` after a change of imports, or with `--check` to fail where deno.lock is
 * not what it would write.
 *
 * Deno fetches every package of a lock file at the first npm import, needed or not. deno.lock therefore holds what
 * the product imports, 3 MB; test/deno.lock what any file of the repository does, 420 MB, and tasks of tests, tools
 * and benches name it. deno.lock is cut out of it, so that tests run the versions that users get.
 *
 * @module
 */

/** Where the product's imports begin. */
const ENTRIES = ["mod.ts", "src/serve/mod.ts", "src/entry/workerd.ts", "src/cli/main.ts", "tools/start.ts"];
const SOURCE = "test/deno.lock";
const TARGET = "deno.lock";

/** A lock file of version 5, as far as npm goes. */
interface Lock {
  version: string;
  /** Versions by what an import says, as in `{"npm:hono@4.13.19": "4.13.19"}`. */
  specifiers: Record<string, string>;
  npm: Record<string, LockedPackage>;
}

interface LockedPackage {
  integrity: string;
  /** Names, with the version where the file has several of one name. */
  dependencies?: string[];
  optionalDependencies?: string[];
}

if (!Deno.args.includes("--check")) await pinImports();
const whole: Lock = JSON.parse(Deno.readTextFileSync(SOURCE));
if (whole.version !== "5") {
  throw new Error(`Cannot read ${SOURCE}: its version must be 5, got ${whole.version}`);
}
const imports = new Set((await Promise.all(ENTRIES.map(importsOf))).flat());
const text = JSON.stringify(part(whole, imports), null, 2) + "\n";
if (!Deno.args.includes("--check")) Deno.writeTextFileSync(TARGET, text);
else if (text !== Deno.readTextFileSync(TARGET)) {
  console.error(`${TARGET} must hold what the product imports, no more: run deno task lock, and commit it`);
  Deno.exit(1);
}

/** Adds to test/deno.lock what files of the repository import and it lacks. */
async function pinImports(): Promise<void> {
  const files = ["mod.ts", ...["src", "test", "tools", "bench", "examples"].flatMap(sourcesUnder)];
  await deno("cache", "--quiet", "--lock", SOURCE, "--frozen=false", ...files);
}

function sourcesUnder(folder: string): string[] {
  return [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? sourcesUnder(path) : /\.(ts|js)$/.test(name) ? [path] : [];
  });
}

/** The npm specifiers that code reachable from a module imports, now or later; imports of types are not code. */
async function importsOf(entry: string): Promise<string[]> {
  const { modules } = JSON.parse(await deno("info", "--json", "--lock", SOURCE, "--frozen", entry)) as {
    modules: { dependencies?: { specifier: string; code?: unknown }[] }[];
  };
  return modules.flatMap(({ dependencies = [] }) => dependencies)
    .filter(({ specifier, code }) => specifier.startsWith("npm:") && code)
    .map(({ specifier }) => specifier);
}

/** What a lock has for these imports: the packages, and all that they depend on. */
function part({ version, specifiers, npm }: Lock, imports: ReadonlySet<string>): Lock {
  const kept = Object.entries(specifiers).filter(([specifier]) =>
    [...imports].some((i) => i === specifier || i.startsWith(`${specifier}/`)) // a path in the package
  );
  const wanted = new Set(
    kept.map(([specifier, resolved]) => `${nameOf(specifier.slice("npm:".length))}@${resolved}`),
  );
  for (const id of wanted) { // a Set's walk goes on over what is added
    const { dependencies = [], optionalDependencies = [] } = npm[id];
    for (const name of [...dependencies, ...optionalDependencies]) wanted.add(idOf(name, npm));
  }
  const packages = Object.keys(npm).filter((id) => wanted.has(id)).map((id) => [id, npm[id]] as const);
  return { version, specifiers: Object.fromEntries(kept), npm: Object.fromEntries(packages) };
}

/** A package's key for how a dependency names it. */
function idOf(dependency: string, npm: Lock["npm"]): string {
  const id = dependency in npm ? dependency : Object.keys(npm).find((id) => nameOf(id) === dependency);
  if (!id) throw new Error(`Cannot read ${SOURCE}: it must hold each dependency, ${dependency} is missing`);
  return id;
}

/** `@hono/node-server` of `@hono/node-server@2.1.9_hono@4.13.19`. */
function nameOf(id: string): string {
  return id.slice(0, id.indexOf("@", 1));
}

async function deno(...args: string[]): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  if (success) return new TextDecoder().decode(stdout);
  throw new Error(`deno ${args[0]} failed:\n${new TextDecoder().decode(stderr)}`);
}
