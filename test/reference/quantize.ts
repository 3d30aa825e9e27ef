/**
 * Oracle of quantize_q8, which is exact.
 *
 * @module
 */
import type { Random } from "../random.ts";
import { q8Bytes } from "../../src/quant/q8.ts";
import { quantized } from "./quantized.ts";
import type { Case, Expected, Reference } from "./reference.ts";

export const quantize_q8: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const T of [0, 1, 2, 5]) {
      for (const K of [32, 64, 96, 576]) {
        const x = random.floats(T * K, 10 ** random.integer(-20, 20));
        const y = new Uint8Array(q8Bytes(T, K));
        yield { label: `${T}x${K}`, operands: [x, y], params: [K], cells: [T] };
      }
    }
    const strange = random.floats(32 * 4);
    strange.fill(0, 0, 32); // no scale
    strange.fill(-1e-40, 32, 64); // a scale too small to divide by
    strange.fill(63.5, 64, 96); // halves: to even
    strange[64] = 127;
    strange[95] = -0.5;
    strange[96] = -3e38;
    const y = new Uint8Array(q8Bytes(1, 128));
    yield { label: "zeros, subnormals, halves, large", operands: [strange, y], params: [128], cells: [1] };
  },
  oracle({ operands }: Case): Expected[] {
    return [{ operand: 1, values: quantized(operands[0] as Float32Array) }];
  },
};
