/**
 * Square masks, made on the device: no value of them comes from the host, so that they can be recorded. They belong
 * to no scope.
 *
 * @module
 */
import type { Device } from "../../device/device.ts";
import { constant, noGrad } from "../autograd.ts";
import type { Tensor } from "../tensor.ts";
import { compare } from "./compare.ts";
import { cumsum } from "./scan.ts";

/** u8[n, n] of 1 where the row is the column. */
export function identityMask(device: Device, n: number): Tensor {
  return squareMask("eq", device, n);
}

/** u8[n, n] of 1 where the row is the column or before it. */
export function upperMask(device: Device, n: number): Tensor {
  return squareMask("le", device, n);
}

function squareMask(how: "eq" | "le", device: Device, n: number): Tensor {
  return noGrad(() => {
    using ones = constant(device, 1).expand(n);
    using counted = cumsum(ones, 0);
    using rows = counted.unsqueeze(1);
    return compare(how, rows, counted);
  });
}
