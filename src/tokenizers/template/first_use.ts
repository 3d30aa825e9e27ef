/**
 * Whether statements read a name before they set it: so a loop knows whether it needs `loop`, a macro its caller.
 *
 * Source: jinja2's find_undeclared.
 *
 * @module
 */
import { namesRead } from "./names_read.ts";
import type { Expression, Statement, Target } from "./nodes.ts";

/** Whether a name is read somewhere in statements, also in the scopes in them, before it is set. */
export function readsName(statements: readonly Statement[], name: string): boolean {
  return firstUse(statements, name) === "read";
}

/** How a name is used first: jinja2 asks no more. */
function firstUse(statements: readonly Statement[], name: string): "read" | "set" | undefined {
  for (const statement of statements) {
    const use = useIn(statement, name);
    if (use) return use;
  }
}

function useIn(statement: Statement, name: string): "read" | "set" | undefined {
  const reads = (...expressions: (Expression | undefined)[]): "read" | undefined =>
    expressions.some((one) => one && namesRead(one).includes(name)) ? "read" : undefined;
  const sets = (target: Target): "set" | undefined =>
    target.type === "targets"
      ? target.items.map(sets).find(Boolean)
      : target.type === "name" && target.name === name
      ? "set"
      : undefined;
  switch (statement.type) {
    case "output":
      return reads(statement.value);
    case "if":
      return reads(statement.test) ?? firstUse(statement.then, name) ?? firstUse(statement.otherwise, name);
    case "for":
      return sets(statement.target) ?? reads(statement.items) ?? firstUse(statement.body, name) ??
        firstUse(statement.otherwise, name) ?? reads(statement.test);
    case "set":
      return sets(statement.target) ?? reads(statement.value);
    case "set block":
      return sets(statement.target) ?? reads(statement.filter) ?? firstUse(statement.body, name);
    case "filter block":
      return firstUse(statement.body, name) ?? reads(statement.filter);
    case "with":
      return statement.targets.map(sets).find(Boolean) ?? reads(...statement.values) ??
        firstUse(statement.body, name);
    case "macro":
    case "call block": {
      const { parameters, defaults, body } = statement.routine;
      const call = statement.type === "call block" ? statement.call : undefined;
      return reads(call) ?? (parameters.includes(name) ? "set" : undefined) ?? reads(...defaults) ??
        firstUse(body, name);
    }
  }
}
