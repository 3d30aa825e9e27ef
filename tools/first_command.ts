/**
 * The README's first command as a newcomer runs it, with nothing fetched before.
 *
 * @module
 */

/** Bytes that the first story may fetch and keep, all of Deno's caches among them. */
const LIMIT = 25_000_000;

/** Throws where the command fails, warns, or fetches more than a story needs. */
export async function firstCommand(deno: string): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const { success, stdout, stderr } = await new Deno.Command(deno, {
      args: ["task", "start", "--max-tokens", "20"],
      env: { DENO_DIR: folder, NO_COLOR: "1" },
    }).output();
    const [story, notes] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    const bytes = size(folder);
    if (!success || story.split(" ").length < 10) throw new Error(`no story, but:\n${story}${notes}`);
    if (/warning/i.test(notes)) throw new Error(`it warns:\n${notes}`);
    if (bytes > LIMIT) throw new Error(`it may fetch ${LIMIT} bytes, fetched ${bytes}:\n${notes}`);
    console.log(`the first command: ${bytes} bytes, ${notes.match(/^Download/gm)?.length ?? 0} downloads`);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function size(path: string): number {
  const { isDirectory, size: bytes } = Deno.lstatSync(path);
  if (!isDirectory) return bytes;
  return [...Deno.readDirSync(path)].reduce((sum, { name }) => sum + size(`${path}/${name}`), 0);
}
