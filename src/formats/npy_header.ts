/**
 * The header of an npy file, versions 1.0 to 3.0.
 *
 * ```text
 * 0x93 "NUMPY" major u8 minor u8 | length u16 (1.0) or u32 | {'descr': '<f4', 'fortran_order': False,
 * 'shape': (3, 4), } spaces "\n" | data
 * ```
 *
 * numpy.lib.format and NEP 1 (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html). The
 * text is a Python literal, read here by a parser that knows only what a header holds; nothing is evaluated.
 *
 * @module
 */
import { WickError } from "../error.ts";
import type { ByteCursor } from "./byte_cursor.ts";
import { type FileDtype, isCount } from "./file_tensor.ts";
import { fileKind, TELLING_BYTES } from "./identify.ts";
import { parseLiteral, type PythonLiteral } from "./npy_literal.ts";

/** What a header says. */
export interface NpyHeader {
  /** What the elements are. */
  dtype: FileDtype;
  /** Whether their bytes come most significant first. */
  bigEndian: boolean;
  /** Whether the first index runs fastest. */
  fortranOrder: boolean;
  /** Sizes, outermost first. */
  shape: readonly number[];
  /** Where the data begin. */
  dataStart: number;
}

/** A plain array's header is shorter than this by far; only structured dtypes need more. */
const LONGEST_HEADER = 1 << 16;

/** NumPy's kinds and sizes (`dtype.str` without its byte order). */
export const npyTypes: Readonly<Partial<Record<FileDtype, string>>> = {
  BOOL: "b1",
  I8: "i1",
  I16: "i2",
  I32: "i4",
  I64: "i8",
  U8: "u1",
  U16: "u2",
  U32: "u4",
  U64: "u8",
  F16: "f2",
  F32: "f4",
  F64: "f8",
  C64: "c8",
};

const dtypes = new Map(Object.entries(npyTypes).map(([dtype, code]) => [code, dtype as FileDtype]));

/** What other kinds are, for messages. */
const refused: Readonly<Record<string, string>> = {
  O: "pickled Python objects",
  V: "raw or structured records",
  U: "text",
  S: "byte strings",
  a: "byte strings",
  M: "dates",
  m: "time spans",
};

/** Reads a header to its end. `what` names the array in errors. */
export async function readNpyHeader(cursor: ByteCursor, what: string): Promise<NpyHeader> {
  const version = await readVersion(cursor, what);
  const width = version === 1 ? 2 : 4;
  await cursor.need(width, `${what}'s header`);
  const [low, high, ...upper] = cursor.bytes(width);
  const length = low + 256 * high + 65536 * ((upper[0] ?? 0) + 256 * (upper[1] ?? 0));
  if (length > LONGEST_HEADER) {
    cursor.fail(`${what}'s header`, `may have ${LONGEST_HEADER} bytes, got ${length}`);
  }
  await cursor.need(length, `${what}'s header`);
  const fields = parse(cursor, what, decode(cursor, what, cursor.bytes(length), version));
  return { ...descrOf(cursor, what, fields.get("descr")!), ...orderOf(cursor, what, fields) };
}

async function readVersion(cursor: ByteCursor, what: string): Promise<number> {
  await cursor.need(8, `${what}'s magic`);
  const found = fileKind(cursor.peek(TELLING_BYTES));
  const [first, ...rest] = cursor.bytes(8).slice();
  const magic = String.fromCharCode(first, ...rest.slice(0, 5)), [major, minor] = rest.slice(5);
  const refuse = (requirement: string): never => {
    throw new WickError("UNKNOWN_FORMAT", `Cannot read ${what} of ${cursor.source.name}: ${requirement}`);
  };
  if (magic !== "\x93NUMPY") refuse(`an npy file begins with "\\x93NUMPY", got ${found}`);
  if (major < 1 || major > 3 || minor !== 0) {
    refuse(`it must be npy version 1.0, 2.0 or 3.0, got ${major}.${minor}`);
  }
  return major;
}

function decode(cursor: ByteCursor, what: string, bytes: Uint8Array, version: number): string {
  if (version < 3) return new TextDecoder("latin1").decode(bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    cursor.fail(`${what}'s header`, "must be valid UTF-8");
  }
}

function parse(cursor: ByteCursor, what: string, text: string): Map<string, PythonLiteral> {
  const fields = parseLiteral(text);
  const keys = fields instanceof Map ? [...fields.keys()].sort().join(" ") : undefined;
  if (keys === "descr fortran_order shape") return fields as Map<string, PythonLiteral>;
  const found = keys === undefined ? "something else" : `the keys ${JSON.stringify(keys.slice(0, 100))}`;
  cursor.fail(
    `${what}'s header`,
    `must be a Python dict with descr, fortran_order and shape, each once, got ${found}`,
  );
}

function descrOf(
  cursor: ByteCursor,
  what: string,
  descr: PythonLiteral,
): Pick<NpyHeader, "dtype" | "bigEndian"> {
  const [, order, code] = /^([<>|])([a-zA-Z][0-9]*)$/.exec(typeof descr === "string" ? descr : "") ?? [];
  const dtype = dtypes.get(code);
  if (dtype && (order !== "|" || code.endsWith("1"))) return { dtype, bigEndian: order === ">" };
  const found = typeof descr === "string"
    ? `${JSON.stringify(descr.slice(0, 32))}${refused[code?.[0]] ? ` (${refused[code[0]]})` : ""}`
    : "a structured dtype";
  throw new WickError(
    "UNSUPPORTED_TENSOR_TYPE",
    `Cannot read ${what} of ${cursor.source.name}: its dtype must be one of ${
      [...dtypes.keys()].join(" ")
    } ` +
      `behind "<", ">" or "|", got ${found}`,
    { param: what },
  );
}

function orderOf(
  cursor: ByteCursor,
  what: string,
  fields: Map<string, PythonLiteral>,
): Omit<NpyHeader, "dtype" | "bigEndian"> {
  const fortranOrder = fields.get("fortran_order"), shape = fields.get("shape");
  if (typeof fortranOrder !== "boolean") {
    cursor.fail(`${what}'s header`, "its fortran_order must be True or False");
  }
  if (!Array.isArray(shape) || !shape.every(isCount)) {
    cursor.fail(`${what}'s header`, "its shape must be a tuple of whole numbers from 0 to 2^53 - 1");
  }
  return { fortranOrder, shape: shape as number[], dataStart: cursor.position };
}
