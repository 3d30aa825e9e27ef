/**
 * Oracles of scans of f64: those of f32 with numbers that f32 does not hold.
 *
 * @module
 */
import type { Reference } from "./reference.ts";
import {
  backward,
  best,
  cumprodBackward,
  type Draw,
  type Elements,
  factors,
  floats,
  largest,
  running,
  scan,
  smallest,
  special,
  ties,
} from "./scan.ts";

/** With more bits than f32 has. */
export const wide = (x: Elements): Float64Array =>
  Float64Array.from(x as Float32Array, (v) => v * (1 + 2 ** -30));
const drawn = (draw: Draw): Draw => (random, n) => wide(draw(random, n));

export const cumsum_f64: Reference = scan(
  running((a, b) => a + b, 0),
  drawn(floats),
  running((a, b) => a + Math.abs(b), 0),
);
export const cumprod_f64: Reference = scan(running((a, b) => a * b, 1), drawn(factors));
export const cummax_f64: Reference = best(largest, [drawn(ties), drawn(special)]);
export const cummin_f64: Reference = best(smallest, [drawn(ties), drawn(special)]);
export const cumprod_backward_f64: Reference = backward(cumprodBackward, true, wide);
