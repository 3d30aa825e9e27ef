/** remainder and floorDiv of f32 against float64's, to the bit. */
import { deepEqual } from "node:assert/strict";
import { scope, tensor } from "../../mod.ts";
import { Random, testSeed } from "../random.ts";
import { remainder } from "../reference/elementwise_wide.ts";

const seed = testSeed();
/** The sizes at whose bounds another way of dividing begins. */
const EDGES = [1e-38, 1e-25, 1, 3, 2 ** 21, 2 ** 22, 2 ** 24, 1e30, 3e38, Infinity];

Deno.test("remainder of f32 is fmod's to the bit with the divisor's sign, zeros' signs too", async () => {
  const random = new Random(seed);
  const n = 4099;
  const some = () => {
    const size = random.pick([0, ...EDGES]);
    return Math.fround(random.pick([-1, 1]) * size * (random.next() < 0.5 ? 1 : random.next()));
  };
  const a = Float32Array.from({ length: n }, some), b = Float32Array.from({ length: n }, some);
  for (let i = 0; i < n / 2; i++) {
    a[i] = b[i] * random.integer(-5, 5) * (1 + random.integer(-1, 1) * 2 ** -23);
  }
  using own = scope();
  const [x, y] = [a, b].map((data) => tensor(data, { scope: own }));
  deepEqual(
    Array.from(await x.remainder(y).data()),
    Array.from(a.map((v, i) => remainder(v, b[i]))),
  );
});

Deno.test("floorDiv of f32 is exact below 2^22, also where the quotient rounds up to a whole number", async () => {
  using own = scope();
  const a = Float32Array.of(4194303, 8388607, -8388607, 1 - 2 ** -24, 5, -5, 0, -0);
  const b = Float32Array.of(1 + 2 ** -23, 4 + 2 ** -21, 4 + 2 ** -21, 1, -2, 2, -3, 3);
  const [x, y] = [a, b].map((data) => tensor(data, { scope: own }));
  deepEqual(await x.floorDiv(y).data(), a.map((v, i) => Math.floor(v / b[i])));
});
