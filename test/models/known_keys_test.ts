/** Every key that GGUF's own library knows is read, harmless, or refused where it is not read. */
import { deepEqual, equal } from "node:assert/strict";
import { changingKeys, harmlessKeys } from "../../src/models/known_keys.ts";
import golden from "../golden/gguf_keys.json" with { type: "json" };

Deno.test("every key of a GGUF architecture is known as harmless or as changing what is computed", () => {
  const classified = [...harmlessKeys, ...changingKeys];
  equal(new Set(classified).size, classified.length, "a key in two places");
  deepEqual(golden.keys.filter((key) => !classified.includes(key)), []);
  // beside them, what files from before the typed form say
  deepEqual(classified.filter((key) => !golden.keys.includes(key)), ["rope.scale_linear"]);
});
