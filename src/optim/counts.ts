/**
 * Each parameter's own number of steps, as a tensor of the state.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { WickError } from "../error.ts";
import { storageBytes } from "../tensor/dtype.ts";
import { show } from "../tensor/shape.ts";
import { Tensor } from "../tensor/tensor.ts";

/** The counts of N parameters, [N] i32, in no scope. */
export class Counts implements Disposable {
  /** Its name in a state. */
  static readonly NAME = "steps";
  readonly #tensor: Tensor;

  /** Room for N of them. */
  constructor(device: Device, parameters: number) {
    this.#tensor = new Tensor(device.allocate(storageBytes("i32", [parameters])), "i32", [parameters]);
  }

  /** The tensor, with these counts in it. */
  of(counts: readonly number[]): Tensor {
    return this.#tensor.write(Int32Array.from(counts));
  }

  /**
   * The counts of a saved state.
   *
   * @throws WickError CORRUPT_FILE for another shape or dtype, and for counts below 0
   */
  async read(given: Tensor): Promise<readonly number[]> {
    const { dtype, shape } = this.#tensor;
    const fits = given.dtype === dtype && show(given.shape) === show(shape);
    const counts = fits ? Array.from(await given.data<Int32Array>()) : [];
    if (fits && counts.every((count) => count >= 0)) return counts;
    const found = fits ? `counts of ${Math.min(...counts)}` : `${given.dtype}${show(given.shape)}`;
    throw new WickError(
      "CORRUPT_FILE",
      `Cannot load the state: "${Counts.NAME}" must be ${dtype}${show(shape)} of counts from 0, got ${found}`,
    );
  }

  /** Gives its memory back. */
  [Symbol.dispose](): void {
    this.#tensor.dispose();
  }
}
