/**
 * The machine that a pickle's opcodes work on, and the values that they make.
 *
 * @module
 */
import { WickError } from "../error.ts";
import { compact } from "./byte_cursor.ts";

/** What a pickle may name: a class, a function or a constant of Python's, by its full name. */
export class PickleGlobal {
  /**
   * A name that may be used.
   *
   * @param name its module and name, with a dot between
   * @param call what it gives when called; absent for what is only passed on
   */
  constructor(readonly name: string, readonly call?: (args: readonly PickleValue[]) => PickleValue) {}
}

/** Something built by a call of {@linkcode PickleGlobal}; the reader passes it on unseen. */
export abstract class PickleObject {
  /** Keeps other objects apart for TypeScript. */
  declare protected readonly kind: "PickleObject";
}

/** A value. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | readonly PickleValue[]
  | Map<PickleValue, PickleValue>
  | Set<PickleValue>
  | PickleGlobal
  | PickleObject;

/** What a pickle may reach. */
export interface PickleWorld {
  /** The pickle's name for messages. */
  subject: string;
  /** What stands under a full name, as "collections.OrderedDict"; undefined for what may not be named. */
  global(name: string): PickleGlobal | undefined;
  /** What a persistent id stands for. */
  persistent(id: PickleValue): PickleValue;
}

/** Values that one pickle may make; a state dict of 10,000 tensors makes 400,000. */
const MOST_VALUES = 1 << 22;
/** Bytes of the longest integer. */
const LONGEST_INTEGER = 64;
const NEWEST_PROTOCOL = 5;
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The stack, the memo and the bytes to come; opcodes work on it. */
export class PickleMachine {
  /** The values since the last mark. */
  stack: PickleValue[] = [];
  readonly #marked: PickleValue[][] = [];
  readonly #memo = new Map<number, PickleValue>();
  readonly #view: DataView;
  #at = 0;
  #made = 0;

  /** At the pickle's first byte. */
  constructor(readonly bytes: Uint8Array, readonly world: PickleWorld) {
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Puts a value on the stack. */
  push(value: PickleValue): void {
    if (++this.#made > MOST_VALUES) this.fail(`may make ${MOST_VALUES} values, got more`);
    this.stack.push(value);
  }

  /** Takes the youngest value. */
  pop(): PickleValue {
    const value = this.stack.pop();
    if (value === undefined) this.fail("needs a value on its stack, got none");
    return value;
  }

  /** The youngest value, which stays. */
  top(): PickleValue {
    return this.stack.at(-1) ?? this.#refuseTop();
  }

  /** Begins a group of values. */
  mark(): void {
    if (++this.#made > MOST_VALUES) this.fail(`may make ${MOST_VALUES} values, got more`);
    this.#marked.push(this.stack);
    this.stack = [];
  }

  /** Ends the group and gives its values. */
  popMark(): PickleValue[] {
    const values = this.stack;
    this.stack = this.#marked.pop() ?? this.fail("needs a mark on its stack, got none");
    return values;
  }

  /** Keeps the youngest value under `key`, else under the next free number. */
  remember(key = this.#memo.size): void {
    this.#memo.set(key, this.top());
  }

  /** What was kept under `key`. */
  recall(key: number): PickleValue {
    const value = this.#memo.get(key);
    if (value === undefined) this.fail(`needs something under number ${key} of its memo, got nothing`);
    return value;
  }

  /** What is left at the end: one value, no bytes. */
  result(): PickleValue {
    const value = this.pop();
    if (this.stack.length > 0 || this.#marked.length > 0 || this.#at < this.bytes.length) {
      this.fail("must end with its one value");
    }
    return value;
  }

  /** The next byte. */
  u8(): number {
    return this.take(1)[0];
  }

  /** The next number of 2, 4 or 8 bytes, little endian. */
  unsigned(width: 2 | 4 | 8): number {
    const at = this.#advance(width);
    if (width === 2) return this.#view.getUint16(at, true);
    return width === 4 ? this.#view.getUint32(at, true) : Number(this.#view.getBigUint64(at, true));
  }

  /** A signed number of 4 bytes. */
  i32(): number {
    return this.#view.getInt32(this.#advance(4), true);
  }

  /** A float of 8 bytes, big endian. */
  f64(): number {
    return this.#view.getFloat64(this.#advance(8), false);
  }

  /** An integer of `length` bytes in two's complement, little endian. */
  integer(length: number): number | bigint {
    if (length > LONGEST_INTEGER) this.fail(`an integer may have ${LONGEST_INTEGER} bytes, got ${length}`);
    let value = 0n;
    for (const byte of this.take(length).slice().reverse()) value = value << 8n | BigInt(byte);
    return compact(BigInt.asIntN(8 * length, value));
  }

  /** The next `length` bytes, as a view. */
  take(length: number): Uint8Array {
    const at = this.#advance(length);
    return this.bytes.subarray(at, at + length);
  }

  /** The next `length` bytes as text; Python's lone surrogates are refused. */
  text(length: number): string {
    try {
      return utf8.decode(this.take(length));
    } catch (error) {
      if (error instanceof WickError) throw error;
      this.fail("its text must be valid UTF-8");
    }
  }

  /** Text up to the end of the line. */
  line(): string {
    const end = this.bytes.indexOf(0x0a, this.#at);
    if (end < 0) this.fail("needs the end of a line, got the end of the pickle");
    const text = this.text(end - this.#at);
    this.#at++;
    return text;
  }

  /** Checks the protocol that a pickle announces. */
  protocol(version: number): void {
    if (version > NEWEST_PROTOCOL) this.unsupported(`protocol ${version}`);
  }

  /** Ends the reading because of something that Wick does not read or run. */
  unsupported(found: string): never {
    throw new WickError(
      "UNKNOWN_FORMAT",
      `Cannot read ${this.world.subject} at byte ${this.#at}: it may hold plain containers and tensors only ` +
        `(no code of a file is run), got ${found}`,
    );
  }

  /** Ends the reading, saying where and what was required. */
  fail(requirement: string): never {
    throw new WickError(
      "CORRUPT_FILE",
      `Cannot read ${this.world.subject} at byte ${this.#at}: the pickle ${requirement}`,
    );
  }

  #refuseTop(): never {
    this.fail("needs a value on its stack, got none");
  }

  #advance(length: number): number {
    const at = this.#at;
    if (length > this.bytes.length - at) {
      this.fail(`needs ${length} bytes, got ${this.bytes.length - at} to its end`);
    }
    this.#at += length;
    return at;
  }
}
