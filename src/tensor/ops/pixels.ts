/**
 * Channels to pixels and back (Shi et al. 2016).
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { show } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { tidy } from "./tidy.ts";

/** See {@linkcode Tensor.pixelShuffle}. */
export function pixelShuffle(x: Tensor, r: number): Tensor {
  checkPixels("pixelShuffle", x, r, x.rank >= 3 && x.shape.at(-3)! % (r * r) === 0);
  const lead = x.shape.slice(0, -3);
  const [c, h, w] = [x.shape.at(-3)! / (r * r), ...x.shape.slice(-2)];
  const n = lead.length;
  return tidy([x], (x) =>
    x.reshape(...lead, c, r, r, h, w)
      .permute(...lead.map((_, d) => d), n, n + 3, n + 1, n + 4, n + 2)
      .reshape(...lead, c, h * r, w * r));
}

/** See {@linkcode Tensor.pixelUnshuffle}. */
export function pixelUnshuffle(x: Tensor, r: number): Tensor {
  checkPixels("pixelUnshuffle", x, r, x.rank >= 3 && x.shape.at(-2)! % r === 0 && x.shape.at(-1)! % r === 0);
  const lead = x.shape.slice(0, -3);
  const [c, h, w] = [x.shape.at(-3)!, x.shape.at(-2)! / r, x.shape.at(-1)! / r];
  const n = lead.length;
  return tidy([x], (x) =>
    x.reshape(...lead, c, h, r, w, r)
      .permute(...lead.map((_, d) => d), n, n + 2, n + 4, n + 1, n + 3)
      .reshape(...lead, c * r * r, h, w));
}

function checkPixels(op: string, x: Tensor, r: number, fits: boolean): void {
  if (fits && Number.isInteger(r) && r > 0) return;
  const wanted = op === "pixelShuffle" ? `[.., C ${r}^2, H, W]` : `[.., C, H ${r}, W ${r}]`;
  throw new WickError("SHAPE_MISMATCH", `Cannot ${op} ${show(x.shape)} by ${r}: it must be ${wanted}`);
}
