/**
 * How every host of the route suite serves.
 *
 * @module
 */
import type { ServeOptions } from "../../src/serve/mod.ts";

/** The options beside the model. */
export const hostOptions: Omit<ServeOptions, "models"> = {
  cors: ["https://page.example"],
  limits: { bodyBytes: 100_000 },
};
