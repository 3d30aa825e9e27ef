/**
 * The entry for Deno: importing it installs Deno's files, environment and yield.
 *
 * @module
 */
import { closingOnFailure, reasonOf, WickError, type WickErrorCode } from "../error.ts";
import { type FileAccess, installPlatform, type ReadableFile, type WritableFile } from "./platform.ts";

const fileAccess: FileAccess = {
  open: (path) => telling(`open ${path}`, () => openFile(path)),
  size: (path) => telling(`look at ${path}`, () => orUndefined(async () => (await Deno.stat(path)).size)),
  append: (path, options) => telling(`write ${path}`, () => appendFile(path, options?.truncate ?? false)),
  rename: (from, to) => telling(`rename ${from} to ${to}`, () => Deno.rename(from, to)),
  remove: (path) => telling(`remove ${path}`, async () => void await orUndefined(() => Deno.remove(path))),
  readText: (path) => telling(`read ${path}`, () => orUndefined(() => Deno.readTextFile(path))),
  lock: (path) => telling(`lock ${path}`, () => tryLock(path)),
  cacheFolder,
};

installPlatform({
  name: "deno",
  yield: yieldTurn,
  files: fileAccess,
  env,
  // Deno 2.9 polls the GPU to the end in mapAsync, then sleeps 10 ms before it resolves (ext/webgpu/buffer.rs)
  mapsAtOnce: true,
  peakRss,
});

/** Turns of the loop for each millisecond of work, and at most. */
const TURNS_PER_MS = 2, MOST_TURNS = 20;
let lastTurn = performance.now();

/**
 * Timers have their turn at once, but sockets are asked for every few dozen turns of the loop alone: by one turn a
 * slice of 20 ms a client's leaving was noticed after 26 slices, by turns that go with the work after 2, and after 2
 * tokens of 6 ms, for 1.7 % of the time; half as many turns notice after 5 (Deno 2.9, 2026-11-29).
 */
async function yieldTurn(): Promise<void> {
  const worked = performance.now() - lastTurn;
  const turns = Math.min(MOST_TURNS, Math.max(1, Math.round(worked * TURNS_PER_MS)));
  for (let i = 0; i < turns; i++) await turn();
  lastTurn = performance.now();
}

/**
 * A message through a fresh channel (9 us) lets a signal in within a turn or two, where setImmediate (4 us) and a
 * channel that stays leave it waiting for dozens. Both ports must be closed and the listener gone: with `onmessage`, or
 * one port left open, each turn keeps some 5 KB for ever (2 cores, Deno 2.9, 2026-11-29).
 */
function turn(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.addEventListener("message", () => {
      port1.close();
      port2.close();
      resolve();
    }, { once: true });
    port1.start();
    port2.postMessage(undefined);
  });
}

async function openFile(path: string): Promise<ReadableFile> {
  // asked before it is opened: a named pipe opens when someone writes to it, which may be never
  const { isFile, isDirectory } = await Deno.stat(path);
  if (!isFile) {
    const found = isDirectory ? "a folder" : "a pipe or device";
    throw new WickError("INVALID_ARGUMENT", `Cannot open ${path}: it must be a regular file, got ${found}`);
  }
  const file = await Deno.open(path);
  const { size } = await closingOnFailure(file, () => file.stat());
  return {
    size,
    readInto: (offset, into) => readAt(file, path, offset, into),
    close: closing(file),
  };
}

/** Closes a file at the first call alone: a second close of Deno's throws. */
function closing(file: Deno.FsFile): () => void {
  let open = true;
  return () => {
    if (open) file.close();
    open = false;
  };
}

/** Positional and synchronous: straight into `into`, without a copy or a promise (3.7 to 4.5 GB/s from the page cache, 2 cores). */
function readAt(file: Deno.FsFile, path: string, offset: number, into: Uint8Array): number {
  try {
    file.seekSync(offset, Deno.SeekMode.Start);
    let done = 0;
    while (done < into.length) {
      const read = file.readSync(into.subarray(done));
      if (read === null || read === 0) break;
      done += read;
    }
    return done;
  } catch (cause) {
    throw told(`read ${path} at byte ${offset}`, cause);
  }
}

async function appendFile(path: string, truncate: boolean): Promise<WritableFile> {
  await makeFolder(path);
  const file = await Deno.open(path, { create: true, write: true, append: !truncate, truncate });
  return {
    write: (bytes) =>
      telling(`write ${path}`, async () => {
        for (let done = 0; done < bytes.length;) done += await file.write(bytes.subarray(done));
      }),
    close: () =>
      telling(`write ${path}`, async () => {
        try {
          await file.syncData();
        } finally {
          file.close();
        }
      }),
  };
}

async function tryLock(path: string): Promise<(() => void) | undefined> {
  await makeFolder(path);
  const file = await Deno.open(path, { create: true, write: true });
  if (await closingOnFailure(file, () => file.tryLock(true))) return closing(file);
  file.close();
}

async function makeFolder(path: string): Promise<void> {
  const end = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  if (end > 0) await Deno.mkdir(path.slice(0, end), { recursive: true });
}

function cacheFolder(): string {
  const own = env("WICK_CACHE");
  if (own) return own;
  const home = env("HOME") ?? env("USERPROFILE");
  const base = Deno.build.os === "windows"
    ? env("LOCALAPPDATA")
    : Deno.build.os === "darwin"
    ? home && `${home}/Library/Caches`
    : env("XDG_CACHE_HOME") ?? (home && `${home}/.cache`);
  if (base) return `${base}/wick`;
  throw new WickError(
    "UNSUPPORTED_RUNTIME",
    "Cannot find a cache folder: WICK_CACHE or HOME must be set and readable",
  );
}

function env(name: string): string | undefined {
  try {
    return Deno.env.get(name) || undefined;
  } catch {
    return undefined; // no permission
  }
}

/** Linux tells the peak (VmHWM, kB); elsewhere the present size is the best there is. */
function peakRss(): number | undefined {
  try {
    const kilobytes = /VmHWM:\s*(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    if (kilobytes) return Number(kilobytes) * 1024;
  } catch {
    // no /proc, or no permission to read it
  }
  return Deno.memoryUsage().rss;
}

async function orUndefined<T>(action: () => Promise<T>): Promise<T | undefined> {
  try {
    return await action();
  } catch (cause) {
    if (cause instanceof Deno.errors.NotFound) return undefined;
    throw cause;
  }
}

/** Runs a file action and tells its failure in Wick's words. */
async function telling<T>(action: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (cause) {
    throw told(action, cause);
  }
}

function told(action: string, cause: unknown): WickError {
  if (cause instanceof WickError) return cause;
  const [code, requirement] = failure(cause);
  return new WickError(code, `Cannot ${action}: ${requirement}, got "${reasonOf(cause)}"`, { cause });
}

function failure(cause: unknown): [WickErrorCode, string] {
  if (cause instanceof Deno.errors.NotFound) return ["NOT_FOUND", "it must exist"];
  if (cause instanceof Deno.errors.PermissionDenied || cause instanceof Deno.errors.NotCapable) {
    return ["ACCESS_DENIED", "access must be allowed"];
  }
  return ["SOURCE_FAILED", "the file system must answer"];
}
