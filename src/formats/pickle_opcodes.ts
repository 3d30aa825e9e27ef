/**
 * The opcodes of a pickle, as steps of the reader.
 *
 * @module
 */
import { PickleGlobal, type PickleMachine, type PickleValue } from "./pickle_machine.ts";

/** What an opcode does. */
export type PickleStep = (machine: PickleMachine) => void;

/** By code; what is absent is refused. Names are pickletools'. */
export const opcodes: ReadonlyMap<number, PickleStep> = new Map<number, PickleStep>([
  [0x80, (m) => m.protocol(m.u8())], // PROTO
  [0x95, (m) => void m.unsigned(8)], // FRAME: a hint for reading ahead
  [0x28, (m) => m.mark()], // MARK
  [0x30, pop], // POP
  [0x31, (m) => void m.popMark()], // POP_MARK
  [0x32, (m) => m.push(m.top())], // DUP

  [0x4e, (m) => m.push(null)], // NONE
  [0x88, (m) => m.push(true)], // NEWTRUE
  [0x89, (m) => m.push(false)], // NEWFALSE
  [0x4a, (m) => m.push(m.i32())], // BININT
  [0x4b, (m) => m.push(m.u8())], // BININT1
  [0x4d, (m) => m.push(m.unsigned(2))], // BININT2
  [0x8a, (m) => m.push(m.integer(m.u8()))], // LONG1
  [0x8b, (m) => m.push(m.integer(m.unsigned(4)))], // LONG4
  [0x47, (m) => m.push(m.f64())], // BINFLOAT

  [0x58, (m) => m.push(m.text(m.unsigned(4)))], // BINUNICODE
  [0x8c, (m) => m.push(m.text(m.u8()))], // SHORT_BINUNICODE
  [0x8d, (m) => m.push(m.text(m.unsigned(8)))], // BINUNICODE8
  [0x42, (m) => m.push(m.take(m.unsigned(4)).slice())], // BINBYTES
  [0x43, (m) => m.push(m.take(m.u8()).slice())], // SHORT_BINBYTES
  [0x8e, (m) => m.push(m.take(m.unsigned(8)).slice())], // BINBYTES8
  [0x96, (m) => m.push(m.take(m.unsigned(8)).slice())], // BYTEARRAY8

  [0x29, (m) => m.push(tuple([]))], // EMPTY_TUPLE
  [0x85, (m) => m.push(tuple(popMany(m, 1)))], // TUPLE1
  [0x86, (m) => m.push(tuple(popMany(m, 2)))], // TUPLE2
  [0x87, (m) => m.push(tuple(popMany(m, 3)))], // TUPLE3
  [0x74, (m) => m.push(tuple(m.popMark()))], // TUPLE

  [0x5d, (m) => m.push([])], // EMPTY_LIST
  [0x6c, (m) => m.push(m.popMark())], // LIST
  [0x61, (m) => extend(m, popMany(m, 1))], // APPEND
  [0x65, (m) => extend(m, m.popMark())], // APPENDS

  [0x7d, (m) => m.push(new Map())], // EMPTY_DICT
  [0x64, dict], // DICT
  [0x73, (m) => setItems(m, popMany(m, 2))], // SETITEM
  [0x75, (m) => setItems(m, m.popMark())], // SETITEMS

  [0x8f, (m) => m.push(new Set())], // EMPTY_SET
  [0x90, addItems], // ADDITEMS
  [0x91, (m) => m.push(new Set(m.popMark()))], // FROZENSET

  [0x68, (m) => m.push(m.recall(m.u8()))], // BINGET
  [0x6a, (m) => m.push(m.recall(m.unsigned(4)))], // LONG_BINGET
  [0x71, (m) => m.remember(m.u8())], // BINPUT
  [0x72, (m) => m.remember(m.unsigned(4))], // LONG_BINPUT
  [0x94, (m) => m.remember()], // MEMOIZE

  [0x63, (m) => pushGlobal(m, m.line(), m.line())], // GLOBAL
  [0x93, stackGlobal], // STACK_GLOBAL
  [0x51, (m) => m.push(m.world.persistent(m.pop()))], // BINPERSID
  [0x52, call], // REDUCE
  [0x81, call], // NEWOBJ
  [0x62, build], // BUILD
]);

function pop(m: PickleMachine): void {
  if (m.stack.length > 0) m.pop();
  else m.popMark(); // as Python does: a mark is a value of its own there
}

function popMany(m: PickleMachine, count: number): PickleValue[] {
  return Array.from({ length: count }, () => m.pop()).reverse();
}

/** Tuples are frozen, so that no later opcode appends to one. */
function tuple(values: PickleValue[]): readonly PickleValue[] {
  return Object.freeze(values);
}

function extend(m: PickleMachine, values: readonly PickleValue[]): void {
  const list = m.top();
  if (!Array.isArray(list) || Object.isFrozen(list)) m.fail("must append to a list");
  for (const value of values) list.push(value);
}

function dict(m: PickleMachine): void {
  const items = m.popMark();
  m.push(new Map());
  setItems(m, items);
}

function setItems(m: PickleMachine, items: readonly PickleValue[]): void {
  const dict = m.top();
  if (!(dict instanceof Map) || items.length % 2 !== 0) m.fail("must set pairs of a dict");
  for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
}

function addItems(m: PickleMachine): void {
  const items = m.popMark();
  const set = m.top();
  if (!(set instanceof Set)) m.fail("must add to a set");
  for (const item of items) set.add(item);
}

function stackGlobal(m: PickleMachine): void {
  const [module, name] = popMany(m, 2);
  if (typeof module !== "string" || typeof name !== "string") m.fail("must name what it imports by text");
  pushGlobal(m, module, name);
}

function pushGlobal(m: PickleMachine, module: string, name: string): void {
  const full = `${module}.${name}`;
  m.push(m.world.global(full) ?? m.unsupported(`the global ${JSON.stringify(full.slice(0, 200))}`));
}

function call(m: PickleMachine): void {
  const [callee, args] = popMany(m, 2);
  if (!(callee instanceof PickleGlobal) || !Array.isArray(args)) m.fail("must call a function with a tuple");
  if (!callee.call) m.unsupported(`a call of ${callee.name}`);
  m.push(callee.call(args));
}

/** Attributes of an ordered dict (a state dict's versions) are read and dropped; nothing else has any. */
function build(m: PickleMachine): void {
  m.pop();
  if (!(m.top() instanceof Map)) m.unsupported("attributes of something other than a dict");
}
