/**
 * The compiled kernel builds, and the choice between them.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { relaxed, simd } from "./modules.js";

/** The builds that a device can be opened with. */
export type BuildName = "relaxed" | "simd";

const modules: Readonly<Record<BuildName, WebAssembly.Module>> = { relaxed, simd };

/** A module that uses i8x16.relaxed_swizzle: valid exactly where relaxed SIMD is. */
// deno-fmt-ignore
const RELAXED_PROBE = Uint8Array.of(
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 15, 1, 13, 0,
  65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11,
);

/** The fastest build that this runtime accepts. */
export function bestBuild(): BuildName {
  return WebAssembly.validate(RELAXED_PROBE) ? "relaxed" : "simd";
}

/** The module of a build. */
export function buildModule(name: BuildName): WebAssembly.Module {
  const module = modules[name];
  if (module) return module;
  throw new WickError(
    "INVALID_ARGUMENT",
    `Cannot open the kernel build ${JSON.stringify(name)}: expected one of ${
      Object.keys(modules).join(", ")
    }`,
    { param: "build" },
  );
}
