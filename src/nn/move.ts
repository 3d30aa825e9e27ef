/**
 * Parameters that go to another device or become another dtype: all of them, or none.
 *
 * @module
 */
import type { Device } from "../device/device.ts";
import { WickError } from "../error.ts";
import { noGrad } from "../tensor/autograd.ts";
import { isFloat, isPlain, type TrainableDtype } from "../tensor/dtype.ts";
import type { Tensor } from "../tensor/tensor.ts";
import type { Parameter } from "./parameter.ts";

/** Parameters that have values of their own, by name. */
type Held = readonly (readonly [string, Parameter])[];

/** Moves values to a device. */
export async function moveAll(held: Held, device: Device): Promise<void> {
  const elsewhere = held.map(([, parameter]) => parameter).filter(({ own }) => own!.device !== device);
  const moved: Tensor[] = [];
  try {
    for (const { own } of elsewhere) {
      using values = own!.detach();
      moved.push(await values.to(device));
    }
  } catch (error) {
    for (const tensor of moved) tensor.dispose();
    throw error;
  }
  elsewhere.forEach((parameter, i) => parameter.replace(moved[i]));
}

/** Converts values that are floats. */
export function convertAll(held: Held, dtype: TrainableDtype): void {
  const packed = held.filter(([, { own }]) => !isPlain(own!.dtype));
  if (packed.length > 0) {
    throw new WickError(
      "DTYPE_MISMATCH",
      `Cannot convert ${packed.length} quantized parameters to ${dtype}: ` +
        packed.slice(0, 8).map(([name, { own }]) => `${name} (${own})`).join(", "),
    );
  }
  for (const [, parameter] of held) {
    const own = parameter.own!;
    if (isFloat(own.dtype) && own.dtype !== dtype) parameter.replace(noGrad(() => own.to(dtype)));
  }
}
