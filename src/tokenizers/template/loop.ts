/**
 * The variable `loop`.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import { iterate, sizeOf } from "./iterate.ts";
import { equals } from "./compare.ts";
import { Callable, Lazy, orElse, Tuple, Undefined, type Value } from "./values.ts";

/** Goes through the items of a loop, looking no further ahead than the template asks. */
export class Loop extends Callable {
  private index0 = -1;
  private items: Iterator<Value>;
  private known?: number;
  private ahead: Value[] = [];
  private current?: Value;
  private before?: Value;
  private changing?: Tuple;

  constructor(
    iterable: Value,
    private readonly budget: Budget,
    private readonly depth0: number,
    /** Renders the loop's body over other items, where it is recursive. */
    again?: (items: Value, depth: number) => Value,
  ) {
    super("loop", (args, named) => {
      if (args.length !== 1 || named.size > 0) fail("loop() takes the items to go through");
      if (!again) fail("The loop must have the 'recursive' marker to be called recursively.");
      return again(args[0], depth0 + 1);
    }, "LoopContext");
    this.items = iterate(iterable);
    this.known = iterable instanceof Lazy ? undefined : sizeOf(iterable);
  }

  override text(): string {
    return `<LoopContext ${this.index0 + 1}/${this.length}>`;
  }

  /** The next item, or undefined behind the last. */
  next(): Value | undefined {
    const item = this.ahead.length > 0 ? this.ahead.shift() : this.take();
    if (item === undefined) return undefined;
    this.index0++;
    this.before = this.current;
    return this.current = item;
  }

  private take(): Value | undefined {
    const { done, value } = this.items.next();
    return done ? undefined : value;
  }

  private peek(): Value | undefined {
    if (this.ahead.length === 0) {
      const item = this.take();
      if (item !== undefined) this.ahead.push(item);
    }
    return this.ahead[0];
  }

  /** The number of items; of a generator it takes all to know. */
  private get length(): number {
    if (this.known === undefined) {
      for (let item = this.take(); item !== undefined; item = this.take()) {
        this.ahead.push(item);
        this.budget.items(1);
      }
      this.known = this.index0 + 1 + this.ahead.length;
    }
    return this.known;
  }

  override attribute(name: string): Value | undefined {
    switch (name) {
      case "index":
        return BigInt(this.index0 + 1);
      case "index0":
        return BigInt(this.index0);
      case "revindex":
        return BigInt(this.length - this.index0);
      case "revindex0":
        return BigInt(this.length - this.index0 - 1);
      case "first":
        return this.index0 === 0;
      case "last":
        return this.peek() === undefined;
      case "length":
        return BigInt(this.length);
      case "depth":
        return BigInt(this.depth0 + 1);
      case "depth0":
        return BigInt(this.depth0);
      case "previtem":
        return this.index0 > 0 ? this.before : new Undefined("there is no previous item");
      case "nextitem":
        return orElse(this.peek(), () => new Undefined("there is no next item"));
      case "cycle":
        return new Callable(
          name,
          (args) => args.length === 0 ? fail("no items for cycling given") : args[this.index0 % args.length],
        );
      case "changed":
        return new Callable(name, (args) => this.changed(new Tuple(args)));
    }
  }

  private changed(values: Tuple): boolean {
    if (this.changing && equals(this.changing, values, this.budget)) return false;
    this.changing = values;
    return true;
  }
}
