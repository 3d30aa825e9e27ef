/**
 * The variables of scopes while a template is rendered.
 *
 * @module
 */
import { fail } from "./failure.ts";
import type { Symbols } from "./symbols.ts";
import { Undefined, type Value } from "./values.ts";

/** The variables of one scope, and the scopes around it. A variable without a value yet is undefined. */
export class Scope {
  private readonly variables = new Map<string, Value | undefined>();

  constructor(
    private readonly symbols: Symbols,
    private readonly context: ReadonlyMap<string, Value>,
    private readonly outer?: Scope,
  ) {
    this.enter();
  }

  /** Gives every name what it holds when the scope is entered: at each turn of a loop anew. */
  enter(): void {
    for (const [name, origin] of this.symbols.origins) {
      if (origin === "context") this.variables.set(name, this.context.get(name));
      else if (origin === "outer") this.variables.set(name, this.outer!.find(name));
      else this.variables.set(name, undefined);
    }
  }

  /** Takes all values away, for what outlives the scope. */
  leave(): void {
    for (const name of this.symbols.origins.keys()) this.variables.set(name, undefined);
  }

  get(name: string): Value {
    const value = this.find(name);
    return value === undefined ? new Undefined(`'${name.slice(0, 100)}' is undefined`) : value;
  }

  set(name: string, value: Value): void {
    this.variables.set(name, value);
  }

  private find(name: string): Value | undefined {
    if (this.symbols.origins.has(name)) return this.variables.get(name);
    return this.outer ? this.outer.find(name) : fail(`'${name.slice(0, 100)}' is known to no scope`);
  }

  /** A scope within this one. */
  inner(symbols: Symbols): Scope {
    return new Scope(symbols, this.context, this);
  }

  /** The values that the template has given to its own variables. */
  entries(): Iterable<[string, Value | undefined]> {
    return this.variables;
  }
}
