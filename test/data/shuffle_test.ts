/** Shuffles are permutations that seed and epoch alone decide, none likelier than another. */
import { deepEqual, notDeepEqual, ok } from "node:assert/strict";
import { ascending, shuffled } from "../../src/data/shuffle.ts";
import { philox4x32 } from "../../src/tensor/philox.ts";

Deno.test("a shuffle has every number once, whatever the length", () => {
  for (const length of [1, 2, 3, 4, 5, 7, 8, 9, 100, 4097]) {
    for (const seed of [0, 1, 2 ** 32, 2 ** 53 - 1]) {
      deepEqual(shuffled(length, seed, 3).toSorted(), ascending(length));
    }
  }
});

Deno.test("a shuffle is the documented one: Fisher and Yates by Philox's words", () => {
  const [length, seed, epoch] = [11, 2 ** 40 + 5, 2 ** 33 + 2];
  const order = Array.from({ length }, (_, i) => i);
  for (let i = length - 1; i > 0; i--) {
    const words = new Uint32Array(4);
    philox4x32(Math.floor(i / 4), 2, 2, 0x73687566, 5, 2 ** 8, words);
    const j = Number((BigInt(words[i % 4]) * BigInt(i + 1)) >> 32n);
    [order[i], order[j]] = [order[j], order[i]];
  }
  deepEqual([...shuffled(length, seed, epoch)], order);
  // stored: what a seed means may not change
  deepEqual([...shuffled(8, 1, 0)], [1, 6, 4, 2, 3, 0, 7, 5]);
});

Deno.test("seeds and epochs have orders of their own", () => {
  const orders = [[1, 0], [1, 1], [2, 0], [1 + 2 ** 32, 0], [1, 2 ** 32]].map(([s, e]) => shuffled(50, s, e));
  orders.forEach((a, i) => orders.forEach((b, j) => i < j && notDeepEqual(a, b)));
});

Deno.test("every order of four is as likely (chi-square over 24000 epochs)", () => {
  const counts = new Map<string, number>();
  for (let epoch = 0; epoch < 24_000; epoch++) {
    const key = shuffled(4, 9, epoch).join();
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  const distance = [...counts.values()].reduce((sum, count) => sum + (count - 1000) ** 2 / 1000, 0);
  ok(counts.size === 24 && distance < 49.73, `${distance}`); // exceeded by one seed of a thousand
});
