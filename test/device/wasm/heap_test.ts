import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { Heap } from "../../../src/device/wasm/heap.ts";
import { Random, testSeed } from "../../random.ts";

const PAGE = 65536;
const none = () => 0;

Deno.test("blocks are 64-byte aligned, large ones begin on pages", () => {
  const heap = new Heap(100 * 64, 100 * PAGE, none);
  equal(heap.allocate(1) % 64, 0);
  equal(heap.allocate(PAGE) % PAGE, 0);
  equal(heap.allocate(PAGE + 1) % PAGE, 0);
});

Deno.test("a block of no bytes has an address of its own", () => {
  const heap = new Heap(0, PAGE, none);
  ok(heap.allocate(0) !== heap.allocate(0));
});

Deno.test("freed neighbours join, in whatever order they go", () => {
  for (const order of [[0, 1, 2], [2, 1, 0], [1, 0, 2], [0, 2, 1]]) {
    const heap = new Heap(0, 192, none);
    const blocks = [0, 1, 2].map(() => heap.allocate(64));
    equal(heap.allocate(64), -1);
    for (const i of order) heap.release(blocks[i]);
    equal(heap.allocate(192), 0, `freed in the order ${order}`);
  }
});

Deno.test("a full heap asks for what is missing, and says -1 where it does not come", () => {
  const asked: number[] = [];
  const heap = new Heap(0, 128, (bytes) => {
    asked.push(bytes);
    return bytes > 1000 ? 0 : bytes;
  });
  heap.allocate(64);
  equal(heap.allocate(128), 64, "64 bytes are left, the rest comes behind them");
  equal(heap.allocate(5000), -1);
  equal(asked.length, 2);
  equal(heap.bytes, 192);
});

Deno.test("releasing what was not handed out is an error", () => {
  const heap = new Heap(0, PAGE, none);
  const address = heap.allocate(64);
  heap.release(address);
  throws(() => heap.release(address), RangeError);
});

Deno.test("random traffic never overlaps, and ends with everything free", () => {
  const random = new Random(testSeed());
  const heap = new Heap(PAGE, 64 * PAGE, none);
  const live = new Map<number, number>();
  for (let step = 0; step < 3000; step++) {
    if (live.size > 0 && random.next() < 0.5) {
      const address = random.pick([...live.keys()]);
      heap.release(address);
      live.delete(address);
    } else {
      const bytes = random.integer(0, random.next() < 0.1 ? 3 * PAGE : 2000);
      const address = heap.allocate(bytes);
      if (address < 0) continue;
      ok(address >= PAGE && address + bytes <= 64 * PAGE);
      for (const [other, size] of live) ok(address + bytes <= other || other + size <= address, "overlap");
      live.set(address, Math.max(bytes, 1));
    }
  }
  for (const address of live.keys()) heap.release(address);
  deepEqual([heap.bytes, heap.count], [0, 0]);
  equal(heap.allocate(63 * PAGE), PAGE, "one block again");
});
