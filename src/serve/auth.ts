/**
 * API keys. Keys are compared as SHA-256 digests, all of them and to the last byte, so that the time taken tells
 * nothing about them.
 *
 * @module
 */
import { HttpError } from "./failure.ts";

/** Throws the 401 of a request whose `authorization` header carries none of `keys` as its bearer token. */
export async function authorize(authorization: string | undefined, keys: readonly string[]): Promise<void> {
  const given = await digest(/^Bearer +(.*)$/i.exec(authorization ?? "")?.[1] ?? "");
  let known = 0;
  for (const key of keys) known |= same(given, await digest(key));
  if (known === 1) return;
  const requirement = "send one of the server's keys as 'Authorization: Bearer KEY'";
  const got = authorization === undefined ? "no key" : "an unknown key";
  throw new HttpError(401, "invalid_api_key", `Cannot authorize the request: ${requirement}, got ${got}`, {
    headers: { "www-authenticate": "Bearer" },
  });
}

/** 1 where two digests are equal, else 0; both are read to the end. */
function same(a: Uint8Array, b: Uint8Array): number {
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0 ? 1 : 0;
}

async function digest(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}
