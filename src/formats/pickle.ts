/**
 * A pickle reader that runs no code: it builds plain values, and for everything else asks a table given by
 * the caller. What the table does not name is an error with the name in it.
 *
 * Opcodes of protocols 2 to 5 (CPython, Lib/pickletools.py; PEP 307, 3154, 574), without those that only
 * protocols 0 and 1 write, extension codes, and buffers outside the pickle. Lists and tuples become arrays
 * (tuples frozen), dicts maps, sets sets, integers numbers where exact, else bigints.
 *
 * @module
 */
import { PickleMachine, type PickleValue, type PickleWorld } from "./pickle_machine.ts";
import { opcodes } from "./pickle_opcodes.ts";

const STOP = 0x2e;

/**
 * Reads a whole pickle.
 *
 * @throws WickError CORRUPT_FILE; UNKNOWN_FORMAT where it names or does what the world lacks
 */
export function readPickle(bytes: Uint8Array, world: PickleWorld): PickleValue {
  const machine: PickleMachine = new PickleMachine(bytes, world);
  for (;;) {
    const code = machine.u8();
    if (code === STOP) return machine.result();
    const step = opcodes.get(code);
    if (!step) machine.unsupported(`opcode 0x${code.toString(16).padStart(2, "0")}`);
    step(machine);
  }
}
