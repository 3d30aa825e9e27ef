/**
 * What was read of a file that also holds what no tensor can.
 *
 * @module
 */
import type { WickError } from "../error.ts";
import type { Tensor } from "../tensor/tensor.ts";

/** Tensors by name; asking for one that the file has and that could not be read throws why. */
export class PartlyRead extends Map<string, Tensor> {
  readonly #refused: ReadonlyMap<string, WickError>;

  /** `refused` says of each name that is left out why. */
  constructor(read: ReadonlyMap<string, Tensor>, refused: ReadonlyMap<string, WickError>) {
    super(read);
    this.#refused = refused;
  }

  /** @throws WickError UNSUPPORTED_TENSOR_TYPE that names the array and its dtype */
  override get(name: string): Tensor | undefined {
    const found = super.get(name), fault = this.#refused.get(name);
    if (!found && fault) throw fault;
    return found;
  }
}
