/**
 * The models that come with the package, by names that hold wherever it was taken from: "wick:stories".
 *
 * @module
 */
import { WickError } from "../error.ts";

/** The version of this package; that of deno.json. */
export const VERSION = "0.1.0";

/** Where the models lie in the package. */
const files: Readonly<Record<string, string>> = { stories: "models/wick-stories.gguf" };
const SCHEME = "wick:";

/** Whether a location is written as "wick:...". */
export function isEmbedded(location: string): boolean {
  return location.startsWith(SCHEME);
}

/**
 * The URL of a model of the package: beside this module where that stands by itself (a clone, a registry), and on
 * jsr.io where it was bundled into a Worker's one file.
 *
 * @param module the URL of this module, where the runtime tells it
 * @throws WickError INVALID_ARGUMENT for a name that no model has
 *
 * @example
 * ```ts
 * import { match } from "node:assert/strict";
 * import { embeddedUrl } from "./embedded.ts";
 * match(embeddedUrl("wick:stories"), /^file:.*\/models\/wick-stories\.gguf$/);
 * ```
 */
export function embeddedUrl(location: string, module: string | undefined = import.meta.url): string {
  const name = location.slice(SCHEME.length);
  if (!Object.hasOwn(files, name)) {
    const known = Object.keys(files).map((key) => SCHEME + key).join(", ");
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot open ${location}: the models that come with Wick are ${known}`,
    );
  }
  return new URL(files[name], packageRoot(module)).href;
}

/** Where the package's files lie. */
function packageRoot(module: string | undefined): string {
  const [, root] = /^((?:file|https?):.*\/)src\/hub\/embedded\.[jt]s$/.exec(module ?? "") ?? [];
  return root ?? `https://jsr.io/@wick/wick/${VERSION}/`;
}
