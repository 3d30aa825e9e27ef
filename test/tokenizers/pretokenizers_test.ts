import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { textTokenizerFromGguf } from "../../src/tokenizers/mod.ts";
import { PreTokenizer } from "../../src/tokenizers/pretokenize.ts";
import { PRE_TOKENIZERS } from "../../src/tokenizers/pretokenizers.ts";
import { sharedTest } from "../shared.ts";
import { readGolden } from "./fixtures.ts";
import { pairVocabulary } from "./pair_vocabulary.ts";

interface Golden {
  texts: string[];
  families: { names: string[]; ids: number[][] }[];
}

const golden = readGolden<Golden>("tokenizers/pretokenizers.json.gz");

const goldens: Record<string, Golden> = {
  "odd texts": golden,
  "characters of later versions of Unicode": readGolden<Golden>("tokenizers/later_characters.json.gz"),
};

for (const [kind, golden] of Object.entries(goldens)) {
  Deno.test(`every pre-tokenizer cuts ${kind} as libllama does`, () => cutsAsLibllama(golden));
}

function cutsAsLibllama({ texts, families }: Golden): void {
  const vocabulary = pairVocabulary(texts);
  const names = families.flatMap((family) => family.names);
  deepEqual([...names, "whitespace"].sort(), [...PRE_TOKENIZERS.keys()].sort());
  const checked = new Set();
  for (const { names, ids } of families) {
    for (const name of names) {
      // Names that share their rules are one tokenizer.
      const spec = PRE_TOKENIZERS.get(name);
      if (checked.has(spec)) continue;
      checked.add(spec);
      const tokenizer = textTokenizerFromGguf(new Map([...vocabulary, ["tokenizer.ggml.pre", name]]));
      const wrong = texts.filter((text, i) =>
        tokenizer.encode(text, { addSpecial: false }).join() !== ids[i].join()
      );
      deepEqual([name, wrong.slice(0, 2)], [name, []]);
    }
  }
}

sharedTest("every name that llama.cpp knows is known", ["golden/tokenizers/pretokenizers.json"], ([path]) => {
  const { pres } = JSON.parse(readFileSync(path, "utf8"));
  ok(Object.keys(pres).length > 80);
  for (const [name, flags] of Object.entries<Record<string, unknown>>(pres)) {
    const spec = PRE_TOKENIZERS.get(name);
    deepEqual(
      [name, spec?.ignoreMerges ?? false, spec?.addBos ?? false, spec?.markSpaces ?? false],
      [name, flags.ignore_merges ?? false, flags.add_bos ?? false, flags.escape_whitespaces ?? false],
    );
  }
});

Deno.test("a pre-tokenizer's pieces are the text", () => {
  for (const spec of new Set(PRE_TOKENIZERS.values())) {
    const pre = new PreTokenizer(spec);
    for (const text of golden.texts) {
      let end = 0;
      pre.split(text, (start, stop) => {
        equal(start, end);
        ok(stop > start);
        end = stop;
      });
      equal(end, text.length);
    }
  }
});

Deno.test("a missing pre-tokenizer is the default, an unknown one is named", () => {
  const vocabulary = pairVocabulary(["abc 1234!"]);
  const encode = (pre?: string): number[] =>
    textTokenizerFromGguf(
      new Map(pre === undefined ? vocabulary : [...vocabulary, ["tokenizer.ggml.pre", pre]]),
    )
      .encode("abc 1234!", { addSpecial: false });
  deepEqual(encode(), encode("default"));
  throws(() => encode("gpt-99"), {
    code: "UNSUPPORTED_TOKENIZER",
    message: /known pre-tokenizer, got "gpt-99"/,
  });
});

const RUNS: Record<string, string> = {
  spaces: " ",
  newlines: "\n",
  digits: "7",
  letters: "a",
  capitals: "A",
  "mixed case": "aB",
  quotes: "'",
  symbols: "-",
  Chinese: "你",
  "spaces and digits": " 7",
  "spaces and newlines": " \n",
  marks: "\u0301",
};

Deno.test("no pre-tokenizer takes quadratic time on a long run", () => {
  // 100,000 squared would take about a minute for each of the runs.
  for (const spec of new Set(PRE_TOKENIZERS.values())) {
    const pre = new PreTokenizer(spec);
    for (const unit of Object.values(RUNS)) {
      for (const end of ["", "x", "你", "!"]) {
        let length = 0;
        pre.split(unit.repeat(100_000 / unit.length) + end, (start, stop) => length += stop - start);
        equal(length, 100_000 + end.length);
      }
    }
  }
});
