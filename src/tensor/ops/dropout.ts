/**
 * Dropout.
 *
 * @module
 */
import { dropout_f32 } from "../../device/kernels/random.ts";
import { WickError } from "../../error.ts";
import { asOp } from "../as_op.ts";
import { track } from "../autograd.ts";
import { result, rowCount, run } from "../dispatch.ts";
import { type Draw, nextDraw } from "../draw.ts";
import { isHalf, isTrainable } from "../dtype.ts";
import type { Generator } from "../generator.ts";
import { defaultGenerator } from "../random.ts";
import type { Tensor } from "../tensor.ts";
import { throughF32 } from "./cast.ts";
import { compare, where } from "./compare.ts";
import { filled } from "./fill.ts";

/**
 * Zero with probability `rate`, else x / (1 - rate) (Srivastava et al. 2014): training only. Takes one call of the
 * generator, whose draw its gradient uses again.
 *
 * @param generator [the default one]
 */
export function dropout(x: Tensor, rate: number, generator: Generator = defaultGenerator()): Tensor {
  return asOp("dropout", () => {
    if (!isTrainable(x.dtype)) {
      throw new WickError("DTYPE_MISMATCH", `Cannot dropout ${x}: it takes f32, f64, f16 and bf16`);
    }
    checkRate(rate);
    const draw = nextDraw(generator, x.device);
    if (isHalf(x.dtype)) return throughF32(x, (x) => dropped(x, rate, draw));
    return x.dtype === "f64" ? droppedWide(x, rate, draw) : dropped(x, rate, draw);
  });
}

/** What f32 drops, of f64. */
function droppedWide(x: Tensor, rate: number, draw: Draw): Tensor {
  using ones = filled(x, 1, "f32", x.shape, x.rows);
  using drawn = dropped(ones, rate, draw);
  using keeps = compare("ne", drawn, 0);
  using scaled = x.mul(1 / (1 - rate));
  return where(keeps, scaled, 0);
}

/** Throws where a rate is no probability. */
function checkRate(rate: number): void {
  if (rate >= 0 && rate <= 1) return;
  throw new WickError("INVALID_ARGUMENT", `Dropout's rate must be in 0..1, got ${rate}`, { param: "rate" });
}

/** Linear in x, and its own gradient. */
function dropped(x: Tensor, rate: number, { key, n }: Draw): Tensor {
  using dense = x.contiguous();
  const y = result("dropout", [dense], "f32", x.shape, x.rows);
  run(dropout_f32, [dense, y], [x.shape.at(-1) ?? 1, ...key, rate], [rowCount(dense), n]);
  return track("dropout", y, [x], [], (dy) => [dropped(dy, rate, { key, n })]);
}
