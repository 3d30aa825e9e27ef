/**
 * Rows of random numbers, a pure function of their place: element i of draw n has word i mod 4 of Philox 4x32-10 with
 * counter (i / 4, n, 0, 0) and key (key0, key1), and u = (word >>> 8) / 2^24.
 *
 * @module
 */
import { input, type Kernel, NO_GRADIENT, output } from "../kernel.ts";

/** y = low + (high - low) u. */
export const random_uniform_f32: Kernel = {
  name: "random_uniform_f32",
  operands: [output("y", "f32", "T,C")],
  params: { C: "i32", key0: "i32", key1: "i32", low: "f32", high: "f32" },
  cells: { T: "i32", n: "i32" },
  gradient: NO_GRADIENT.draw,
  tolerance: 5e-7,
};

/** y = mean + deviation z, z normal by Box and Muller of the words (0, 1) and (2, 3): r cos a, then r sin a. */
export const random_normal_f32: Kernel = {
  name: "random_normal_f32",
  operands: [output("y", "f32", "T,C")],
  params: { C: "i32", key0: "i32", key1: "i32", mean: "f32", deviation: "f32" },
  cells: { T: "i32", n: "i32" },
  gradient: NO_GRADIENT.draw,
  tolerance: 2e-6,
};

/** y = low + (word range >> 32), range as an unsigned word (Lemire 2019, without its rejection). */
export const random_integer_i32: Kernel = {
  name: "random_integer_i32",
  operands: [output("y", "i32", "T,C")],
  params: { C: "i32", key0: "i32", key1: "i32", low: "i32", range: "i32" },
  cells: { T: "i32", n: "i32" },
  gradient: NO_GRADIENT.draw,
  tolerance: 0,
};

/** y = x / (1 - rate) where u >= rate, else 0; the same call on dy is its backward. y may be x. */
export const dropout_f32: Kernel = {
  name: "dropout_f32",
  operands: [input("x", "f32", "T,C"), output("y", "f32", "T,C")],
  params: { C: "i32", key0: "i32", key1: "i32", rate: "f32" },
  cells: { T: "i32", n: "i32" },
  gradient: ["dropout_f32"],
  tolerance: 2e-7,
};
