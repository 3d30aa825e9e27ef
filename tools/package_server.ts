/**
 * A registry's part in a user's project: serves exactly the files of the package over HTTP.
 *
 * @module
 */

const types: Readonly<Record<string, string>> = {
  ts: "application/typescript",
  wasm: "application/wasm",
  json: "application/json",
};

/** A server of the package's files, at `url`. */
export interface PackageServer extends AsyncDisposable {
  /** Where the package begins; ends in "/". */
  readonly url: string;
}

/** Serves `files`, relative to the working folder; everything else is 404. */
export function servePackage(files: readonly string[]): PackageServer {
  const known = new Set(files);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async ({ url }) => {
    const file = decodeURIComponent(new URL(url).pathname).slice(1);
    if (!known.has(file)) return new Response(`no ${file} in the package`, { status: 404 });
    const type = types[file.slice(file.lastIndexOf(".") + 1)] ?? "application/octet-stream";
    return new Response(await Deno.readFile(file), { headers: { "content-type": type } });
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
