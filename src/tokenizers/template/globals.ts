/**
 * The functions that every template knows.
 *
 * @module
 */
import { type Budget, MOST_ITEMS } from "./budget.ts";
import { fail } from "./failure.ts";
import { pairsOf } from "./container_methods.ts";
import { listOf } from "./iterate.ts";
import { integerOf } from "./numbers.ts";
import { strftime } from "./strftime.ts";
import {
  Callable,
  Dict,
  type Named,
  Namespace,
  orElse,
  Range,
  stringOf,
  Thing,
  typeName,
  type Value,
} from "./values.ts";

/** Functions by name; `now` is what strftime_now writes. */
export function globals(now: Date, budget: Budget): Map<string, Value> {
  return new Map<string, Value>([
    ["range", new Callable("range", range)],
    ["dict", new DictType(budget)],
    ["namespace", new Callable("namespace", (args, named) => namespace(args, named, budget))],
    ["cycler", new Callable("cycler", (args) => new Cycler(args))],
    ["joiner", new Callable("joiner", joiner)],
    ["lipsum", new Callable("lipsum", () => fail("lipsum() is not supported"))],
    ["raise_exception", new Callable("raise_exception", raise)],
    [
      "strftime_now",
      new Callable("strftime_now", (args, named) => strftime(now, only(args, named, "format"))),
    ],
  ]);
}

/** The one text that a function takes. */
function only(args: Value[], named: Named, name: string): string {
  const value = args.length > 0 ? args[0] : named.get(name);
  if (args.length + named.size !== 1 || value === undefined) fail(`it takes one argument, ${name}`);
  return stringOf(value) ?? fail(`${name} must be a str, got ${typeName(value)}`);
}

function raise(args: Value[], named: Named): never {
  const message = args.length > 0 ? args[0] : named.get("message");
  fail(
    message === undefined
      ? "it lacks its argument 'message'"
      : stringOf(message) ?? "the template raised an exception",
  );
}

function range(args: Value[], named: Named): Value {
  if (args.length < 1 || args.length > 3 || named.size > 0) fail("range() takes 1 to 3 numbers");
  const [first, second, step = 1n] = args.map((value) => integerOf(value, "a number of range()"));
  const [start, stop] = second === undefined ? [0n, first] : [first, second];
  if (step === 0n) fail("range() arg 3 must not be zero");
  const made = new Range(start, stop, step);
  if (made.length > MOST_ITEMS) fail(`range() may give at most ${MOST_ITEMS} numbers, got ${made.length}`);
  return made;
}

function dictOf(args: Value[], named: Named, budget: Budget): Dict {
  if (args.length > 1) fail(`dict expected at most 1 argument, got ${args.length}`);
  const dict = Dict.of(args.length === 0 ? [] : pairsOf(args[0], budget));
  for (const [name, value] of named) dict.set(name, value);
  return dict;
}

class DictType extends Callable {
  constructor(private readonly budget: Budget) {
    super("dict", (args, named) => dictOf(args, named, budget), "TemplateDict");
  }
  override attribute(name: string): Value | undefined {
    if (name !== "fromkeys") return undefined;
    return new Callable(name, (args, named) => {
      if (args.length < 1 || args.length > 2 || named.size > 0) fail("fromkeys() takes keys and a value");
      const [keys, value = null] = args;
      return Dict.of(listOf(keys, this.budget).map((key) => [key, value]));
    });
  }
}

function namespace(args: Value[], named: Named, budget: Budget): Value {
  const made = new Namespace();
  for (const [key, value] of pairsOf(dictOf(args, named, budget), budget)) {
    made.set(stringOf(key) ?? fail("attribute names must be texts"), value);
  }
  return made;
}

/** `cycler(...)`. */
class Cycler extends Thing {
  override readonly type = "Cycler";
  private position = 0;
  constructor(private readonly items: readonly Value[]) {
    super();
    if (items.length === 0) fail("at least one item has to be provided");
  }
  override text(): string {
    return "<Cycler object>";
  }
  override attribute(name: string): Value | undefined {
    switch (name) {
      case "current":
        return this.items[this.position];
      case "next":
        return new Callable(name, () => {
          const item = this.items[this.position];
          this.position = (this.position + 1) % this.items.length;
          return item;
        });
      case "reset":
        return new Callable(name, () => {
          this.position = 0;
          return null;
        });
    }
  }
}

/** `joiner(sep)`: nothing at first, the separator from then on. */
function joiner(args: Value[], named: Named): Value {
  const separator = orElse(args.length > 0 ? args[0] : named.get("sep"), () => ", ");
  let used = false;
  return new Callable("joiner", () => {
    if (used) return separator;
    used = true;
    return "";
  }, "Joiner");
}
