/** Ops over large operands whose innermost elements lie apart, which are copied first. */
import { deepEqual } from "node:assert/strict";
import { type Tensor, tensor, WasmDevice } from "../../../mod.ts";
import { Random } from "../../random.ts";

const random = new Random(11);

async function bytes(x: Tensor): Promise<Uint8Array> {
  const values = await x.data();
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

const ops: Record<string, (x: Tensor, y: Tensor) => Tensor> = {
  exp: (x) => x.exp(),
  add: (x, y) => x.add(y),
  "add of a broadcast row": (x, y) => x.add(y.narrow(0, 0, 1)),
  "less than": (x, y) => x.lt(y),
  where: (x, y) => {
    using positive = x.gt(0);
    return positive.where(x, y);
  },
  convert: (x) => x.to("i32"),
};
const views: Record<string, (x: Tensor) => Tensor> = {
  transposed: (x) => x.t(),
  "every second column": (x) => x.reshape(96, 48, 2).narrow(2, 1, 1).reshape(96, 48),
  flipped: (x) => x.t().flip(0).t(),
};

for (const [name, op] of Object.entries(ops)) {
  for (const [layout, view] of Object.entries(views)) {
    Deno.test(`${name} of tensors that lie ${layout} equals that of their copies, and leaves no memory`, async () => {
      using device = new WasmDevice();
      const make = () => tensor(random.floats(96 * 96), { shape: [96, 96], device });
      using x = make();
      using y = make();
      using a = view(x);
      using b = view(y);
      using denseA = a.contiguous();
      using denseB = b.contiguous();
      op(denseA, denseB).dispose(); // the device keeps the numbers that an op has asked for
      const held = device.live();
      {
        using over = op(a, b);
        using expected = op(denseA, denseB);
        deepEqual(over.shape, expected.shape);
        deepEqual(await bytes(over), await bytes(expected));
      }
      deepEqual(device.live(), held);
    });
  }
}
