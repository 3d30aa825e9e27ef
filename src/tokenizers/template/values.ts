/**
 * The values of a template, with Python's kinds: an int is a bigint, a float a number, a str a string or
 * {@linkcode Markup}, None is null, a list is an array. What has no value yet is JavaScript's undefined.
 *
 * @module
 */
import { fail, TemplateFailure } from "./failure.ts";

/** Any value of a template. */
export type Value = null | boolean | bigint | number | string | Markup | Value[] | Thing;
/** Arguments by name. */
export type Named = Map<string, Value>;

/** A value that is more than a number, text or list. */
export abstract class Thing {
  /** The name of Python's type, for messages. */
  abstract readonly type: string;
  /** How it is written. */
  abstract text(): string;
  /** One of its attributes, or undefined where it has none of that name. */
  attribute(_name: string): Value | undefined {
    return undefined;
  }
}

/** What a name, key or attribute without a value gives: it may be written, tested and looped over, nothing else. */
export class Undefined extends Thing {
  override readonly type = "Undefined";
  constructor(readonly reason: string) {
    super();
  }
  override text(): string {
    return "";
  }
  /** Ends the rendering, as any other use does. */
  refuse(): never {
    fail(this.reason);
  }
}

/** A text that counts as HTML: what is added to it is escaped. */
export class Markup extends Thing {
  override readonly type = "Markup";
  constructor(readonly html: string) {
    super();
  }
  override text(): string {
    return this.html;
  }
}

/** A list that Python would call a tuple; `names` are those of a named one. */
export class Tuple extends Thing {
  override readonly type = "tuple";
  constructor(readonly items: readonly Value[], private readonly names: readonly string[] = []) {
    super();
  }
  override text(): string {
    return "tuple";
  }
  override attribute(name: string): Value | undefined {
    const at = this.names.indexOf(name);
    return at < 0 ? undefined : this.items[at];
  }
}

/** An entry of a {@linkcode Dict}. */
export interface Entry {
  readonly key: Value;
  value: Value;
}

/** A mapping in order of insertion; keys that are equal in Python (1, 1.0, true) are one. */
export class Dict extends Thing {
  override readonly type = "dict";
  readonly entries: Map<unknown, Entry> = new Map();
  static of(pairs: Iterable<readonly [Value, Value]>): Dict {
    const dict = new Dict();
    for (const [key, value] of pairs) dict.set(key, value);
    return dict;
  }
  override text(): string {
    return "dict";
  }
  get(key: Value): Value | undefined {
    return this.entries.get(hashed(key))?.value;
  }
  set(key: Value, value: Value): void {
    const hash = hashed(key);
    const entry = this.entries.get(hash);
    if (entry) entry.value = value;
    else this.entries.set(hash, { key, value });
  }
}

/** `range(start, stop, step)`. */
export class Range extends Thing {
  override readonly type = "range";
  readonly length: number;
  constructor(readonly start: bigint, readonly stop: bigint, readonly step: bigint) {
    super();
    const [span, stride] = step > 0n ? [stop - start, step] : [start - stop, -step];
    this.length = span > 0n ? Number((span + stride - 1n) / stride) : 0;
  }
  override text(): string {
    return `range(${this.start}, ${this.stop}${this.step === 1n ? "" : `, ${this.step}`})`;
  }
  at(index: number): bigint {
    return this.start + BigInt(index) * this.step;
  }
}

/** What gives its items one by one, once: a generator, or an iterator backwards. */
export class Lazy extends Thing {
  constructor(override readonly type: string, readonly iterator: Iterator<Value>) {
    super();
  }
  override text(): string {
    return `<${this.type} object>`;
  }
}

/** The keys, values or items of a dict. */
export class View extends Thing {
  constructor(readonly dict: Dict, readonly part: "keys" | "values" | "items") {
    super();
  }
  override get type(): string {
    return `dict_${this.part}`;
  }
  override text(): string {
    return this.type;
  }
  *values(): Generator<Value> {
    for (const { key, value } of this.dict.entries.values()) {
      yield this.part === "keys" ? key : this.part === "values" ? value : new Tuple([key, value]);
    }
  }
}

/** What can be called. */
export class Callable extends Thing {
  constructor(
    readonly name: string,
    readonly call: (args: Value[], named: Named) => Value,
    override readonly type: string = "builtin_function_or_method",
  ) {
    super();
  }
  override text(): string {
    return `<${this.type} ${this.name}>`;
  }
}

/** What stands for a key in a map: equal for keys that are equal in Python. */
export function hashed(key: Value): unknown {
  if (typeof key === "string") return key.startsWith("\0") ? `\0s${key}` : key;
  if (typeof key === "boolean") return BigInt(key);
  if (typeof key === "number") return Number.isInteger(key) ? BigInt(key) : key;
  if (key instanceof Markup) return hashed(key.html);
  if (key instanceof Undefined) return Undefined;
  if (key instanceof Tuple) return `\0t${hashedItems(key)}`;
  if (Array.isArray(key)) fail("unhashable type: 'list'");
  if (key instanceof Dict) fail("unhashable type: 'dict'");
  return key;
}

/** The longest text that stands for a tuple as a key. */
const LONGEST_HASH = 2 ** 16;

function hashedItems(tuple: Tuple): string {
  let text = "";
  for (const item of tuple.items) {
    const hash = hashed(item);
    if (typeof hash === "object" && hash !== null) fail("such a tuple can be no key");
    text += `${typeof hash}:${String(hash).length}:${String(hash)}`;
    if (text.length > LONGEST_HASH) fail("the tuple is too long for a key");
  }
  return text;
}

/** The name of a value's type in Python. */
export function typeName(value: Value): string {
  if (value === null) return "NoneType";
  if (Array.isArray(value)) return "list";
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "float";
    case "string":
      return "str";
    default:
      return value.type;
  }
}

/** The text of a str, or undefined where the value is none. */
export function stringOf(value: Value | undefined): string | undefined {
  return typeof value === "string" ? value : value instanceof Markup ? value.html : undefined;
}

/** A value, or what stands for one that is not there: unlike `??` it keeps None. */
export function orElse(value: Value | undefined, instead: () => Value): Value {
  return value === undefined ? instead() : value;
}

/** Runs `look`, and gives `instead` where the template would meet an exception. */
export function attempt<T>(look: () => T, instead: () => T): T {
  try {
    return look();
  } catch (error) {
    if (error instanceof TemplateFailure) return instead();
    throw error;
  }
}

/** `namespace()`: the one value whose attributes a template may set. */
export class Namespace extends Thing {
  override readonly type = "Namespace";
  readonly attributes: Dict = new Dict();
  override text(): string {
    return "<Namespace>";
  }
  override attribute(name: string): Value | undefined {
    return this.attributes.get(name);
  }
  set(name: string, value: Value): void {
    if (name.startsWith("_")) {
      fail(`a namespace can't hold '${name.slice(0, 100)}': names must not begin with _`);
    }
    this.attributes.set(name, value);
  }
}
