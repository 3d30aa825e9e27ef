/**
 * Arguments bound to parameters as Python does it.
 *
 * @module
 */
import { fail } from "./failure.ts";
import type { Native, Run } from "./run.ts";
import type { Named, Value } from "./values.ts";

interface Parameter {
  name: string;
  optional: boolean;
  positional: boolean;
}

/**
 * A function with named parameters: "value width? old/" takes a value, perhaps a width, and old by position
 * only. Those left out are undefined, so that JavaScript's defaults apply.
 */
export function takes(signature: string, body: (run: Run, ...values: Value[]) => Value): Native {
  const parameters = signature.split(" ").filter((part) => part !== "").map((part) => ({
    name: part.replace(/[?/]+$/, ""),
    optional: part.includes("?"),
    positional: part.includes("/"),
  }));
  return (run, args, named) => body(run, ...bind(parameters, args, named) as Value[]);
}

function bind(parameters: Parameter[], args: Value[], named: Named): (Value | undefined)[] {
  if (args.length > parameters.length) {
    fail(`it takes at most ${parameters.length} arguments, got ${args.length}`);
  }
  const bound: (Value | undefined)[] = [...args];
  for (const [name, value] of named) {
    const at = parameters.findIndex((parameter) => parameter.name === name && !parameter.positional);
    if (at < 0) fail(`it takes no argument named '${name.slice(0, 100)}'`);
    if (at < args.length) fail(`it got two values for '${name}'`);
    bound[at] = value;
  }
  const missing = parameters.find(({ optional }, i) => !optional && bound[i] === undefined);
  if (missing) fail(`it lacks its argument '${missing.name}'`);
  return bound;
}
