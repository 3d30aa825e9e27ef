/**
 * What the public API calls an op, with its signature as the source has it.
 *
 * @module
 */

/** A method of Tensor or a function, as `deno doc` finds it. */
export interface Symbol {
  /** "Tensor.add", "cat". */
  readonly name: string;
  /** On one line. */
  readonly signature: string;
  /** The comment `// Title` that it stands under in its class, or the stem of its file. */
  readonly section: string;
}

interface Located {
  location: { filename: string; line: number; byteIndex: number };
}
interface Declaration extends Located {
  kind: string;
  def?: { methods?: (Located & { name: string; kind: string })[] };
}
interface DocNode {
  name: string;
  declarations: Declaration[];
}

/** The functions of mod.ts and the methods of Tensor. */
export async function publicSymbols(): Promise<Symbol[]> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["doc", "--json", "mod.ts"] }).output();
  const { nodes } = JSON.parse(new TextDecoder().decode(stdout));
  const [{ symbols }] = Object.values(nodes) as { symbols: DocNode[] }[];
  return symbols.flatMap(symbolsOf);
}

function symbolsOf({ name, declarations }: DocNode): Symbol[] {
  const [first] = declarations;
  if (first.kind === "function") return [described(first, name)];
  if (name !== "Tensor") return [];
  const methods = Map.groupBy(first.def!.methods!.filter((m) => m.kind === "method"), (m) => m.name);
  return [...methods.values()].filter(([m]) => !m.name.startsWith("["))
    .map(([m]) => described(m, `Tensor.${m.name}`));
}

const texts = new Map<string, string>();

function described({ location: { filename, byteIndex, line } }: Located, name: string): Symbol {
  let text = texts.get(filename);
  if (text === undefined) texts.set(filename, text = Deno.readTextFileSync(new URL(filename)));
  const bytes = new TextEncoder().encode(text);
  const source = new TextDecoder().decode(bytes.subarray(byteIndex));
  const before = text.split("\n").slice(0, line);
  const title = before.findLast((l) => /^ {2}\/\/ /.test(l))?.replace(/^ *\/\/ /, "").replace(/[,:].*/, "");
  const stem = filename.replace(/.*\//, "").replace(".ts", "");
  return { name, signature: signatureIn(source), section: name.startsWith("Tensor.") ? title ?? "" : stem };
}

/** From the name to the brace of the body, without `export function`. */
function signatureIn(source: string): string {
  const end = bodyAt(source);
  const head = source.slice(0, end).replace(/^export (async )?function\s+/, "").replace(/\s+/g, " ").trim();
  return head.replace(/\( /g, "(").replace(/,? \)/g, ")").replace(/;$/, "").replace(/^async /, "");
}

/** Where the body begins, or a declaration without one ends. */
function bodyAt(source: string): number {
  let depth = 0;
  let closed = false; // the parameters
  for (let i = 0; i < source.length; i++) {
    const c = source[i];
    if (c === "{" && depth === 0 && closed && !/[:|]\s*$/.test(source.slice(0, i))) return i;
    if ("({[<".includes(c)) depth++;
    else if (")}]".includes(c) || (c === ">" && source[i - 1] !== "=")) depth--;
    else if (c === ";" && depth === 0) return i;
    if (c === ")" && depth === 0) closed = true;
  }
  return source.length;
}
