/**
 * The list of files at a zip archive's end.
 *
 * ```text
 * local header, data | ... | central directory: record, ... | [zip64 end, its locator] | end record, comment
 * ```
 *
 * PKWARE's APPNOTE.TXT 6.3.10: sections 4.3.12 (record), 4.3.14 to 4.3.16 (ends), 4.5.3 (zip64 extra field).
 * Refused: archives in parts, encrypted entries, methods other than stored and deflate, names that appear
 * twice, data that overlap (https://www.bamsoftware.com/hacks/zipbomb/), bytes before or behind the archive.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { Source } from "../hub/source.ts";
import { readBytes } from "./file_bytes.ts";
import { isCount } from "./file_tensor.ts";
import { fileKind, TELLING_BYTES } from "./identify.ts";

/** What the directory says of a file. */
export interface ZipRecord {
  /** Its name, with "/" between folders. */
  name: string;
  /** 0: stored; 8: deflate. */
  method: number;
  /** The checksum of its data. */
  crc: number;
  /** Bytes in the archive. */
  packed: number;
  /** Bytes of its data. */
  size: number;
  /** Where its local header begins. */
  header: number;
  /** Bytes of local header, name and data, without extra fields. */
  least: number;
  /** Where the next local header, or the directory, begins. */
  limit: number;
}

const END = 0x06054b50, END64 = 0x06064b50, LOCATOR64 = 0x07064b50, RECORD = 0x02014b50;
const END_BYTES = 22, LOCATOR_BYTES = 20, END64_BYTES = 56, RECORD_BYTES = 46, LOCAL_BYTES = 30;
const LONGEST_COMMENT = 0xffff, ZIP64_FIELD = 1, UNKNOWN_32 = 0xffffffff, ENCRYPTED = 1 | 1 << 6 | 1 << 13;
const MOST_FILES = 1 << 18, LARGEST_DIRECTORY = 1 << 26;

/** Deflate's longest match is 258 bytes for two bits, so nothing is packed more than this. */
const MOST_EXPANSION = 1032;

/**
 * Reads the directory; records come by ascending place in the file.
 *
 * @throws WickError UNKNOWN_FORMAT, CORRUPT_FILE, INVALID_ARGUMENT, or what the source throws
 */
export async function readDirectory(source: Source): Promise<ZipRecord[]> {
  const { size } = source;
  if (size === undefined || source.sequential) {
    throw new WickError(
      "INVALID_ARGUMENT",
      `Cannot read ${source.name}: a zip archive's list of files lies at its end, so that it needs a source ` +
        "of known size that reads at any offset, got a stream",
    );
  }
  await checkMagic(source, size);
  const { count, start, length } = await readEnd(source, size);
  const bytes = await readBytes(source, "the zip directory", start, length);
  return new DirectoryReader(source, bytes, start).records(count);
}

async function checkMagic(source: Source, size: number): Promise<void> {
  const head = await readBytes(
    source,
    "the zip's first bytes",
    0,
    Math.max(4, Math.min(TELLING_BYTES, size)),
  );
  const magic = String.fromCharCode(...head.subarray(0, 4));
  if (magic === "PK\x03\x04" || magic === "PK\x05\x06") return;
  throw new WickError(
    "UNKNOWN_FORMAT",
    `Cannot read ${source.name}: a zip archive begins with "PK\\x03\\x04", got ${fileKind(head)}`,
  );
}

interface Directory {
  count: number;
  start: number;
  length: number;
}

/** Finds the end record, which a comment may follow, and takes its zip64 twin where there is one. */
async function readEnd(source: Source, size: number): Promise<Directory> {
  const tailStart = Math.max(0, size - END_BYTES - LONGEST_COMMENT);
  const tail = await readBytes(source, "the zip's end", tailStart, size - tailStart);
  const view = new DataView(tail.buffer);
  for (let at = tail.length - END_BYTES; at >= 0; at--) {
    if (view.getUint32(at, true) !== END) continue;
    if (at + END_BYTES + view.getUint16(at + 20, true) !== tail.length) continue;
    return await endAt(source, view, at, tailStart);
  }
  return corrupt(source, "the zip directory", size, "must have an end record, got none");
}

async function endAt(source: Source, view: DataView, at: number, tailStart: number): Promise<Directory> {
  const end = tailStart + at;
  if (at >= LOCATOR_BYTES && view.getUint32(at - LOCATOR_BYTES, true) === LOCATOR64) {
    const place = Number(view.getBigUint64(at - LOCATOR_BYTES + 8, true));
    return await end64At(source, place, end - LOCATOR_BYTES);
  }
  const count = view.getUint16(at + 10, true);
  if (view.getUint16(at + 4, true) !== 0 || view.getUint16(at + 8, true) !== count) {
    corrupt(source, "the zip directory", end, "must be an archive in one part");
  }
  const found = { count, length: view.getUint32(at + 12, true), start: view.getUint32(at + 16, true) };
  return checkDirectory(source, found, end);
}

async function end64At(source: Source, place: number, end: number): Promise<Directory> {
  if (place + END64_BYTES > end) {
    corrupt(source, "the zip64 end record", end, `must lie before its locator, got an offset of ${place}`);
  }
  const view = new DataView((await readBytes(source, "the zip64 end record", place, END64_BYTES)).buffer);
  if (view.getUint32(0, true) !== END64) corrupt(source, "the zip64 end record", place, "has another mark");
  const [, count, length, start] = [24, 32, 40, 48].map((field) => Number(view.getBigUint64(field, true)));
  return checkDirectory(source, { count, length, start }, place);
}

/** The directory ends where its end record begins, and its counts fit. */
function checkDirectory(source: Source, directory: Directory, end: number): Directory {
  const { count, start, length } = directory;
  const fits = start + length === end && length <= LARGEST_DIRECTORY && count <= MOST_FILES;
  if (fits && count * RECORD_BYTES <= length) return directory;
  corrupt(
    source,
    "the zip directory",
    end,
    `must end here, have at most ${MOST_FILES} files and ${LARGEST_DIRECTORY} bytes, ` +
      `got ${count} files in ${length} bytes at ${start}`,
  );
}

class DirectoryReader {
  readonly #view: DataView;
  #at = 0;

  constructor(readonly source: Source, readonly bytes: Uint8Array<ArrayBuffer>, readonly start: number) {
    this.#view = new DataView(bytes.buffer);
  }

  records(count: number): ZipRecord[] {
    const records = Array.from({ length: count }, (_, i) => this.#record(`file ${i + 1} of ${count}`));
    if (this.#at !== this.bytes.length) this.#fail("the directory", "holds more than its files");
    const names = new Set<string>();
    for (const { name } of records) {
      if (names.has(name)) this.#fail(`file "${name}"`, "names must differ, got this one twice");
      names.add(name);
    }
    return this.#apart(records);
  }

  #record(which: string): ZipRecord {
    const at = this.#at;
    this.#need(which, at + RECORD_BYTES);
    const view = this.#view;
    if (view.getUint32(at, true) !== RECORD) this.#fail(which, "has another mark");
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((o) => view.getUint16(at + o, true));
    const extra = at + RECORD_BYTES + nameLength;
    this.#need(which, this.#at = extra + extraLength + commentLength);
    const name = this.#name(which, at + RECORD_BYTES, extra);
    const method = view.getUint16(at + 10, true);
    this.#checkKind(`file "${name}"`, method, view.getUint16(at + 8, true));
    const [size, packed, header] = this.#sizes(name, at, extra, extra + extraLength);
    this.#checkSizes(`file "${name}"`, method, packed, size);
    return {
      name,
      method,
      crc: view.getUint32(at + 16, true),
      packed,
      size,
      header,
      least: LOCAL_BYTES + nameLength + packed,
      limit: this.start,
    };
  }

  #name(which: string, start: number, end: number): string {
    try {
      return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(
        this.bytes.subarray(start, end),
      );
    } catch {
      this.#fail(which, "its name must be valid UTF-8");
    }
  }

  #checkKind(what: string, method: number, flags: number): void {
    if (flags & ENCRYPTED) this.#unsupported(what, "it must not be encrypted");
    if (method !== 0 && method !== 8) {
      this.#unsupported(what, `it must be stored (0) or deflated (8), got method ${method}`);
    }
  }

  /** Size, packed size and place, from the zip64 field where the record has no room for them. */
  #sizes(name: string, at: number, extra: number, extraEnd: number): number[] {
    let field = this.#zip64Field(name, extra, extraEnd);
    return [24, 20, 42].map((offset) => {
      const value = this.#view.getUint32(at + offset, true);
      if (value !== UNKNOWN_32 || field === undefined) return value;
      const [from, end] = field;
      if (from + 8 > end) this.#fail(`file "${name}"`, "its zip64 field is cut short");
      field = [from + 8, end];
      return Number(this.#view.getBigUint64(from, true));
    });
  }

  #zip64Field(name: string, at: number, end: number): [number, number] | undefined {
    let found: [number, number] | undefined;
    while (at + 4 <= end) {
      const field: [number, number] = [at + 4, at + 4 + this.#view.getUint16(at + 2, true)];
      if (field[1] > end) this.#fail(`file "${name}"`, "its extra fields are cut short");
      if (this.#view.getUint16(at, true) === ZIP64_FIELD) found ??= field;
      at = field[1];
    }
    return found;
  }

  #checkSizes(what: string, method: number, packed: number, size: number): void {
    const most = method === 0 ? packed : packed * MOST_EXPANSION;
    if (!isCount(packed) || !isCount(size) || size > most || (method === 0 && size !== packed)) {
      const rule = method === 0 ? "as many as stored" : `at most ${MOST_EXPANSION} times those deflated`;
      this.#fail(what, `its bytes must be ${rule}, got ${size} of ${packed}`);
    }
  }

  /** Records in the order of their places; each must end before the next begins. */
  #apart(records: ZipRecord[]): ZipRecord[] {
    records.sort((a, b) => a.header - b.header);
    records.forEach((record, i) => {
      const { name, header, least } = record;
      record.limit = records[i + 1]?.header ?? this.start;
      if (header + least <= record.limit) return;
      const got = `bytes ${header} to ${header + least} at least`;
      this.#fail(`file "${name}"`, `must end before what follows at ${record.limit}, got ${got}`);
    });
    return records;
  }

  #need(which: string, end: number): void {
    if (end > this.bytes.length) this.#fail(which, "its record is cut short");
  }

  #unsupported(what: string, requirement: string): never {
    throw new WickError("UNKNOWN_FORMAT", `Cannot read ${what} of ${this.source.name}: ${requirement}`);
  }

  #fail(what: string, requirement: string): never {
    corrupt(this.source, what, this.start + Math.min(this.#at, this.bytes.length), requirement);
  }
}

/** Ends the reading of a file, saying what was read, where, and what was required. */
export function corrupt(source: Source, what: string, offset: number, requirement: string): never {
  throw new WickError(
    "CORRUPT_FILE",
    `Cannot read ${what} of ${source.name} at byte ${offset}: ${requirement}`,
  );
}
