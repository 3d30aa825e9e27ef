/**
 * Bundles a Worker with esbuild, as wrangler does: one module, with the compiled kernels beside it.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { build, type Plugin, stop } from "npm:esbuild@0.28.0";

/** A module for workerd. */
export type WorkerModule =
  | { type: "ESModule"; path: string; contents: string }
  | { type: "CompiledWasm"; path: string; contents: Uint8Array<ArrayBuffer> };

/** The Worker's module and the compiled WASM modules that it imports. */
export async function bundleWorker(entry: string): Promise<WorkerModule[]> {
  const kernels = new Map<string, string>();
  const plugin: Plugin = {
    name: "wick",
    setup(build) {
      build.onResolve(
        { filter: /^npm:/ },
        ({ path }) => ({ path: fileURLToPath(import.meta.resolve(path)) }),
      );
      build.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        const name = path.slice(path.lastIndexOf("/") + 1);
        kernels.set(name, `${resolveDir}/${path}`);
        return { path: `./${name}`, external: true };
      });
    },
  };
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    platform: "neutral",
    keepNames: true,
    plugins: [plugin],
    logLevel: "error",
  });
  await stop();
  const wasm = [...kernels].map(([path, file]) => {
    return { type: "CompiledWasm" as const, path, contents: Deno.readFileSync(file) };
  });
  return [{ type: "ESModule", path: "worker.js", contents: result.outputFiles[0].text }, ...wasm];
}
