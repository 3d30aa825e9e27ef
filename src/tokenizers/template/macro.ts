/**
 * Macros, and the blocks that are handed to them.
 *
 * @module
 */
import { evaluate } from "./evaluate.ts";
import { fail } from "./failure.ts";
import type { Routine } from "./nodes.ts";
import type { Run } from "./run.ts";
import type { Scope } from "./scope.ts";
import { Callable, Dict, type Named, Tuple, Undefined, type Value } from "./values.ts";

/** A macro with the scope that it was defined in. */
export class Macro extends Callable {
  constructor(
    private readonly run: Run,
    name: string | null,
    private readonly routine: Routine,
    private readonly scope: Scope,
    private readonly write: (scope: Scope) => string,
  ) {
    super(name ?? "anonymous", (args, named) => this.invoke(args, new Map(named)), "Macro");
    if (routine.reads!.has("caller") && routine.parameters.indexOf("caller") >= 0) this.requireDefault();
  }

  override text(): string {
    return this.name === "anonymous" ? "<Macro anonymous>" : `<Macro '${this.name}'>`;
  }

  override attribute(name: string): Value | undefined {
    const { parameters, reads } = this.routine;
    switch (name) {
      case "name":
        return this.name;
      case "arguments":
        return new Tuple(parameters);
      case "caller":
        return reads!.has("caller");
      case "catch_kwargs":
        return reads!.has("kwargs");
      case "catch_varargs":
        return reads!.has("varargs");
    }
  }

  /** A parameter named caller must have a default, as most calls come without a block. */
  private requireDefault(): void {
    const { parameters, defaults } = this.routine;
    const at = parameters.indexOf("caller") - (parameters.length - defaults.length);
    if (at < 0) fail('the special "caller" argument must be omitted or be given a default');
  }

  private invoke(args: Value[], named: Named): Value {
    const { parameters, defaults, reads, symbols } = this.routine;
    const inner = this.scope.inner(symbols!);
    const given = parameters.map((name, i) => i < args.length ? args[i] : take(named, name));
    this.bindSpecial(inner, args, named);
    parameters.forEach((name, i) => {
      if (given[i] !== undefined) inner.set(name, given[i]);
    });
    parameters.forEach((name, i) => {
      if (given[i] !== undefined) return;
      const value = defaults[i - (parameters.length - defaults.length)];
      inner.set(
        name,
        value ? evaluate(this.run, value, inner) : new Undefined(`parameter '${name}' was not provided`),
      );
    });
    if (!reads!.has("varargs") && args.length > parameters.length) {
      fail(`macro '${this.name}' takes not more than ${parameters.length} argument(s)`);
    }
    return this.write(inner);
  }

  private bindSpecial(inner: Scope, args: Value[], named: Named): void {
    const { parameters, reads } = this.routine;
    if (reads!.has("caller") && !parameters.includes("caller")) {
      const caller = take(named, "caller");
      inner.set(
        "caller",
        caller === undefined || caller === null ? new Undefined("No caller defined") : caller,
      );
    }
    if (reads!.has("kwargs") && !parameters.includes("kwargs")) inner.set("kwargs", Dict.of(named));
    else if (named.size > 0) {
      fail(`macro '${this.name}' takes no keyword argument '${[...named.keys()][0].slice(0, 100)}'`);
    }
    if (reads!.has("varargs") && !parameters.includes("varargs")) {
      inner.set("varargs", new Tuple(args.slice(parameters.length)));
    }
  }
}

function take(named: Named, name: string): Value | undefined {
  const value = named.get(name);
  named.delete(name);
  return value;
}
