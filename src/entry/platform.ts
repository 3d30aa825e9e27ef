/**
 * What differs between runtimes, behind one object. An entry (deno.ts, workerd.ts) installs it when it is
 * imported; everything else asks for it here and never asks where it runs.
 *
 * @module
 */
import { WickError } from "../error.ts";

/** A file open for reading at any offset. */
export interface ReadableFile {
  /** Its length in bytes. */
  readonly size: number;
  /** Fills `into` from `offset` on and returns the number of bytes read: fewer than asked only at the end. */
  readInto(offset: number, into: Uint8Array): number | Promise<number>;
  /** Closes it; nothing happens where it is closed already. */
  close(): void;
}

/** A file open for appending. */
export interface WritableFile {
  /** Appends all of `bytes`. */
  write(bytes: Uint8Array): Promise<void>;
  /** Flushes to the disk and closes. */
  close(): Promise<void>;
}

/** Access to a file system, where the runtime has one. Paths are the runtime's own. */
export interface FileAccess {
  /** Opens an existing file for reading; throws WickError NOT_FOUND or ACCESS_DENIED. */
  open(path: string): Promise<ReadableFile>;
  /** The size of a file in bytes, or undefined where there is none. */
  size(path: string): Promise<number | undefined>;
  /** Opens a file for appending (creating it, and its folder), or truncates it first. */
  append(path: string, options?: { truncate?: boolean }): Promise<WritableFile>;
  /** Renames over whatever is there, atomically on one file system. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file; nothing happens where there is none. */
  remove(path: string): Promise<void>;
  /** Reads a small text file; undefined where there is none. */
  readText(path: string): Promise<string | undefined>;
  /** Takes an exclusive lock on a file (creating it) and gives its release; undefined where another holds it. */
  lock(path: string): Promise<(() => void) | undefined>;
  /** The folder for downloads: $WICK_CACHE, else the user's cache folder + "/wick". */
  cacheFolder(): string;
}

/** What a runtime gives. */
export interface Platform {
  /** Its name, for messages: "deno", "workerd" ... */
  readonly name: string;
  /** Lets timers, I/O and other requests run: resolves in a later macrotask. */
  yield(): Promise<void>;
  /** The file system, where there is one. */
  readonly files?: FileAccess;
  /** An environment variable, where there are any. */
  env(name: string): string | undefined;
  /**
   * Whether `GPUBuffer.mapAsync` has waited for the GPU by the time it returns, so that a buffer that was mapped
   * before can be read without awaiting [false].
   */
  readonly mapsAtOnce?: boolean;
  /** Peak resident memory of the process in bytes, where it can be told. */
  peakRss(): number | undefined;
}

let installed: Platform | undefined;

/** Called once by an entry. */
export function installPlatform(platform: Platform): void {
  installed = platform;
}

/** The runtime's platform. */
export function platform(): Platform {
  if (installed) return installed;
  throw new WickError(
    "UNSUPPORTED_RUNTIME",
    "No runtime entry is installed: import @wick/wick (Deno) or @wick/wick/workerd",
  );
}

/** The file system, or an error that says who wanted it. */
export function files(purpose: string): FileAccess {
  const access = platform().files;
  if (access) return access;
  throw new WickError("UNSUPPORTED_RUNTIME", `Cannot ${purpose}: ${platform().name} has no file system`);
}
