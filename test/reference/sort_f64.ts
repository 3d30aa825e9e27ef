/**
 * The oracle of sorting f64.
 *
 * @module
 */
import type { Reference } from "./reference.ts";
import { wide } from "./scan_f64.ts";
import { floats, sorting, ties } from "./sort.ts";

export const sort_f64: Reference = sorting(
  [(random, n) => wide(floats(random, n)), (random, n) => wide(ties(random, n))],
  false,
);
