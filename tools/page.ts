/**
 * Gathers the page that the server shows, src/serve/page/client/, in src/serve/page/gathered.ts: text cannot be
 * imported in every runtime, and a published package has no files. The script is bundled from type-checked
 * modules.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { build, stop } from "npm:esbuild@0.28.0";

const folder = new URL("../src/serve/page/client/", import.meta.url);

/** The source of src/serve/page/gathered.ts. */
export async function gatheredPage(): Promise<string> {
  const html = Deno.readTextFileSync(new URL("page.html", folder)).replaceAll(/^ +/gm, "").trim();
  const parts = { html, style: await bundled("page.css"), script: await bundled("main.ts") };
  await stop();
  const strings = Object.entries(parts).map(([name, text]) =>
    `/** The page's ${name}. */\nexport const ${name}: string = \`\n${literal(text)}\n\`;\n`
  );
  return "/**\n * The page in src/serve/page/client/, gathered by `deno task build page`.\n *\n * @module\n */\n\n" +
    strings.join("\n");
}

/** A file and what it imports, minified: the page has a size to keep. */
async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, folder))],
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    minify: true,
    lineLimit: 110,
    legalComments: "none",
    logLevel: "error",
  });
  return outputFiles[0].text.trim();
}

/** A text as it stands in a template literal. */
function literal(text: string): string {
  return text.replaceAll(/[\\`]|\$\{/g, (found) => `\\${found}`);
}
