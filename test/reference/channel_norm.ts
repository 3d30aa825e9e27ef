/**
 * Oracles of what a normalisation of channels is made of.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

/** [B, C, S] */
const shapes = [[0, 3, 2], [1, 1, 1], [2, 3, 1], [5, 9, 1], [2, 1027, 1], [3, 2, 2], [2, 5, 3], [3, 2, 4], [
  2,
  3,
  9,
], [
  4,
  2,
  67,
], [
  2,
  1,
  1030,
]];
const sum = (x: readonly number[]): number => x.reduce((a, b) => a + b, 0);

export const channel_moments_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [B, C, S] of shapes) {
      for (const level of [0, 3, 1e6]) {
        const x = random.floats(B * C * S).map((v) => v + level);
        const operands = [x, new Float32Array(C), new Float32Array(C)];
        yield { label: `${B}x${C}x${S} about ${level}`, operands, params: [C, S], cells: [B] };
      }
    }
    const operands = [Float32Array.of(1, NaN, 3, 5, 3, 9), new Float32Array(3), new Float32Array(3)];
    yield { label: "NaN stays in its channel", operands, params: [3, 1], cells: [2] };
  },
  oracle({ operands: [x], params: [C, S], cells: [B] }: Case): Expected[] {
    const channels = Array.from(
      { length: C },
      (_, c) => Array.from({ length: B * S }, (_, i) => x![(Math.floor(i / S) * C + c) * S + i % S]),
    );
    const means = channels.map((v) => sum(v) / v.length);
    const values = channels.map((v, c) => sum(v.map((x) => (x - means[c]) ** 2)) / v.length);
    const sizes = channels.map((v) => sum(v.map(Math.abs)) / v.length);
    return [{ operand: 1, values: means, scale: sizes }, { operand: 2, values }];
  },
};

export const channel_affine_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [B, C, S] of shapes) {
      const x = random.floats(B * C * S, 3);
      const [mean, scale, shift] = [0, 1, 2].map(() => random.floats(C));
      const y = new Float32Array(x.length);
      const call = { label: `${B}x${C}x${S}`, params: [C, S], cells: [B] };
      yield { ...call, operands: [x, mean, scale, shift, y] };
      yield { ...call, label: `${call.label} without shift`, operands: [x, mean, scale, null, y] };
      const shared = [[4, 0]] as const;
      yield { ...call, label: `${call.label} in place`, operands: [x, mean, scale, shift, x], shared };
    }
  },
  oracle({ operands: [x, mean, scale, shift], params: [C, S] }: Case): Expected[] {
    const place = (i: number) => Math.floor(i / S) % C;
    const values = Array.from(x!, (v, i) => {
      const c = place(i);
      return (v - mean![c]) * scale![c] + (shift ? shift[c] : 0);
    });
    const sizes = Array.from(x!, (v, i) => {
      const c = place(i);
      return 1 + (Math.abs(v) + Math.abs(mean![c])) * Math.abs(scale![c]) + Math.abs(shift?.[c] ?? 0);
    });
    return [{ operand: 4, values, scale: sizes }];
  },
};
