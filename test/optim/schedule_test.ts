import { equal, ok, throws } from "node:assert/strict";
import { constant, cosine, linear, oneCycle, warmUp } from "../../src/optim/schedule.ts";

const close = (a: number, b: number) => ok(Math.abs(a - b) < 1e-12, `${a} for ${b}`);

Deno.test("schedules begin, pass and end where they say", () => {
  equal(constant()(99), 1);
  close(linear(10)(5), 0.5);
  close(linear(10, 1, 0.1)(40), 0.1);
  close(cosine(10)(0), 1);
  close(cosine(10)(5), 0.5);
  close(cosine(10, 0.2)(10), 0.2);
  close(cosine(10, 0.2)(50), 0.2);
  close(warmUp(4)(0), 0.2);
  close(warmUp(4)(3), 0.8);
  close(warmUp(4, linear(10))(4), 1);
  close(warmUp(4, linear(10))(9), 0.5);
});

Deno.test("one cycle rises to 1 and falls far below where it began", () => {
  const f = oneCycle(100);
  close(f(0), 1 / 25);
  close(f(29), 1);
  close(f(99), 1 / (25 * 1e4));
  close(f(10), 1 - 0.96 * (1 + Math.cos(Math.PI * 10 / 29)) / 2);
});

Deno.test("schedules refuse what makes none", () => {
  for (
    const make of [() => linear(0), () => cosine(-1), () => warmUp(NaN), () => oneCycle(10, { rise: 1 })]
  ) {
    throws(make, { code: "INVALID_ARGUMENT" });
  }
});
