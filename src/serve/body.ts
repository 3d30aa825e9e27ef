/**
 * Reads a request's body as a JSON object.
 *
 * @module
 */
import { HttpError } from "./failure.ts";
import { type Json, show } from "./fields.ts";

/** Throws a 415 for what does not claim to be JSON and a 400 for what is not a JSON object. */
export async function readJson(request: Request): Promise<Json> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json\s*(;|$)/i.test(type)) {
    const got = type === "" ? "none" : type.slice(0, 100);
    throw new HttpError(
      415,
      "unsupported_media_type",
      `The content-type must be application/json, got ${got}`,
    );
  }
  const value = parse(await request.arrayBuffer());
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Json;
  throw new HttpError(400, "invalid_json", `The body must be a JSON object, got ${show(value)}`);
}

function parse(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw new HttpError(400, "invalid_json", `The body is not JSON: ${(error as Error).message}`);
  }
}
