/** Whatever owns memory or a file may be disposed twice, by two owners or in another order, and frees once. */
import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import {
  Arena,
  defaultDevice,
  type Device,
  load,
  nn,
  optim,
  record,
  scope,
  tensor,
  WasmDevice,
  writeNpy,
  writeNpz,
  writeSafetensors,
} from "../../mod.ts";
import { openGguf } from "../../src/formats/gguf.ts";
import { openNpy } from "../../src/formats/npy.ts";
import { openNpz } from "../../src/formats/npz.ts";
import { openPth } from "../../src/formats/pth.ts";
import { openSafetensors } from "../../src/formats/safetensors.ts";
import { toSource } from "../../src/hub/source.ts";
import { goldenFile } from "../formats/file_golden.ts";
import { repositoryPath } from "../shared.ts";

/** Makes things on a device; each is disposed with all others in turn, twice. */
const owners: Record<string, (device: Device) => Disposable[] | Promise<Disposable[]>> = {
  "a tensor": (device) => [tensor([1, 2], { device })],
  "a tensor and its views": (device) => {
    const x = tensor([[1, 2], [3, 4]], { device });
    return [x, x.t(), x.i(0), x.reshape(4)];
  },
  "a tensor and its scope": (device) => {
    const own = scope();
    return [tensor([1, 2], { device, scope: own }), own];
  },
  "a result, its operands and their scope": (device) => {
    const own = scope();
    const x = tensor([1, 2], { device, scope: own });
    return [own, x.mul(x), x];
  },
  "gradients and what they are of": (device) => {
    const own = scope();
    const x = tensor([1, 2], { device, scope: own }).requiresGrad();
    const loss = x.mul(x).sum(0);
    return [loss.backward().get(x)!, loss, x, own];
  },
  "a module, its parameters and a module above": (device) => {
    const layer = new nn.Linear(2, 3).init(1, device);
    const net = new nn.Sequential(layer, new nn.Tanh());
    return [net, layer, ...layer.stateDict().values()];
  },
  "an optimizer": (device) => {
    const w = tensor([1, 2], { device }).requiresGrad();
    const optimizer = new optim.Adam([w], { learningRate: 0.1 });
    using own = scope();
    const x = tensor([1, 2], { device, scope: own });
    optimizer.step(w.mul(x).sum(0).backward());
    return [optimizer, w];
  },
  "a Program, its arena and its input": (device) => {
    const x = tensor([1, 2], { device });
    const arena = new Arena(device);
    const program = record(device, () => x.mul(x), arena);
    return [program, arena, x];
  },
};

for (const [name, make] of Object.entries(owners)) {
  Deno.test(`${name} may be disposed twice, in any order, and nothing is left or freed for another`, async () => {
    const device = defaultDevice();
    using kept = tensor([7, 8, 9]);
    for (const thing of await make(device)) thing[Symbol.dispose](); // what the device keeps for later is there now
    const before = device.live();
    for (const order of ["made", "turned"]) {
      const things = await make(device);
      if (order === "turned") things.reverse();
      for (const thing of things) thing[Symbol.dispose]();
      const after = device.live();
      // what is freed twice would be handed out twice
      using own = scope();
      const fresh = [1, 2, 3].map((value) => tensor([value, value], { scope: own }));
      for (const thing of things) thing[Symbol.dispose]();
      for (const [i, x] of fresh.entries()) deepEqual(await x.toArray(), [i + 1, i + 1]);
      deepEqual(after, before, order);
      const more = tensor([4, 4], { scope: own });
      for (const [i, x] of [...fresh, more].entries()) deepEqual(await x.toArray(), [i + 1, i + 1]);
    }
    deepEqual(await kept.toArray(), [7, 8, 9]);
  });
}

Deno.test("a model and its sessions may be disposed twice, in any order, and say that they are gone", async () => {
  for (const first of ["model", "session"]) {
    const model = await load("wick:stories");
    const other = await load("wick:stories");
    const session = model.session();
    await session.generate("Once", { maxTokens: 2, seed: 1 }).text();
    const things = first === "model" ? [model, session] : [session, model];
    for (const thing of [...things, ...things]) thing[Symbol.dispose]();
    await rejects(session.generate("Once").text(), { code: "DISPOSED" });
    await rejects(model.generate("Once").text(), { code: "DISPOSED" });
    equal((await other.generate("Once", { maxTokens: 2, seed: 1 }).result()).ids.length > 0, true);
    other[Symbol.dispose]();
  }
});

Deno.test("a device may be disposed twice, and before what lives on it", () => {
  const device = new WasmDevice();
  const x = tensor([1, 2], { device });
  device[Symbol.dispose]();
  x.dispose();
  device[Symbol.dispose]();
  x.dispose();
  throws(() => tensor([1], { device }), { code: "DISPOSED" });
});

Deno.test("an opened file may be closed twice, by itself and by its source", async () => {
  using x = tensor([1, 2]);
  const pair = new Map([["x", x]]);
  const folder = await Deno.makeTempDir();
  const files: [string, Uint8Array | string, (path: string) => Promise<Disposable>][] = [
    [
      "x.safetensors",
      await writeSafetensors(pair),
      async (path) => await openSafetensors(await toSource(path)),
    ],
    ["x.npy", await writeNpy(x), async (path) => await openNpy(await toSource(path))],
    ["x.npz", await writeNpz(pair), async (path) => await openNpz(await toSource(path))],
    ["x.pth", goldenFile("views.pth"), async (path) => await openPth(await toSource(path))],
    ["", repositoryPath("models/wick-stories.gguf"), async (path) => await openGguf(await toSource(path))],
  ];
  try {
    for (const [name, file, open] of files) {
      const path = typeof file === "string" ? file : `${folder}/${name}`;
      if (typeof file !== "string") await Deno.writeFile(path, file);
      const opened = await open(path);
      opened[Symbol.dispose]();
      opened[Symbol.dispose]();
      const source = await toSource(path);
      source.close();
      source.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
