/**
 * Names on the Hugging Face hub: "hf:owner/repo/path/file.gguf[@revision]".
 *
 * @module
 */
import { WickError } from "../error.ts";
import { platform } from "../entry/platform.ts";

/** The parts of a reference. */
export interface HubReference {
  /** Who owns the repository. */
  owner: string;
  /** The repository. */
  repo: string;
  /** Within the repository. */
  path: string;
  /** A branch, tag or commit ["main"]. */
  revision: string;
}

/** Whether a location is written as "hf:...". */
export function isHubReference(location: string): boolean {
  return location.startsWith("hf:");
}

/**
 * Takes a reference apart.
 *
 * @throws WickError INVALID_ARGUMENT where it is not of the form hf:owner/repo/file[@revision]
 */
export function parseHubReference(reference: string): HubReference {
  const [, owner, repo, path, revision] = /^hf:([^/@]+)\/([^/@]+)\/([^@]+)(?:@(.+))?$/.exec(reference) ?? [];
  const parts = [owner, repo, ...(path ?? "").split("/"), ...(revision ?? "main").split("/")];
  if (!path || parts.some((part) => part === "" || part === "." || part === "..")) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot open ${reference}: it must be hf:owner/repo/file.gguf[@revision]`,
    );
  }
  return { owner, repo, path, revision: revision ?? "main" };
}

/** Where a reference is found: $HF_ENDPOINT, else https://huggingface.co. */
export function hubUrl(reference: string): string {
  const { owner, repo, path, revision } = parseHubReference(reference);
  const parts = [owner, repo, "resolve", revision, ...path.split("/")];
  return `${endpoint()}/${parts.map(encodeURIComponent).join("/")}`;
}

/** Whether a hub URL names a commit, whose files never change. */
export function isPinned(url: string): boolean {
  return url.startsWith(`${endpoint()}/`) && /\/resolve\/[0-9a-f]{40}\//.test(url);
}

/** $HF_TOKEN where the URL is on the hub itself. */
export function hubToken(url: URL): string | undefined {
  return url.origin === URL.parse(endpoint())?.origin ? platform().env("HF_TOKEN") : undefined;
}

function endpoint(): string {
  return (platform().env("HF_ENDPOINT") ?? "https://huggingface.co").replace(/\/+$/, "");
}
