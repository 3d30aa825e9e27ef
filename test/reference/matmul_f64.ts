/**
 * The oracle of the f64 matmul.
 *
 * @module
 */
import { reference } from "./matmul_f32.ts";
import type { Reference } from "./reference.ts";

export const matmul_f64: Reference = reference(
  (random, count) => Float64Array.from(random.floats(count)),
  (v) => v,
  Float64Array,
);
