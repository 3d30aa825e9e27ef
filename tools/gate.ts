/**
 * Everything that must hold beside the tests: format, lint, the product's lock file, types, documentation,
 * compiled kernels equal to their sources, the op table up to date, a first command that fetches what a story
 * needs, and a package that works from exactly the files that would be published.
 *
 * `deno task gate`
 *
 * @module
 */
import { firstCommand } from "./first_command.ts";
import { publishGate } from "./publish_gate.ts";

const deno = Deno.execPath();
/** Versions of what tests and tools import; deno.lock has the product's alone. */
const locked = ["--lock=test/deno.lock", "--frozen"];
/** Public entries, whose every symbol is documented. */
const entries = Object.values<string>(JSON.parse(Deno.readTextFileSync("deno.json")).exports);
/**
 * Types of other packages that public symbols mention; they are documented where they come from. The lint takes them
 * for private ones, and where they are exported, those that they mention.
 */
const foreign = ["Hono"];
const roots = ["mod.ts", "src", "test", "tools", "bench", "examples"].filter(exists);

await step("format", [deno, "fmt", "--check"]);
await step("lint", [deno, "lint"]);
await step("lock file", [deno, "run", "-A", "tools/lock.ts", "--check"]);
await step("types", [deno, "check", ...locked, ...roots]);
await own("documentation", documentation);
await own("compiled kernels", compiledKernels);
await step("op table", [deno, "run", "-A", ...locked, "tools/ops_table.ts", "--check"]);
await own("first command", () => firstCommand(deno));
await own("package", () => publishGate(deno));
console.log("the gate holds");

async function step(name: string, [command, ...args]: string[]): Promise<void> {
  await own(name, async () => {
    const { success, stdout, stderr } = await new Deno.Command(command, { args }).output();
    if (success) return;
    await Deno.stdout.write(stdout);
    await Deno.stderr.write(stderr);
    throw new Error(`${[command, ...args].join(" ")} failed`);
  });
}

async function own(name: string, check: () => Promise<void>): Promise<void> {
  const start = performance.now();
  try {
    await check();
  } catch (error) {
    console.error(`gate: ${name}: ${error instanceof Error ? error.message : error}`);
    Deno.exit(1);
  }
  console.log(`gate: ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
}

/** Every public symbol is documented, and mentions public types alone. */
async function documentation(): Promise<void> {
  const { stderr } = await new Deno.Command(deno, {
    args: ["doc", "--lint", ...entries],
    env: { NO_COLOR: "1" },
  }).output();
  const report = new TextDecoder().decode(stderr);
  const faults = report.split(/^(?=error\[)/m).filter((part) => part.startsWith("error["))
    .filter((part) => !foreign.some((name) => part.includes(`references private type '${name}'`)));
  if (faults.length > 0) throw new Error(`\n${faults.join("")}`);
  if (!/Found \d+ documentation|Checked/.test(report)) {
    throw new Error(`deno doc --lint did not run:\n${report}`);
  }
}

/** Builds the committed modules, shaders and page anew and compares the bytes. */
async function compiledKernels(): Promise<void> {
  const files = [
    ...["wasm/simd.wasm", "wasm/relaxed.wasm", "wasm/threads.wasm", "webgpu/shaders.ts"]
      .map((name) => `src/device/${name}`),
    "src/serve/page/gathered.ts",
  ];
  const committed = files.map((file) => Deno.readFileSync(file));
  const { success, stderr } = await new Deno.Command(deno, {
    args: ["run", "-A", ...locked, "tools/build.ts", "--force"],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  files.forEach((file, i) => {
    const built = Deno.readFileSync(file);
    const same = built.length === committed[i].length && built.every((b, j) => b === committed[i][j]);
    if (!same) throw new Error(`${file} was not what its sources compile to; commit the one built now`);
  });
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
