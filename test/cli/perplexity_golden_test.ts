import { equal, ok } from "node:assert/strict";
import { sharedTest } from "../shared.ts";
import { spawn } from "./process.ts";

const golden = "golden/generation/wick-stories-q4_0.json";

sharedTest(
  "tokenize and perplexity --activations f32 agree with the float64 reference",
  [golden],
  async ([path]) => {
    const { perplexity: { text, token_ids, n_tokens, reference_f32 } } = JSON.parse(
      await Deno.readTextFile(path),
    );
    const { ids, tokens } = JSON.parse((await spawn(["tokenize", "-", "--json"], { stdin: text })).stdout);
    equal(ids.slice(0, n_tokens).join(), token_ids.join());
    const stdin = tokens.slice(1, n_tokens).join(""); // behind BOS; the text is ASCII
    const measured = await spawn(["perplexity", "-", "--context", "512", "--activations", "f32", "--json"], {
      stdin,
    });
    const { tokens: predicted, nll } = JSON.parse(measured.stdout);
    equal(predicted, n_tokens - 1);
    ok(Math.abs(nll - reference_f32.mean_nll) <= 1e-4, `${nll} and ${reference_f32.mean_nll}`);
  },
);
