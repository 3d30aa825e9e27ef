/**
 * Masks of matrices by diagonals, made on the device: nothing comes from the host but for numbers that the device
 * keeps, so that they can be recorded.
 *
 * @module
 */
import type { Cell, Device } from "../../device/device.ts";
import { noGrad } from "../autograd.ts";
import { recording } from "../program.ts";
import { Tensor } from "../tensor.ts";
import { compare } from "./compare.ts";

/**
 * bool[rows, columns], in no scope: 1 where column - row compares so to k: "eq" gives diagonal k, "le" what lies on and
 * below it, "ge" on and above.
 */
export function diagonalMask(
  how: "eq" | "le" | "ge",
  device: Device,
  rows: number,
  columns: number,
  k = 0,
): Tensor {
  return noGrad(() => {
    const first = Math.max(-rows, Math.min(columns, k)); // beyond, diagonals are outside all the same
    using numbers = whole(device, rows + columns);
    const zero = (numbers.size - 1) / 2;
    using down = numbers.narrow(0, zero + first, rows);
    using right = numbers.narrow(0, zero, columns);
    using below = down.unsqueeze(1);
    return compare(how, right, below);
  });
}

/** i32: 0 .. count - 1, in the scope of `like`; a handle on what its device keeps. */
export function counting({ device, scope }: Tensor, count: number, rows?: Cell): Tensor {
  using numbers = whole(device, count);
  return numbers.alias([count], { offset: (numbers.size - 1) / 2, rows, scope });
}

const kept = new WeakMap<Device, Tensor>();
/** Masks up to this size need no other numbers. */
const LEAST = 64;

/**
 * i32: -n .. n with n at least `reach`, which the device keeps, grown in powers of two; a handle of its own. A Program
 * holds what it captured.
 */
function whole(device: Device, reach: number): Tensor {
  let numbers = kept.get(device);
  if (!numbers || numbers.size <= 2 * reach) {
    const n = 2 ** Math.ceil(Math.log2(Math.max(reach, LEAST)));
    numbers = new Tensor(device.allocate(4 * (2 * n + 1)), "i32", [2 * n + 1]);
    device.write(
      numbers.storage,
      0,
      new Uint8Array(Int32Array.from({ length: 2 * n + 1 }, (_, i) => i - n).buffer),
    );
    kept.get(device)?.dispose();
    kept.set(device, numbers);
  }
  recording()?.hold(numbers.storage);
  return numbers.alias(numbers.shape, {});
}
