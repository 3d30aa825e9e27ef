import { deepEqual, equal } from "node:assert/strict";
import { Penalties, type PenaltyOptions } from "../../src/generate/penalties.ts";
import { resolveOptions } from "../../src/generate/options.ts";
import { Random, testSeed } from "../random.ts";
import * as reference from "./reference.ts";

const OFF: PenaltyOptions = { repeatPenalty: 1, repeatLastN: 64, presencePenalty: 0, frequencyPenalty: 0 };

function penalized(options: Partial<PenaltyOptions>, text: number[], logits: number[]): number[] {
  const penalties = new Penalties({ ...OFF, ...options }, logits.length);
  for (const id of text) penalties.accept(id);
  const changed = Float32Array.from(logits);
  penalties.apply(changed);
  return [...changed];
}

Deno.test("Penalties divide positive logits and multiply the others by the repeat penalty, once", () => {
  deepEqual(penalized({ repeatPenalty: 2 }, [0, 1, 1, 2], [4, -4, 0, 8]), [2, -8, 0, 8]);
});

Deno.test("Penalties subtract presence once and frequency by count", () => {
  deepEqual(penalized({ presencePenalty: 0.5 }, [0, 1, 1], [4, -4, 1]), [3.5, -4.5, 1]);
  deepEqual(penalized({ frequencyPenalty: 0.5 }, [0, 1, 1], [4, -4, 1]), [3.5, -5, 1]);
  deepEqual(penalized({ frequencyPenalty: -1, presencePenalty: -1 }, [1, 1], [4, -4]), [4, -1]);
});

Deno.test("Penalties forget tokens that leave the window", () => {
  const options = { frequencyPenalty: 1, repeatLastN: 3 };
  deepEqual(penalized(options, [0, 0, 1, 0], [0, 0, 0]), [-2, -1, 0]);
  deepEqual(penalized(options, [0, 0, 1, 1, 1], [0, 0, 0]), [0, -3, 0]);
  deepEqual(penalized({ frequencyPenalty: 1, repeatLastN: 1 }, [0, 1, 2, 2], [0, 0, 0]), [0, 0, -1]);
});

Deno.test("Penalties that change nothing are not active", () => {
  equal(new Penalties(OFF, 4).active, false);
  equal(new Penalties({ ...OFF, repeatPenalty: 2, repeatLastN: 0 }, 4).active, false);
  equal(new Penalties({ ...OFF, presencePenalty: -1 }, 4).active, true);
  deepEqual(penalized({}, [0, 0, 1], [1, 2]), [1, 2]);
});

Deno.test("Penalties agree with a recount of the window after each of many tokens", () => {
  const random = new Random(testSeed());
  for (const repeatLastN of [1, 2, 7, 64]) {
    for (const vocabulary of [1, 3, 20, 200]) {
      const options = resolveOptions(
        { repeatPenalty: 1.3, frequencyPenalty: 0.2, presencePenalty: 0.4, repeatLastN },
        { vocabulary, contextLength: 64 },
      );
      const penalties = new Penalties(options, vocabulary);
      const text: number[] = [];
      for (let i = 0; i < 150; i++) {
        text.push(random.integer(0, vocabulary - 1));
        penalties.accept(text[i]);
        const logits = random.floats(vocabulary, 3);
        const wanted = reference.adjust(logits, options, text);
        penalties.apply(logits);
        deepEqual([...logits], wanted, `window ${repeatLastN}, vocabulary ${vocabulary}, token ${i}`);
      }
    }
  }
});
