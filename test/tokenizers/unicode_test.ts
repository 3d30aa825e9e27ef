/** Character classes are those of Unicode 15.1, whatever version the runtime knows. */
import { deepEqual } from "node:assert/strict";
import { classifiable } from "../../src/tokenizers/unicode.ts";
import { readGolden } from "../golden_file.ts";

/** Of each class the number of its characters, and the first and last of each run of them, one after the other. */
const golden = readGolden<{ classes: Record<string, { count: number; runs: number[] }> }>(
  "tokenizers/unicode_classes.json",
);

for (const [name, { count, runs }] of Object.entries(golden.classes)) {
  Deno.test(`the class ${name} is that of Unicode 15.1 for every character`, () => {
    const inClass = new RegExp(`^\\p{${name}}$`, "u");
    const found: number[] = [];
    let members = 0, before = false;
    for (let c = 0; c <= 0x110000; c++) {
      const isCharacter = c < 0xd800 || (c >= 0xe000 && c < 0x110000);
      const is = isCharacter && inClass.test(classifiable(String.fromCodePoint(c)));
      if (is) members++;
      if (is !== before) found.push(is ? c : c - 1);
      before = is;
    }
    deepEqual([members, found], [count, runs]);
  });
}
