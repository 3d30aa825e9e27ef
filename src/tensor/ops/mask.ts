/**
 * Elements by a mask.
 *
 * @module
 */
import { WickError } from "../../error.ts";
import { gradientsEnabled, noGrad } from "../autograd.ts";
import { constant } from "../constant.ts";
import { isHalf } from "../dtype.ts";
import { refuseWhileRecording } from "../program.ts";
import { broadcastShapes, show } from "../shape.ts";
import { Tensor } from "../tensor.ts";
import { where } from "./compare.ts";
import { indexSelect } from "./index_select.ts";

/** See {@linkcode Tensor.maskedFill}. */
export function maskedFill(x: Tensor, mask: Tensor, value: number): Tensor {
  needMask("maskedFill", x, mask);
  if (show(broadcastShapes("maskedFill", x.shape, mask.shape)) !== show(x.shape)) {
    throw new WickError(
      "SHAPE_MISMATCH",
      `Cannot maskedFill ${x} by ${mask}: the mask must broadcast to ${show(x.shape)}`,
    );
  }
  return where(mask, constant(x.device, value, x.dtype), x);
}

/** See {@linkcode Tensor.maskedSelect}. */
export async function maskedSelect(x: Tensor, mask: Tensor): Promise<Tensor> {
  needMask("maskedSelect", x, mask);
  const shape = broadcastShapes("maskedSelect", x.shape, mask.shape);
  const tracked = gradientsEnabled();
  using wide = mask.expand(...shape);
  const places = placesOf(await wide.data());
  const take = () => {
    using all = x.expand(...shape);
    using flat = all.reshape(-1);
    using index = integers(x, places, [places.length]);
    return indexSelect(flat, 0, index);
  };
  return tracked ? take() : noGrad(take);
}

/** See {@linkcode Tensor.nonzero}. */
export async function nonzero(x: Tensor): Promise<Tensor> {
  refuseWhileRecording("read a tensor for nonzero");
  using values = isHalf(x.dtype) ? x.toF32() : x.dtype === "i64" ? x.to("bool") : x.contiguous();
  const places = placesOf(await values.data());
  const { rank } = x;
  const found = new Int32Array(places.length * rank);
  places.forEach((place, n) => {
    for (let d = rank - 1, rest = place; d >= 0; d--) {
      found[n * rank + d] = rest % x.shape[d];
      rest = Math.floor(rest / x.shape[d]);
    }
  });
  return integers(x, found, [places.length, rank]);
}

/** Where values are not 0, in order; NaN is not 0. */
function placesOf(values: ArrayLike<number>): Int32Array {
  const places: number[] = [];
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) places.push(i);
  return Int32Array.from(places);
}

/** Where the result of an op on `like` belongs. */
function integers(like: Tensor, values: Int32Array, shape: readonly number[]): Tensor {
  return new Tensor(like.device.allocate(values.byteLength), "i32", shape, { scope: like.scope }).write(
    values,
  );
}

function needMask(op: string, x: Tensor, mask: Tensor): void {
  if (mask.dtype === "bool" || mask.dtype === "u8") return;
  throw new WickError("DTYPE_MISMATCH", `Cannot ${op} ${x} by ${mask}: a mask is bool or u8`);
}
