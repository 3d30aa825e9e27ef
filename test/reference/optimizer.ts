/**
 * Oracles of optimizers, after the pseudocode of torch.optim's documentation.
 *
 * @module
 */
import type { Random } from "../random.ts";
import type { Case, Expected, Reference } from "./reference.ts";

const shapes = [[0, 3], [1, 1], [1, 3], [2, 2], [1, 5], [3, 67]];

/** The state of one element (p, g, ...) after a step. */
type Step = (state: number[], numbers: number[]) => number[];

/**
 * Oracle of `step` on `count` operands of which the second is the gradient; `settings` are params after C and cells
 * after R. Operands from index `positive` on are drawn positive.
 */
function optimizer(count: number, settings: [number[], number[]][], step: Step, positive = count): Reference {
  return {
    *cases(random: Random): Generator<Case> {
      for (const [R, C] of shapes) {
        for (const [params, cells] of settings) {
          const operands = Array.from({ length: count }, (_, i) => {
            const x = random.floats(R * C);
            return i >= positive ? x.map(Math.abs) : x;
          });
          const label = `${R}x${C} [${params}] [${cells}]`;
          yield { label, operands, params: [C, ...params], cells: [R, ...cells] };
        }
      }
    },
    oracle({ operands, params, cells }: Case): Expected[] {
      const numbers = [...params.slice(1), ...cells.slice(1)].map(Math.fround);
      const after = Array.from(operands[0]!, (_, i) => step(operands.map((x) => x![i]), numbers));
      return operands.flatMap((_, o) =>
        o === 1 ? [] : [{ operand: o, values: after.map((state) => state[o]) }]
      );
    },
  };
}

const withMomentum = optimizer(
  3,
  [[[0.9, 0, 0, 0], [0.1, 1]], [[0.9, 0.1, 0.01, 0], [0.1, 2]], [[0.8, 0, 0.1, 1], [0.05, 3]], [[
    0.8,
    0.5,
    0,
    0,
  ], [
    1,
    1,
  ]]],
  ([p, g, buf], [momentum, dampening, decay, nesterov, lr, t]) => {
    const slope = g + decay * p;
    const next = t === 1 ? slope : momentum * buf + (1 - dampening) * slope;
    return [p - lr * (nesterov ? slope + momentum * next : next), g, next];
  },
);
const plain = optimizer(
  2,
  [[[0, 0, 0, 0], [0.1, 1]], [[0, 0, 0.1, 0], [0.1, 2]]],
  ([p, g], [, , decay, , lr]) => [p - lr * (g + decay * p), g],
);

export const sgd_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    yield* withMomentum.cases(random);
    for (const call of plain.cases(random)) yield { ...call, operands: [...call.operands, null] };
  },
  oracle(call: Case): Expected[] {
    const [p, g, buf] = call.operands;
    return buf ? withMomentum.oracle(call) : plain.oracle({ ...call, operands: [p, g] });
  },
};

function adam(decoupled: boolean): Reference {
  const settings: [number[], number[]][] = [
    [[0.1, 0.001, 1e-8, 0], [1e-2, 0.1, 0.001]],
    [[0.1, 0.05, 1e-6, 0.1], [1e-1, 1 - 0.9 ** 5, 1 - 0.95 ** 5]],
  ];
  const step: Step = ([p, g, m, v, u], [gain1, gain2, eps, decay, lr, correction1, correction2]) => {
    const slope = decoupled ? g : g + decay * p;
    const mean = m + gain1 * (slope - m), square = (1 - gain2) * v + gain2 * slope ** 2;
    const kept = decoupled ? p * (1 - lr * decay) : p, most = u === undefined ? square : Math.max(u, square);
    return [kept - lr / correction1 * mean / (Math.sqrt(most / correction2) + eps), g, mean, square, most];
  };
  const plain = optimizer(4, settings, step, 3), amsgrad = optimizer(5, settings, step, 3);
  return {
    *cases(random: Random): Generator<Case> {
      for (const call of plain.cases(random)) yield { ...call, operands: [...call.operands, null] };
      for (const call of amsgrad.cases(random)) yield { ...call, label: `amsgrad ${call.label}` };
    },
    oracle(call: Case): Expected[] {
      const [p, g, m, v, u] = call.operands;
      return u ? amsgrad.oracle(call) : plain.oracle({ ...call, operands: [p, g, m, v] });
    },
  };
}

export const adam_f32: Reference = adam(false);
export const adamw_f32: Reference = adam(true);

export const lion_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    yield* lion.cases(random);
    const operands = [[1, 2, 3], [0, NaN, 1], [0, 1, 0]].map((x) => Float32Array.from(x));
    yield { label: "signs of 0 and NaN", operands, params: [3, 0.1, 0.01, 0], cells: [1, 0.5] };
  },
  oracle: (call: Case): Expected[] => lion.oracle(call),
};
const lion = optimizer(
  3,
  [[[0.1, 0.01, 0], [0.1]], [[0.05, 0.02, 0.3], [1e-2]]],
  ([p, g, m], [gain1, gain2, decay, lr]) => [
    p * (1 - lr * decay) - lr * Math.sign(m + gain1 * (g - m)),
    g,
    m + gain2 * (g - m),
  ],
);

export const ema_f32: Reference = optimizer(
  2,
  [[[], [0.01]], [[], [1]]],
  ([average, x], [gain]) => [average + gain * (x - average), x],
);

export const scale_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [R, C] of shapes) {
      const operands = [random.floats(R * C), random.floats(1)];
      yield { label: `${R}x${C}`, operands, params: [C], cells: [R] };
    }
  },
  oracle({ operands: [x, factor] }: Case): Expected[] {
    return [{ operand: 0, values: Float64Array.from(x!, (v) => v * factor![0]) }];
  },
};

export const sum_of_squares_f32: Reference = {
  *cases(random: Random): Generator<Case> {
    for (const [R, C] of [...shapes, [2, 0], [1, 4101]]) {
      yield {
        label: `${R}x${C}`,
        operands: [random.floats(R * C), new Float32Array(R)],
        params: [C],
        cells: [R],
      };
    }
  },
  oracle({ operands: [x], params: [C], cells: [R] }: Case): Expected[] {
    const sum = (r: number): number =>
      Float64Array.from(x!.subarray(r * C, (r + 1) * C)).reduce((s, v) => s + v * v, 0);
    return [{ operand: 1, values: Array.from({ length: R }, (_, r) => sum(r)) }];
  },
};
