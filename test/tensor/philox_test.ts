import { deepEqual, equal } from "node:assert/strict";
import { philox4x32, unitFloat64 } from "../../src/tensor/philox.ts";

type Words = [number, number, number, number];

// From kat_vectors of the Random123 distribution (philox 4x32, 10 rounds).
const KNOWN: { counter: Words; key: [number, number]; answer: Words }[] = [
  {
    counter: [0, 0, 0, 0],
    key: [0, 0],
    answer: [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8],
  },
  {
    counter: [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
    key: [0xffffffff, 0xffffffff],
    answer: [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd],
  },
  {
    counter: [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
    key: [0xa4093822, 0x299f31d0],
    answer: [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1],
  },
];

Deno.test("philox4x32() gives the known answers of Random123", () => {
  const out = new Uint32Array(4);
  for (const { counter, key, answer } of KNOWN) {
    philox4x32(...counter, ...key, out);
    deepEqual([...out], answer);
  }
});

Deno.test("philox4x32() takes signed words as their unsigned twins", () => {
  const out = new Uint32Array(4);
  philox4x32(-1, -1, -1, -1, -1, -1, out);
  deepEqual([...out], KNOWN[1].answer);
});

Deno.test("philox4x32() matches a BigInt reference on random counters", () => {
  const out = new Uint32Array(4);
  const words = new Uint32Array(6);
  for (let i = 0; i < 200; i++) {
    for (let j = 0; j < 6; j++) words[j] = Math.imul(i * 6 + j + 1, 0x9e3779b1) ^ (i << j);
    philox4x32(words[0], words[1], words[2], words[3], words[4], words[5], out);
    deepEqual([...out], reference([...words].map(BigInt)), `words ${[...words]}`);
  }
});

Deno.test("unitFloat64() spans [0, 1) with 53 bits", () => {
  equal(unitFloat64(0, 0), 0);
  equal(unitFloat64(0xffffffff, 0xffffffff), 1 - 2 ** -53);
  equal(unitFloat64(0x80000000, 0), 0.5);
  equal(unitFloat64(0, 64), 2 ** -53);
});

/** The paper's rounds in exact integers. */
function reference(words: bigint[]): number[] {
  const mask = 0xffffffffn;
  let [x0, x1, x2, x3, k0, k1] = words;
  for (let round = 0; round < 10; round++) {
    const a = 0xd2511f53n * x0, b = 0xcd9e8d57n * x2;
    [x0, x1, x2, x3] = [(b >> 32n) ^ x1 ^ k0, b & mask, (a >> 32n) ^ x3 ^ k1, a & mask];
    k0 = (k0 + 0x9e3779b9n) & mask;
    k1 = (k1 + 0xbb67ae85n) & mask;
  }
  return [x0, x1, x2, x3].map(Number);
}
