/**
 * Writes what libllama makes of odd texts: test/golden/tokenizers/{pretokenizers,later_characters,wordpiece}.json.gz.
 *
 * Usage, in a folder where `npm i node-llama-cpp@3.22.1` (with its linux-x64 package) was run:
 * `deno run -A --node-modules-dir=manual .../llama_ids.ts node-llama-cpp BERT.gguf`, where BERT.gguf is
 * llama.cpp's vocabulary bert-bge. A pre-tokenizer that libllama does not run is named on the console.
 *
 * @module
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { fileURLToPath, pathToFileURL } from "node:url";
import { gzipSync } from "node:zlib";
import { openGguf } from "../../../src/formats/gguf.ts";
import type { StringArray } from "../../../src/formats/metadata.ts";
import { toSource } from "../../../src/hub/source.ts";
import { PRE_TOKENIZERS } from "../../../src/tokenizers/pretokenizers.ts";
import { classifiable } from "../../../src/tokenizers/unicode.ts";
import { writeGguf, type WrittenValue } from "../../formats/gguf_writer.ts";
import { pairVocabulary } from "../../tokenizers/pair_vocabulary.ts";

const FRAGMENTS = [
  ..."a|B|abc|ABC|camelCase|HTMLParser|don't|DON'T|I'll|we'RE|'|'s| |  |   |    |\t|\n|\r\n|\n\n| \n|1|12|123".split("|"),
  ..."1234567|½|१२३४|Ⅳ|~|~~|^`$+<=>|!|?!|...|，|。|“|”|…|你好|世界人民|日本語|カタカナ|한국어|ไทย|हिन्दी|é|e\u0301|Ünï".split("|"),
  ..."ПРИВЕТ|Привет|ΑΒΓ|ſ|İ|ǅ|ʰ|🦙|👨\u200d👩|\u00a0|\u3000|\u0085|\ufeff|\u200b|<sentinel:12>|IMGIMGABCZ|/|//|_".split("|"),
  ..."foo_bar|(a)|x=1|0x1F|3.14|1,000|A1b2|﷽|𐐀𐐨|\u{20000}|豈|ㄅㄆ|ㄱ|؟|।|<div>|#include|@user|\u1b7f|\u0378|the|of and".split("|"),
];
const WORDPIECE_TOKENS = 3600;

function texts(count: number): string[] {
  let state = 5;
  const draw = (n: number): number => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) % 65521 % n;
  return Array.from({ length: count }, () =>
    Array.from({ length: 2 + draw(12) }, () => FRAGMENTS[draw(FRAGMENTS.length)]).join(""));
}

/** Texts with the first, a middle and the last character of each run that Unicode 16 and 17 added, and its neighbours. */
function laterTexts(): string[] {
  const isLater = (c: number) => classifiable(String.fromCodePoint(c)) !== String.fromCodePoint(c);
  const chosen: number[] = [];
  for (let from = 0x80; from < 0x110000; from++) {
    if (from >= 0xd800 && from < 0xe000 || !isLater(from)) continue;
    let to = from;
    while (isLater(to + 1)) to++;
    chosen.push(from - 1, from, from + to >> 1, to, to + 1);
    from = to;
  }
  const groups: string[] = [];
  for (let i = 0; i < chosen.length; i += 6) {
    groups.push(chosen.slice(i, i + 6).map((c) => String.fromCodePoint(c)).map((c) => `a${c} 你${c}b  ${c}1!${c}${c}`).join(""));
  }
  return groups;
}

const folder = mkdtempSync(`${tmpdir()}/llama-ids-`);
const [module, bert] = Deno.args;
const specifier = module.startsWith("/") ? pathToFileURL(module).href : module;
const { getLlama } = await import(specifier);
const llama = await getLlama({ gpu: false, build: "never", logLevel: "disabled" });

/** libllama's ids of the texts, or undefined where it does not load the vocabulary. */
async function idsOf(metadata: ReadonlyMap<string, unknown>, samples: string[]): Promise<number[][] | undefined> {
  const modelPath = `${folder}/vocabulary.gguf`;
  writeFileSync(modelPath, writeGguf(Object.fromEntries(metadata) as Record<string, WrittenValue>));
  try {
    const model = await llama.loadModel({ modelPath, vocabOnly: true });
    const ids = samples.map((text) => Array.from(model.tokenize(text, false) as Iterable<number>));
    await model.dispose();
    return ids;
  } catch (error) {
    console.log(String(error));
  }
}

function write(name: string, value: unknown): void {
  const path = fileURLToPath(new URL(`../tokenizers/${name}.json.gz`, import.meta.url));
  writeFileSync(path, gzipSync(JSON.stringify(value), { level: 9 }));
}

/** The texts, and what each family of pre-tokenizers makes of them. */
async function families(samples: string[]) {
  const vocabulary = pairVocabulary(samples);
  const found = new Map<string, string[]>();
  for (const name of PRE_TOKENIZERS.keys()) {
    // libllama aborts on spaces in pieces that are no bytes.
    if (name === "whitespace") continue;
    const ids = await idsOf(new Map([...vocabulary, ["tokenizer.ggml.pre", name]]), samples);
    if (ids === undefined) console.log(`${name}: not run`);
    else found.set(JSON.stringify(ids), [...found.get(JSON.stringify(ids)) ?? [], name]);
  }
  return { texts: samples, families: [...found].map(([ids, names]) => ({ names, ids: JSON.parse(ids) })) };
}

const samples = texts(90);
write("pretokenizers", await families(samples));
write("later_characters", await families(laterTexts()));
if (!bert) Deno.exit(0);

using gguf = await openGguf(await toSource(readFileSync(bert)));
const all = [...gguf.metadata.get("tokenizer.ggml.tokens") as StringArray];
const tokens = all.slice(0, WORDPIECE_TOKENS);
const types = Array.from(gguf.metadata.get("tokenizer.ggml.token_type") as Int32Array).slice(0, WORDPIECE_TOKENS);
const small = new Map<string, unknown>([
  ...gguf.metadata,
  ["tokenizer.ggml.tokens", tokens],
  ["tokenizer.ggml.token_type", Int32Array.from(types)],
]);
write("wordpiece", { tokens, types, texts: samples, ids: await idsOf(small, samples) });
rmSync(folder, { recursive: true });
Deno.exit(0);
