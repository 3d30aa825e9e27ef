/**
 * Rows that normalise channels of [B, C, S].
 *
 * @module
 */
import { input, type Kernel, optional, output } from "../kernel.ts";
import { columnScratch } from "./reduce_middle.ts";

const rest: Pick<Kernel, "params" | "cells" | "gradient"> = {
  params: { C: "i32", S: "i32" },
  cells: { B: "i32" },
  gradient: "ops",
};

/** Mean and variance of each channel over b and s. */
export const channel_moments_f32: Kernel = {
  name: "channel_moments_f32",
  operands: [input("x", "f32", "B,C,S"), output("mean", "f32", "C"), output("variance", "f32", "C")],
  scratch: columnScratch,
  ...rest,
  tolerance: 1e-6,
};

/** y = (x - mean[c]) scale[c] + shift[c]; without shift plus 0; y may be x. */
export const channel_affine_f32: Kernel = {
  name: "channel_affine_f32",
  operands: [
    input("x", "f32", "B,C,S"),
    input("mean", "f32", "C"),
    input("scale", "f32", "C"),
    optional("shift", "f32", "C"),
    output("y", "f32", "B,C,S"),
  ],
  ...rest,
  tolerance: 2e-7,
};
