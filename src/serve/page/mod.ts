/**
 * The page at `/`: one document with its style and its module inside, so that it needs no further route, no file
 * and no build, and works wherever the app is mounted. Its policy allows exactly that style and that script, and no
 * way from text to markup.
 *
 * @module
 */
import * as gathered from "./gathered.ts";

/** The page with its hashes, made when it is first asked for: a Worker computes nothing before. */
let made: Promise<{ body: string; headers: Record<string, string> }> | undefined;

/** The page, or 304 for who has it already (`known` is the request's If-None-Match). */
export async function page(known?: string): Promise<Response> {
  const { body, headers } = await (made ??= make());
  const same = known?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === headers.etag);
  return same ? new Response(null, { status: 304, headers }) : new Response(body, { headers });
}

async function make() {
  const { html, style, script } = gathered;
  const body = html.trim()
    .replace("<style></style>", () => `<style>${style}</style>`)
    .replace('<script type="module"></script>', () => `<script type="module">${script}</script>`);
  const [whole, ofStyle, ofScript] = await Promise.all([body, style, script].map(sha256));
  const policy = `default-src 'none'; connect-src 'self'; img-src data:; script-src '${ofScript}'; ` +
    `style-src '${ofStyle}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; ` +
    "require-trusted-types-for 'script'; trusted-types 'none'";
  const headers = {
    "content-type": "text/html; charset=utf-8",
    "cache-control": "no-cache",
    etag: `"${whole.slice(7, 39)}"`,
    "content-security-policy": policy,
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
  };
  return { body, headers };
}

/** The hash of an inline element's text, as a content policy names it. */
async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}
