import { equal, throws } from "node:assert/strict";
import { statSync } from "node:fs";
import { ggmlType, ggmlTypeNamed, ggmlTypes } from "../../src/formats/ggml_types.ts";
import { sharedTest } from "../shared.ts";

/** The recorded blocks of each type hold this many values. */
const VALUES = 4096;

for (const { name, block, bytes } of ggmlTypes.values()) {
  if (name === "F32") continue; // recorded as values, not as blocks
  sharedTest(
    `${name} has blocks of ${bytes} bytes, as recorded`,
    [`golden/quant/${name}.blocks.bin`],
    ([path]) => {
      equal(statSync(path).size, VALUES / block * bytes);
    },
  );
}

Deno.test("ggmlType() gives known types, and says which other one it met", () => {
  equal(ggmlType(2, "x").name, "Q4_0");
  equal(ggmlTypeNamed("Q6_K"), ggmlType(14, "x"));
  equal(ggmlTypeNamed("iq4_nl")?.id, 20);
  equal(ggmlTypeNamed("q9"), undefined);
  throws(() => ggmlType(40, 'tensor "a" of b'), {
    code: "UNSUPPORTED_TENSOR_TYPE",
    message: /^Cannot read tensor "a" of b: its type must be one of F32 .*, got NVFP4, not supported yet$/,
  });
  throws(() => ggmlType(2 ** 32 - 1, "x"), {
    code: "UNSUPPORTED_TENSOR_TYPE",
    message: /unknown type 4294967295/,
  });
});
