/**
 * Hashing a file piece by piece. Web Crypto hashes only whole buffers, so node:crypto does it.
 *
 * @module
 */
import { type FileAccess, platform } from "../entry/platform.ts";
import { throwIfAborted } from "../error.ts";

const PIECE = 1 << 20;

/** The SHA-256 of a file in hexadecimal digits; other tasks run between its pieces. */
export async function sha256OfFile(files: FileAccess, path: string, signal?: AbortSignal): Promise<string> {
  const { createHash } = await import("node:crypto");
  const hash = createHash("sha256");
  const file = await files.open(path);
  try {
    const piece = new Uint8Array(PIECE);
    for (let offset = 0; offset < file.size;) {
      throwIfAborted(signal, `verify ${path}`);
      const read = await file.readInto(offset, piece);
      if (read === 0) break;
      hash.update(piece.subarray(0, read));
      offset += read;
      await platform().yield();
    }
  } finally {
    file.close();
  }
  return hash.digest("hex");
}
