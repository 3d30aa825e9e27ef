/**
 * Reads a request's body as a JSON object.
 *
 * @module
 */
import { joinBytes } from "../formats/file_bytes.ts";
import { HttpError } from "./failure.ts";
import { type Json, show } from "./fields.ts";

/**
 * Throws a 415 for what does not claim to be JSON, a 413 for a body of more than `most` bytes, with or without a length
 * in its headers, and a 400 for what is not a JSON object. It reads the request that came and makes no other of it, as
 * not every host's can be taken apart.
 */
export async function readJson(request: Request, most: number): Promise<Json> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    const got = type === "" ? "none" : type.slice(0, 100);
    throw new HttpError(
      415,
      "unsupported_media_type",
      `The content-type must be application/json, got ${got}`,
    );
  }
  const value = parse(await readBytes(request, most));
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new HttpError(400, "invalid_json", `The body must be a JSON object, got ${show(value)}`);
}

async function readBytes(request: Request, most: number): Promise<Uint8Array> {
  if (Number(request.headers.get("content-length") ?? 0) > most) throw tooLarge(most);
  const pieces: Uint8Array[] = [];
  let length = 0;
  const reader = request.body?.getReader();
  for (;;) {
    const { value } = await reader?.read() ?? {};
    if (!value) break;
    if ((length += value.length) > most) {
      reader!.cancel().catch(() => {});
      throw tooLarge(most);
    }
    pieces.push(value);
  }
  return joinBytes(pieces);
}

/** What is left of the body is not read, so the connection can't serve another request. */
function tooLarge(most: number): HttpError {
  const headers = { connection: "close" };
  return new HttpError(413, "body_too_large", `The body must have at most ${most} bytes, got more`, {
    headers,
  });
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new HttpError(400, "invalid_json", `The body is not JSON: ${(error as Error).message}`);
  }
}
