/**
 * Finds what lies beside the repository (golden values, models) and skips, with the reason, what needs it
 * where it is absent.
 *
 * @module
 */
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const shared = fileURLToPath(new URL("../../shared/", import.meta.url));

/** The path of a file under ../shared, or undefined where it is absent. */
export function sharedPath(relative: string): string | undefined {
  const path = shared + relative;
  return existsSync(path) ? path : undefined;
}

/** The path of a real model in $WICK_MODELS (else ~/.cache/wick/models), or undefined. */
export function modelPath(file: string): string | undefined {
  const folder = Deno.env.get("WICK_MODELS") ?? `${Deno.env.get("HOME")}/.cache/wick/models`;
  const path = `${folder}/${file}`;
  return existsSync(path) ? path : undefined;
}

/** The path of a file of this repository. */
export function repositoryPath(relative: string): string {
  return fileURLToPath(new URL(`../${relative}`, import.meta.url));
}

/** A test that needs files under ../shared; where one is absent it is counted as ignored, and its name says why. */
export function sharedTest(
  name: string,
  needs: readonly string[],
  fn: (paths: string[]) => void | Promise<void>,
): void {
  declare(name, needs, needs.map(sharedPath), fn);
}

/** A test that needs real models (brought by a script, never committed). */
export function modelTest(
  name: string,
  needs: readonly string[],
  fn: (paths: string[]) => void | Promise<void>,
): void {
  declare(name, needs, needs.map(modelPath), fn);
}

function declare(
  name: string,
  needs: readonly string[],
  paths: (string | undefined)[],
  fn: (paths: string[]) => void | Promise<void>,
): void {
  const missing = needs.filter((_, i) => paths[i] === undefined);
  if (missing.length > 0) {
    Deno.test({ name: `${name} (skipped: needs ${missing.join(", ")})`, ignore: true, fn: () => {} });
  } else Deno.test(name, () => fn(paths as string[]));
}
