/**
 * The names that an expression reads, and the expressions in it.
 *
 * @module
 */
import type { Arguments, Expression } from "./nodes.ts";

/** The expressions that stand directly in another. */
export function partsOf(expression: Expression): (Expression | undefined)[] {
  switch (expression.type) {
    case "tuple":
    case "list":
    case "concat":
      return [...expression.items];
    case "dict":
      return expression.items.flatMap(({ key, value }) => [key, value]);
    case "binary":
    case "and":
    case "or":
      return [expression.left, expression.right];
    case "not":
    case "negative":
    case "positive":
      return [expression.operand];
    case "compare":
      return [expression.first, ...expression.rest.map(({ operand }) => operand)];
    case "condition":
      return [expression.test, expression.then, expression.otherwise];
    case "attribute":
      return [expression.object];
    case "item":
      return [expression.object, expression.key];
    case "slice":
      return [expression.object, ...expression.bounds];
    case "call":
      return [expression.callee, ...argumentsOf(expression.with)];
    case "filter":
    case "test":
      return [expression.operand, ...argumentsOf(expression.with)];
    default:
      return [];
  }
}

function argumentsOf({ args, named, spread, spreadNamed }: Arguments): (Expression | undefined)[] {
  return [...args, ...named.map(({ value }) => value), spread, spreadNamed];
}

/** The names that an expression reads. */
export function namesRead(expression: Expression): string[] {
  const names: string[] = [];
  const open: Expression[] = [expression];
  for (let node = open.pop(); node; node = open.pop()) {
    if (node.type === "name") names.push(node.name);
    for (const part of partsOf(node)) if (part) open.push(part);
  }
  return names;
}
