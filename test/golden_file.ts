/**
 * Golden values kept as JSON in test/golden/.
 *
 * @module
 */
import { repositoryPath } from "./shared.ts";

/** The values of a file. */
export function readGolden<T>(name: string): T {
  return JSON.parse(Deno.readTextFileSync(repositoryPath(`test/golden/${name}`))) as T;
}
