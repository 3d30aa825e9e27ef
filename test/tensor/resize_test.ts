/** Resizing against float64 references and PyTorch's values. */
import { throws } from "node:assert/strict";
import { scope, tensor, type UpsampleBilinearOptions } from "../../mod.ts";
import { testSeed } from "../random.ts";
import { type Case, hold, near } from "./differences.ts";
import type { Values } from "./layouts.ts";

const seed = testSeed();

/** Each pixel of y as a weighed sum of x's: of the places that `weigh` gives for its row and its column. */
function resized(
  to: readonly number[],
  weigh: (at: number, from: number, to: number) => readonly (readonly [number, number])[],
): (x: Values) => Values {
  return ({ data, shape: [B, C, H, W] }) => {
    const [Ho, Wo] = to;
    const y = Float64Array.from({ length: B * C * Ho * Wo }, (_, e) => {
      const plane = Math.floor(e / Ho / Wo) * H * W;
      let sum = 0;
      for (const [h, a] of weigh(Math.floor(e / Wo) % Ho, H, Ho)) {
        for (const [w, b] of weigh(e % Wo, W, Wo)) sum += a * b * data[plane + h * W + w];
      }
      return sum;
    });
    return { data: y, shape: [B, C, Ho, Wo] };
  };
}

const nearest = (at: number, from: number, to: number) => [[Math.floor(at * from / to), 1]] as const;

function between(place: number, from: number): [number, number][] {
  const low = Math.min(Math.max(Math.floor(place), 0), from - 1);
  const part = Math.min(Math.max(place - low, 0), 1);
  return [[low, 1 - part], [Math.min(low + 1, from - 1), part]];
}

const areas = (at: number, from: number, to: number) => between((at + 0.5) * from / to - 0.5, from);
const corners = (at: number, from: number, to: number) =>
  between(to > 1 ? at * (from - 1) / (to - 1) : 0, from);

const flat = (reference: (x: Values) => Values) => ({ data, shape }: Values): Values => {
  const y = reference({ data, shape: shape.toSpliced(2, 0, 1) });
  return { ...y, shape: y.shape.toSpliced(2, 1) };
};

const cases: Record<string, Case> = {
  "upsampleNearest2d by 2": {
    op: (x) => x.upsampleNearest2d({ scaleFactor: 2 }),
    reference: resized([4, 6], nearest),
    shapes: [[2, 2, 2, 3]],
  },
  "upsampleNearest2d to more and less": {
    op: (x) => x.upsampleNearest2d({ size: [5, 2] }),
    reference: resized([5, 2], nearest),
    shapes: [[1, 2, 3, 5]],
  },
  "upsampleNearest1d": {
    op: (x) => x.upsampleNearest1d({ size: 7 }),
    reference: flat(resized([1, 7], nearest)),
    shapes: [[2, 2, 3]],
  },
  "upsampleBilinear2d of areas": {
    op: (x) => x.upsampleBilinear2d({ size: [5, 3] }),
    reference: resized([5, 3], areas),
    shapes: [[1, 2, 3, 4]],
    tolerance: 1e-5,
  },
  "upsampleBilinear2d of corners": {
    op: (x) => x.upsampleBilinear2d({ size: [5, 1], alignCorners: true }),
    reference: resized([5, 1], corners),
    shapes: [[1, 2, 3, 4]],
    tolerance: 1e-5,
  },
};

for (const [name, checked] of Object.entries(cases)) {
  Deno.test(`${name} and its gradients match the f64 reference`, () => hold(checked, seed));
}

Deno.test("resizing has PyTorch's values", async () => {
  using own = scope();
  const x = tensor([[[[1, 2], [3, 5]]]], { scope: own });
  const is = async (options: UpsampleBilinearOptions, want: number[]) =>
    near(await x.upsampleBilinear2d(options).data(), want, 1e-6, JSON.stringify(options));
  near(await x.upsampleNearest2d({ scaleFactor: 1.7 }).data(), [1, 1, 2, 1, 1, 2, 3, 3, 5], 0, "nearest");
  await is({ size: 3 }, [1, 1.5, 2, 2, 2.75, 3.5, 3, 4, 5]);
  await is(
    { size: [3, 4], alignCorners: true },
    [1, 1.3333333, 1.6666667, 2, 2, 2.5, 3, 3.5, 3, 3.6666665, 4.3333335, 5],
  );
  await is(
    { scaleFactor: 1.7 },
    [1, 1.382353, 1.9705883, 1.7647060, 2.293253, 3.1064020, 2.9411767, 3.6946373, 4.8538065],
  );
});

Deno.test("resizing names what does not fit", () => {
  using own = scope();
  const x = tensor([[[[1, 2]]]], { scope: own });
  throws(() => x.upsampleNearest2d({}), { code: "INVALID_ARGUMENT", message: /size or scaleFactor/ });
  throws(() => x.upsampleNearest2d({ size: 2, scaleFactor: 2 }), { code: "INVALID_ARGUMENT" });
  throws(() => x.upsampleNearest2d({ scaleFactor: 0.4 }), { code: "INVALID_ARGUMENT" });
  throws(() => x.upsampleNearest1d({ size: 2 }), { code: "SHAPE_MISMATCH" });
  throws(
    () => tensor(new Float32Array(0), { shape: [1, 1, 0, 2], scope: own }).upsampleNearest2d({ size: 2 }),
    {
      code: "INVALID_ARGUMENT",
    },
  );
});
