/**
 * Where the documents' links lead: a link within the repository must lead to something that is published, since the
 * package's page resolves it there, and a heading that it names must stand there.
 *
 * @module
 */

/** The faulty links of the documents among `files`, the published ones; each with its document. */
export function deadLinks(files: readonly string[]): string[] {
  const published = new Set(files);
  for (const file of files) { // folders are shown as lists
    for (let end = file.lastIndexOf("/"); end > 0; end = file.lastIndexOf("/", end - 1)) {
      published.add(file.slice(0, end));
    }
  }
  const documents = files.filter((file) => file.endsWith(".md"));
  return documents.flatMap((document) =>
    linksOf(document).filter((link) => !leads(document, link, published))
      .map((link) => `${document} links to ${link}, which leads nowhere in the package`)
  );
}

/** The links of a document that stay in the repository; code is no text. */
function linksOf(document: string): string[] {
  const text = Deno.readTextFileSync(document).replace(/^```.*?^```$/gms, "").replace(/`[^`\n]*`/g, "");
  const links = [...text.matchAll(/\]\(\s*<?([^)\s>]+)/g), ...text.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)];
  return links.map(([, link]) => link).filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link));
}

function leads(document: string, link: string, published: ReadonlySet<string>): boolean {
  const url = new URL(link, `file:///${document}`);
  const path = decodeURIComponent(url.pathname).slice(1).replace(/\/$/, "");
  if (!published.has(path)) return false;
  return url.hash === "" || (path.endsWith(".md") && anchorsOf(path).has(url.hash.slice(1)));
}

/** The headings of a document, as pages name them. */
function anchorsOf(document: string): Set<string> {
  const text = Deno.readTextFileSync(document).replace(/^```.*?^```$/gms, "");
  const headings = [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading.toLowerCase());
  return new Set(headings.map((heading) => heading.replace(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-")));
}
