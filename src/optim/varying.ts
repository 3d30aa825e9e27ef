/**
 * Numbers that change from step to step, which a recorded step reads anew.
 *
 * @module
 */
import type { Cell, Device } from "../device/device.ts";
import { inScope } from "../tensor/autograd.ts";
import { type Dtype, storageBytes } from "../tensor/dtype.ts";
import { Tensor } from "../tensor/tensor.ts";

/** A number in a cell of f32, for rows, and in tensors, for ops. It belongs to no scope. */
export class Varying implements Disposable {
  /** In f32. */
  readonly cell: Cell;
  readonly #device: Device;
  readonly #tensors = new Map<Dtype, Tensor>();
  #value: number;

  /** A number on a device. */
  constructor(device: Device, value: number) {
    this.#device = device;
    this.#value = value;
    this.cell = device.realCell(value);
  }

  /** Changes it. */
  set(value: number): void {
    if (value === this.#value) return;
    this.#value = value;
    if (Math.fround(value) !== Math.fround(this.cell.value)) this.cell.set(value); // a write to the device
    for (const tensor of this.#tensors.values()) this.#write(tensor);
  }

  /** A tensor of rank 0 that always holds it, in the dtype (f32 or f64) and scope of another. */
  as({ dtype, scope }: Tensor): Tensor {
    let tensor = this.#tensors.get(dtype);
    if (!tensor) {
      tensor = new Tensor(this.#device.allocate(storageBytes(dtype, [])), dtype, []);
      this.#tensors.set(dtype, tensor);
      this.#write(tensor);
    }
    return inScope(tensor, scope);
  }

  /** Gives its memory back. */
  [Symbol.dispose](): void {
    this.cell.dispose();
    for (const tensor of this.#tensors.values()) tensor.dispose();
    this.#tensors.clear();
  }

  #write(tensor: Tensor): void {
    tensor.write(tensor.dtype === "f64" ? Float64Array.of(this.#value) : Float32Array.of(this.#value));
  }
}
