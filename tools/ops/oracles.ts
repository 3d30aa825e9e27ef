/**
 * Where the oracles stand.
 *
 * @module
 */
const folder = new URL("../../test/reference/", import.meta.url);

/** The file in test/reference/ of each row's oracle. */
export async function oracleFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  for (const { name } of Deno.readDirSync(folder)) {
    if (!name.endsWith(".ts") || name.endsWith("_test.ts") || name === "mod.ts") continue;
    const exported: Record<string, unknown> = await import(new URL(name, folder).href);
    for (const [row, value] of Object.entries(exported)) {
      if (typeof value === "object" && value !== null && "oracle" in value) files.set(row, name);
    }
  }
  return files;
}
