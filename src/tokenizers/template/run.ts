/**
 * What a rendering carries with it.
 *
 * @module
 */
import type { Budget } from "./budget.ts";
import { fail } from "./failure.ts";
import type { Named, Value } from "./values.ts";

/** A filter, test or method: its value stands first in `args`. */
export type Native = (run: Run, args: Value[], named: Named) => Value;

/** What templates are rendered with; it knows itself, as filters call filters. */
export interface Library {
  readonly filters: Readonly<Record<string, Native>>;
  readonly tests: Readonly<Record<string, Native>>;
  /** `object.name`. */
  getAttribute(run: Run, object: Value, name: string): Value;
  /** `object[key]`. */
  getItem(run: Run, object: Value, key: Value): Value;
}

/** A rendering under way. */
export class Run {
  constructor(
    readonly library: Library,
    /** The variables that the template was given, and the globals behind them. */
    readonly context: ReadonlyMap<string, Value>,
    readonly budget: Budget,
  ) {}
}

/** Calls the filter or test of a name, with the value in front of its arguments. */
export function callNamed(
  run: Run,
  kind: "filters" | "tests",
  name: string,
  args: Value[],
  named: Named,
): Value {
  const table = run.library[kind];
  if (!Object.hasOwn(table, name)) fail(`No ${kind.slice(0, -1)} named '${name.slice(0, 100)}'.`);
  return table[name](run, args, named);
}
