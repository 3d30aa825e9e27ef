import { deepEqual, equal, throws } from "node:assert/strict";
import {
  broadcastShapes,
  broadcastStrides,
  collapse,
  contiguousStrides,
  dimension,
  isContiguous,
} from "../../src/tensor/shape.ts";

Deno.test("contiguous strides count elements from the back", () => {
  deepEqual(contiguousStrides([2, 3, 4]), [12, 4, 1]);
  deepEqual(contiguousStrides([]), []);
});

Deno.test("strides of dimensions of one element do not matter for contiguity", () => {
  equal(isContiguous([2, 1, 3], [3, 99, 1]), true);
  equal(isContiguous([2, 3], [1, 2]), false);
});

Deno.test("broadcasting aligns shapes at the end, or names both", () => {
  deepEqual(broadcastShapes("add", [3, 1], [2, 1, 4]), [2, 3, 4]);
  deepEqual(broadcastShapes("add", [], [2]), [2]);
  throws(() => broadcastShapes("add", [2, 3], [4, 3]), {
    code: "SHAPE_MISMATCH",
    message: "Cannot add [2,3] and [4,3]: dimensions must be equal or 1, got 2 and 4",
  });
  deepEqual(broadcastStrides([3, 1], [1, 1], [2, 3, 4]), [0, 1, 0]);
});

Deno.test("negative dimensions count from the end; others are refused", () => {
  equal(dimension("sum", -1, 3), 2);
  for (const bad of [3, -4, 0.5, NaN]) throws(() => dimension("sum", bad, 3), { code: "INDEX_OUT_OF_RANGE" });
});

Deno.test("collapse joins what all operands walk through without a jump", () => {
  const shape = [2, 3, 4];
  const dense = contiguousStrides(shape);
  deepEqual(collapse(shape, [dense, dense], false), {
    sizes: [1, 1, 1, 24],
    strides: [[0, 0, 0, 1], [0, 0, 0, 1]],
  });
  deepEqual(collapse(shape, [dense, [0, 4, 1]], false), {
    sizes: [1, 1, 2, 12],
    strides: [[0, 0, 12, 1], [0, 0, 0, 1]],
  });
});

Deno.test("collapse keeps a dynamic leading dimension in front, even one of 1", () => {
  deepEqual(collapse([5, 3], [[3, 1]], true), { sizes: [5, 1, 1, 3], strides: [[3, 0, 0, 1]] });
  deepEqual(collapse([1, 3], [[3, 1]], true), { sizes: [1, 1, 1, 3], strides: [[3, 0, 0, 1]] });
});

Deno.test("collapse says where more than four loops remain", () => {
  const shape = [2, 2, 2, 2, 2];
  equal(collapse(shape, [[16, 1, 8, 2, 4]], false), undefined);
});
