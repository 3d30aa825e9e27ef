/**
 * SwiftShader, a Vulkan driver for the processor, from the npm package of Chromium for servers: gives Deno a WebGPU
 * adapter on any x64 Linux, without apt.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { brotliDecompressSync } from "node:zlib";

/** Chromium's package. Not a literal: without the package, importing must fail at run time, where it can be told. */
export const PACKAGE = ["npm:@sparticuz/chromium", "147.0.2"].join("@");
const LIBRARY = "libvk_swiftshader.so";

/** The environment that a child process needs, or the reason why it cannot be had. */
export async function swiftShader(): Promise<{ env: Record<string, string> } | { reason: string }> {
  if (Deno.build.os !== "linux" || Deno.build.arch !== "x86_64") {
    return { reason: `SwiftShader's package is for x64 Linux, this is ${Deno.build.arch} ${Deno.build.os}` };
  }
  const folder = `${cacheFolder()}/swiftshader-${PACKAGE.split("@").at(-1)}`;
  try {
    if (!existsSync(`${folder}/libvulkan.so.1`)) await unpack(folder);
  } catch (error) {
    return { reason: `needs ${PACKAGE}: ${error instanceof Error ? error.message : error}` };
  }
  const path = [folder, Deno.env.get("LD_LIBRARY_PATH")].filter((p) => p).join(":");
  return { env: { LD_LIBRARY_PATH: path, XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? folder } };
}

/** Where what tests unpack is kept. */
export function cacheFolder(): string {
  const own = Deno.env.get("WICK_CACHE");
  return own ?? `${Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`}/wick`;
}

/** The driver stands in for the loader's library: one driver needs no loader. */
async function unpack(folder: string): Promise<void> {
  await import(PACKAGE);
  const archive = new URL("../../bin/swiftshader.tar.br", import.meta.resolve(PACKAGE));
  const tar = brotliDecompressSync(Deno.readFileSync(archive));
  const library = entry(tar, LIBRARY);
  Deno.mkdirSync(folder, { recursive: true });
  const part = Deno.makeTempFileSync({ dir: folder });
  Deno.writeFileSync(part, library);
  Deno.renameSync(part, `${folder}/libvulkan.so.1`);
}

/** A file of a tar archive: headers of 512 bytes (name, then size in octal at 124), contents padded to as many. */
function entry(tar: Uint8Array, wanted: string): Uint8Array {
  const text = (from: number, to: number) =>
    new TextDecoder().decode(tar.subarray(from, to)).replace(/\0.*/s, "");
  for (let at = 0; at + 512 <= tar.length;) {
    const name = text(at, at + 100);
    if (!name) break;
    const size = parseInt(text(at + 124, at + 136), 8);
    if (name.split("/").at(-1) === wanted) return tar.subarray(at + 512, at + 512 + size);
    at += 512 * (1 + Math.ceil(size / 512));
  }
  throw new Error(`no ${wanted} in the package`);
}
