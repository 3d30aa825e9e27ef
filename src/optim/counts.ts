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
   * The counts that a saved state has; none where they are of another shape or dtype, which is for others to refuse.
   *
   * @throws WickError CORRUPT_FILE for counts below 0
   */
  async read(given: Tensor): Promise<readonly number[]> {
    const { dtype, shape } = this.#tensor;
    if (given.dtype !== dtype || show(given.shape) !== show(shape)) return [];
    const counts = Array.from(await given.data<Int32Array>());
    const wrong = counts.find((count) => count < 0);
    if (wrong === undefined) return counts;
    throw new WickError(
      "CORRUPT_FILE",
      `Cannot load the state: "${Counts.NAME}" must count from 0, got ${wrong}`,
    );
  }

  /** Gives its memory back. */
  [Symbol.dispose](): void {
    this.#tensor.dispose();
  }
}
