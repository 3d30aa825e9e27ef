/** Ops and their derivatives at zeros, kinks and limits (edges.ts). */
import { ok } from "node:assert/strict";
import { grad, tensor } from "../../mod.ts";
import { edges, holds } from "./edges.ts";

for (const dtype of ["f64", "f32"] as const) {
  Deno.test(`ops and their derivatives at the edges in ${dtype}`, async (t) => {
    for (const edge of edges) {
      await t.step(
        `${edge.op}(${edge.args})`,
        () => holds(edge, { dtype, bound: dtype === "f64" ? 1e-12 : 2e-6 }),
      );
    }
  });
}

Deno.test("gelu's second derivative at 0 and beside it", async () => {
  for (const dtype of ["f32", "f64"] as const) {
    const x = tensor([0, 1e-7, -1e-30], { dtype });
    const [second] = grad((x) => grad((x) => x.gelu().sum())(x)[0].sum())(x);
    const values = await second.toArray() as number[];
    ok(values.every((v) => Math.abs(v - Math.sqrt(2 / Math.PI)) < 1e-6), `${dtype}: ${values}`);
  }
});
