import { deepEqual, ok } from "node:assert/strict";
import { load } from "../../mod.ts";
import { repositoryPath } from "../shared.ts";
import { contract } from "./suite.ts";

const path = repositoryPath("models/wick-stories.gguf");

contract({
  test: (name, run) => Deno.test(`contract in Deno: ${name}`, run),
  equal: (actual, expected, message = "equal") => deepEqual(actual, expected, message),
  close: (actual, expected, tolerance, message) =>
    ok(Math.abs(actual - expected) <= tolerance, `${message ?? "close"}: ${actual} is not ${expected}`),
}, {
  open: (options) => load(path, options),
  openBytes: (bytes) => load(bytes),
  head: async (length) => (await Deno.readFile(path)).subarray(0, length),
});
