/**
 * Writes small zip archives (under 4 GiB, without zip64), the same bytes for the same files.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { joinBytes } from "./file_bytes.ts";
import { crc32 } from "./zip_crc32.ts";

/** A file to write. */
export interface ZipFile {
  /** Its name, with "/" between folders. */
  name: string;
  /** Its data. */
  data: Uint8Array;
}

/** How data are written: as they are, or deflated. */
export type ZipMethod = "stored" | "deflate";

const LOCAL = 0x04034b50, RECORD = 0x02014b50, END = 0x06054b50;
const MOST_BYTES = 0xffffffff, MOST_FILES = 0xffff, LONGEST_NAME = 0xffff;
/** Version 2.0; names are UTF-8; midnight of 1 January 1980, the earliest that a zip can say. */
const VERSION = 20, UTF8_NAMES = 1 << 11, TIME = 0, DATE = 1 << 5 | 1;

/**
 * An archive.
 *
 * @throws WickError INVALID_ARGUMENT for a name twice, or for more than a plain zip can hold
 */
export async function writeZip(
  files: Iterable<ZipFile>,
  method: ZipMethod = "stored",
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [], records: Uint8Array[] = [];
  const names = new Set<string>();
  let end = 0;
  for (const file of files) {
    if (names.has(file.name)) refuse(`file "${file.name}"`, "names must differ, got this one twice");
    names.add(file.name);
    const packed = method === "stored" ? file.data : await deflate(file.data);
    const entry = { ...file, nameBytes: new TextEncoder().encode(file.name), packed, method, place: end };
    if (entry.nameBytes.length > LONGEST_NAME) refuse("a file", `its name may have ${LONGEST_NAME} bytes`);
    const head = headerOf(entry, LOCAL);
    parts.push(head, packed);
    records.push(headerOf(entry, RECORD));
    end += head.length + packed.length;
  }
  const directory = records.reduce((sum, record) => sum + record.length, 0);
  if (end + directory > MOST_BYTES || records.length > MOST_FILES) {
    const got = `got ${records.length} files, ${end + directory} bytes`;
    refuse("a zip archive", `it may have ${MOST_FILES} files and ${MOST_BYTES} bytes, ${got}`);
  }
  return joinBytes([...parts, ...records, endOf(records.length, directory, end)]);
}

interface Entry extends ZipFile {
  nameBytes: Uint8Array;
  packed: Uint8Array;
  method: ZipMethod;
  place: number;
}

/** The local header, or the directory's record, which has the same fields in the middle. */
function headerOf(entry: Entry, mark: number): Uint8Array {
  const { nameBytes, packed, data, method, place } = entry;
  const local = mark === LOCAL;
  const header = new Uint8Array((local ? 30 : 46) + nameBytes.length);
  const view = new DataView(header.buffer);
  view.setUint32(0, mark, true);
  if (!local) view.setUint16(4, VERSION, true);
  const common = local ? 4 : 6;
  [VERSION, UTF8_NAMES, method === "stored" ? 0 : 8, TIME, DATE].forEach((value, i) =>
    view.setUint16(common + 2 * i, value, true)
  );
  [crc32(data), packed.length, data.length].forEach((value, i) =>
    view.setUint32(common + 10 + 4 * i, value, true)
  );
  view.setUint16(common + 22, nameBytes.length, true);
  if (!local) view.setUint32(42, place, true);
  header.set(nameBytes, header.length - nameBytes.length);
  return header;
}

function endOf(count: number, directory: number, place: number): Uint8Array {
  const end = new Uint8Array(22);
  const view = new DataView(end.buffer);
  view.setUint32(0, END, true);
  view.setUint16(8, count, true);
  view.setUint16(10, count, true);
  view.setUint32(12, directory, true);
  view.setUint32(16, place, true);
  return end;
}

async function deflate(data: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([data as Uint8Array<ArrayBuffer>]).stream();
  const packed = stream.pipeThrough(new CompressionStream("deflate-raw"));
  return new Uint8Array(await new Response(packed).arrayBuffer());
}

function refuse(what: string, requirement: string): never {
  throw new WickError("INVALID_ARGUMENT", `Cannot write ${what}: ${requirement}`);
}
