/**
 * Opens zip archives and reads their files: stored, or deflated by the platform's DecompressionStream. Sizes
 * and CRC-32 are checked before the last bytes of a file are given away; a deflated file that claims more
 * than deflate can hold, or than a cap, is refused before anything is unpacked.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Source } from "../hub/source.ts";
import { StreamSource } from "../hub/stream_source.ts";
import { readBytes, readExactly } from "./file_bytes.ts";
import { crc32 } from "./zip_crc32.ts";
import { corrupt, readDirectory, type ZipRecord } from "./zip_directory.ts";

/** Options of {@linkcode openZip}. */
export interface ZipOptions {
  /** The most bytes that one deflated file may unpack to; default 2 GiB. */
  mostInflated?: number;
  /** Whether a checksum of 0 means "none", as PyTorch writes where told to leave checksums out. */
  checksums?: "all" | "zero means none";
}

const MOST_INFLATED = 2 ** 31;
/** Bytes of the pieces in which files are read; one deflated piece unpacks to at most 66 MB at once. */
const STORED_PIECE = 1 << 20, DEFLATED_PIECE = 1 << 16;
const LOCAL = 0x04034b50, LOCAL_BYTES = 30;

/** A file of a zip archive. */
export class ZipEntry {
  /** Its name, with "/" between folders. */
  readonly name: string;
  /** Bytes of its data, as the directory says. */
  readonly size: number;
  /** Whether its data lie in the archive as they are. */
  readonly stored: boolean;
  #dataStart?: number;

  /** Made by {@linkcode openZip}. */
  constructor(readonly source: Source, readonly record: ZipRecord, readonly options: ZipOptions) {
    this.name = record.name;
    this.size = record.size;
    this.stored = record.method === 0;
  }

  /**
   * Its data from the beginning, as a source that goes forward; the last bytes come once size and checksum
   * have been found right.
   */
  open(): Source {
    const chunks = this.#checked();
    const stream = new ReadableStream<Uint8Array>({
      async pull(controller) {
        const { value, done } = await chunks.next();
        if (done) controller.close();
        else controller.enqueue(value);
      },
      async cancel() {
        await chunks.return(undefined);
      },
    }, { highWaterMark: 0 });
    return new StreamSource(stream, `${this.name} of ${this.source.name}`, this.size);
  }

  /** All its data. */
  async read(): Promise<Uint8Array<ArrayBuffer>> {
    const opened = this.open();
    try {
      return await readBytes(opened, "the data", 0, this.size);
    } finally {
      opened.close();
    }
  }

  /** Fills `into` from byte `start` of a stored file on; its checksum is not looked at. */
  async readInto(start: number, into: Uint8Array): Promise<void> {
    await readExactly(this.source, `file "${this.name}"`, await this.#locate() + start, into);
  }

  /** Where its data begin; the local header must name the same file and method as the directory. */
  async #locate(): Promise<number> {
    if (this.#dataStart !== undefined) return this.#dataStart;
    const { header, packed, limit, method } = this.record;
    const what = `file "${this.name}"`;
    const bytes = await readBytes(this.source, what, header, LOCAL_BYTES);
    const view = new DataView(bytes.buffer);
    const nameLength = view.getUint16(26, true);
    const dataStart = header + LOCAL_BYTES + nameLength + view.getUint16(28, true);
    if (view.getUint32(0, true) !== LOCAL || dataStart + packed > limit) {
      corrupt(this.source, what, header, `its header and ${packed} bytes must lie before byte ${limit}`);
    }
    const name = await readBytes(this.source, what, header + LOCAL_BYTES, nameLength);
    if (!sameText(name, this.name) || view.getUint16(8, true) !== method) {
      corrupt(this.source, what, header, "its local header must have the directory's name and method");
    }
    return this.#dataStart = dataStart;
  }

  /** Its data in pieces, held back by one, so that the last comes after the checks. */
  async *#checked(): AsyncGenerator<Uint8Array, undefined> {
    const { size, record: { crc } } = this;
    let held: Uint8Array | undefined;
    let sum = 0, count = 0;
    for await (const piece of this.#unpacked()) {
      if (held) yield held;
      sum = crc32(piece, sum);
      count += piece.length;
      if (count > size) this.#fault(`needs ${size} bytes, got more`);
      held = piece;
    }
    if (count !== size) this.#fault(`needs ${size} bytes, got ${count}`);
    const unchecked = crc === 0 && this.options.checksums === "zero means none";
    if (sum !== crc && !unchecked) this.#fault(`its checksum must be ${hex(crc)}, got ${hex(sum)}`);
    if (held) yield held;
    return undefined;
  }

  async *#unpacked(): AsyncGenerator<Uint8Array> {
    if (this.stored) return yield* this.#packed();
    const most = this.options.mostInflated ?? MOST_INFLATED;
    if (this.size > most) this.#fault(`unpacks at most ${most} bytes, got ${this.size}`);
    yield* inflate(this.#packed(), (cause) => this.#fault("must be deflated data, whole and alone", cause));
  }

  async *#packed(): AsyncGenerator<Uint8Array<ArrayBuffer>> {
    const start = await this.#locate();
    const { packed } = this.record;
    const most = this.stored ? STORED_PIECE : DEFLATED_PIECE;
    for (let done = 0; done < packed; done += most) {
      const length = Math.min(most, packed - done);
      yield await readBytes(this.source, `file "${this.name}"`, start + done, length);
    }
  }

  #fault(requirement: string, cause?: unknown): never {
    const message = `Cannot read file "${this.name}" of ${this.source.name} at byte ${this.record.header}: `;
    throw new WickError("CORRUPT_FILE", message + requirement, { cause });
  }
}

/**
 * Reads the list of files, by name in the order in which they lie. The source stays the caller's.
 *
 * @throws WickError UNKNOWN_FORMAT, CORRUPT_FILE, INVALID_ARGUMENT for a stream, or what the source throws
 */
export async function openZip(source: Source, options: ZipOptions = {}): Promise<Map<string, ZipEntry>> {
  const records = await readDirectory(source);
  return new Map(records.map((record) => [record.name, new ZipEntry(source, record, options)]));
}

/**
 * Unpacks raw deflate (RFC 1951); what is wrong with the data goes to `fault`. A cut is not always noticed
 * here: Deno's stream ends where its input does, so that size and checksum have to tell.
 */
async function* inflate(
  packed: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  fault: (cause: unknown) => never,
): AsyncGenerator<Uint8Array> {
  const inflater = new DecompressionStream("deflate-raw");
  let broken: unknown; // what the source threw
  const feeding = feed(packed, inflater.writable.getWriter()).catch((error) => broken ??= error);
  const reader = inflater.readable.getReader();
  try {
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    await feeding;
    if (broken instanceof WickError) throw broken;
    fault(cause);
  } finally {
    await reader.cancel().catch(() => {});
    await feeding;
  }
}

async function feed(
  packed: AsyncGenerator<Uint8Array<ArrayBuffer>>,
  writer: WritableStreamDefaultWriter<BufferSource>,
): Promise<void> {
  writer.closed.catch(() => {}); // told by write() as well
  try {
    for await (const piece of packed) await writer.write(piece);
    await writer.close();
  } catch (error) {
    await writer.abort(error).catch(() => {});
    throw error;
  }
}

function sameText(bytes: Uint8Array, text: string): boolean {
  const encoded = new TextEncoder().encode(text);
  return encoded.length === bytes.length && encoded.every((byte, i) => byte === bytes[i]);
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
