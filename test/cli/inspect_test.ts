import { deepEqual, equal, match } from "node:assert/strict";
import { Gguf } from "../../src/formats/gguf.ts";
import { ggmlType } from "../../src/formats/ggml_types.ts";
import { type MetadataValue, StringArray } from "../../src/formats/metadata.ts";
import { bytesSource } from "../../src/hub/memory_source.ts";
import { elide } from "../../src/cli/metadata.ts";
import { wick } from "./fakes.ts";

Deno.test("elide() keeps short arrays whole and long ones as length and first items", () => {
  deepEqual(elide(new Uint16Array([1, 2])), [1, 2]);
  deepEqual(elide(StringArray.from(["a", "é"])), ["a", "é"]);
  deepEqual(elide(Float32Array.from({ length: 17 }, (_, i) => i)), {
    length: 17,
    first: [0, 1, 2, 3, 4, 5, 6, 7],
  });
  deepEqual(elide([true, [new Int8Array([-1])]]), [true, [[-1]]]);
  equal(elide(2n ** 63n), "9223372036854775808");
});

function header(): Gguf {
  const pairs: [string, MetadataValue][] = [
    ["general.architecture", "strange"],
    ["general.name", "evil \x1b[2J name \x9b31m\u202egnol"],
    ["tokenizer.ggml.tokens", StringArray.from(Array.from({ length: 40 }, (_, i) => `t${i}`))],
  ];
  const tensor = {
    name: "a.weight",
    shape: [4, 32],
    type: ggmlType(8, "a"),
    offset: 128,
    bytes: 136,
    shard: 0,
  };
  return new Gguf(3, new Map(pairs), new Map([[tensor.name, tensor]]), [
    bytesSource(new Uint8Array(0), "strange.gguf"),
  ]);
}

Deno.test("inspect --json tells metadata, tensors and parameters, also of a model that can't run", async () => {
  const { code, stdout, stderr } = await wick(["inspect", "strange.gguf", "--json"], { header: header() });
  equal(code, 0, stderr);
  const { metadata, tensors, parameterCount, memory, unsupported } = JSON.parse(stdout);
  equal(metadata["general.architecture"], "strange");
  equal(metadata["tokenizer.ggml.tokens"].length, 40);
  deepEqual(tensors, [{ name: "a.weight", type: "Q8_0", shape: [4, 32], bytes: 136 }]);
  equal(parameterCount, 128);
  equal(memory, null);
  match(unsupported, /strange/);
});

Deno.test("inspect prints no control character of a file to the terminal", async () => {
  const { stdout } = await wick(["inspect", "strange.gguf"], { header: header(), terminal: true });
  match(stdout, /evil \\u001b\[2J name/);
  // deno-lint-ignore no-control-regex -- these are what must not be there
  equal(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/.test(stdout), false);
  match(stdout, /1 tensors · 128 parameters · 136 B/);
});
