/** Block formats against ggml's own values, and the packed layout against itself. */
import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { blockFormats, packedBytes } from "../../src/quant/formats.ts";
import { deinterleave, interleave } from "../../src/quant/interleave.ts";
import { WickError } from "../../src/error.ts";
import { Random, testSeed } from "../random.ts";
import { repositoryPath, sharedTest } from "../shared.ts";

const seed = testSeed();

/** Bits, with both zeros as one. */
function bits(values: Float32Array): Int32Array {
  return new Int32Array(values.map((v) => v === 0 ? 0 : v).buffer);
}

function agrees(name: string, blocksFile: string, valuesFile: string): void {
  const format = blockFormats.get(name.toLowerCase() as "q4_0")!;
  const blocks = Deno.readFileSync(blocksFile);
  const wanted = new Float32Array(Deno.readFileSync(valuesFile).buffer);
  equal(wanted.length, blocks.length / format.bytes * format.block);
  const got = new Float32Array(wanted.length);
  format.dequantize(blocks, got);
  deepEqual(bits(got), bits(wanted));
}

for (const format of blockFormats.values()) {
  Deno.test(`${format.name} gives ggml's values to the bit on the embedded blocks`, () => {
    const stem = repositoryPath(`test/golden/quant/${format.name}`);
    agrees(format.name, `${stem}.blocks.bin`, `${stem}.f32.bin`);
  });

  const files = [`golden/quant/${format.name}.blocks.bin`, `golden/quant/${format.name}.f32.bin`];
  sharedTest(`${format.name} gives ggml's values to the bit on 4096 values`, files, ([blocks, values]) => {
    agrees(format.name, blocks, values);
  });

  Deno.test(`${format.name}: fields tile the block`, () => {
    const end = format.fields.reduce((at, { offset, size, granule }) => {
      equal(offset, at);
      equal(size % granule, 0);
      return at + size;
    }, 0);
    equal(end, format.bytes);
  });

  Deno.test(`${format.name}: packing is a bijection for 1 .. 17 rows`, () => {
    const random = new Random(seed);
    for (let rows = 1; rows <= 17; rows++) {
      const columns = format.block * random.integer(1, 3);
      const bytes = random.bytes(rows * columns / format.block * format.bytes);
      const packed = interleave(format, bytes, rows, columns);
      equal(packed.length, packedBytes(format, rows, columns));
      deepEqual(deinterleave(format, packed, rows, columns), bytes);
      const counts = (a: Uint8Array) => a.reduce((c, b) => (c[b]++, c), new Int32Array(256)).subarray(1);
      deepEqual(counts(packed), counts(bytes), "only zeros are added");
    }
  });
}

Deno.test("a row that is no whole number of blocks is refused", () => {
  const refused = (error: unknown) => error instanceof WickError && error.code === "SHAPE_MISMATCH";
  throws(() => packedBytes(blockFormats.get("q4_k")!, 8, 576), refused);
  ok(packedBytes(blockFormats.get("q4_0")!, 8, 576) > 0);
});
