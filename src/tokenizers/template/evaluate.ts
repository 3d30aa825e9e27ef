/**
 * The values of expressions.
 *
 * @module
 */
import { slice } from "./attributes.ts";
import { compare, contains, equals } from "./compare.ts";
import { fail } from "./failure.ts";
import { iterate } from "./iterate.ts";
import type { Arguments, Expression } from "./nodes.ts";
import * as operators from "./operators.ts";
import { callNamed, type Run } from "./run.ts";
import type { Scope } from "./scope.ts";
import { Callable, Dict, type Named, stringOf, Tuple, typeName, Undefined, type Value } from "./values.ts";

/** The value of an expression; `text` is what a filter without an operand takes. */
export function evaluate(run: Run, node: Expression, scope: Scope, text?: string): Value {
  const { budget } = run;
  budget.step();
  switch (node.type) {
    case "constant":
      return node.value;
    case "name":
      return scope.get(node.name);
  }
  budget.enter();
  const value = compound(run, node, scope, text);
  budget.leave();
  return value;
}

type Compound = Exclude<Expression, { type: "constant" | "name" }>;

function compound(run: Run, node: Compound, scope: Scope, text?: string): Value {
  const { budget, library } = run;
  const of = (part: Expression): Value => evaluate(run, part, scope, text);
  switch (node.type) {
    case "attribute":
      return library.getAttribute(run, of(node.object), node.name);
    case "item":
      return library.getItem(run, of(node.object), of(node.key));
    case "slice":
      return slice(
        run,
        of(node.object),
        Array.from({ length: 3 }, (_, i) => node.bounds[i] ? of(node.bounds[i]) : null),
      );
    case "call":
      return call(run, of(node.callee), ...evaluateArguments(run, node.with, scope));
    case "filter": {
      const operand = node.operand ? of(node.operand) : text!;
      const [args, named] = evaluateArguments(run, node.with, scope);
      return filter(run, node.name, [operand, ...args], named);
    }
    case "test": {
      const operand = of(node.operand);
      const [args, named] = evaluateArguments(run, node.with, scope);
      return callNamed(run, "tests", node.name, [operand, ...args], named);
    }
    case "and": {
      const left = of(node.left);
      return operators.truth(left) ? of(node.right) : left;
    }
    case "or": {
      const left = of(node.left);
      return operators.truth(left) ? left : of(node.right);
    }
    case "not":
      return !operators.truth(of(node.operand));
    case "negative":
    case "positive":
      return operators.sign(of(node.operand), node.type === "negative");
    case "binary":
      return binary(run, node.operator, of(node.left), of(node.right));
    case "compare":
      return comparison(run, node, of);
    case "concat":
      return operators.concatenate(node.items.map(of), budget);
    case "condition":
      if (operators.truth(of(node.test))) return of(node.then);
      return node.otherwise
        ? of(node.otherwise)
        : new Undefined("the inline if-expression evaluated to false and no else section was defined.");
    case "tuple":
      return new Tuple(node.items.map(of));
    case "list":
      return node.items.map(of);
    case "dict":
      return Dict.of(node.items.map(({ key, value }) => [of(key), of(value)] as const));
  }
}

function binary({ budget }: Run, operator: string, left: Value, right: Value): Value {
  switch (operator) {
    case "+":
      return operators.add(left, right, budget);
    case "-":
      return operators.subtract(left, right);
    case "*":
      return operators.multiply(left, right, budget);
    case "/":
      return operators.divide(left, right);
    case "//":
      return operators.floorDivide(left, right);
    case "%":
      return operators.modulo(left, right, budget);
    default:
      return operators.power(left, right, budget);
  }
}

/** `a < b < c`: as far as it holds. */
function comparison(
  run: Run,
  node: Extract<Expression, { type: "compare" }>,
  of: (part: Expression) => Value,
): Value {
  let left = of(node.first);
  for (const { operator, operand } of node.rest) {
    const right = of(operand);
    if (!holds(run, operator, left, right)) return false;
    left = right;
  }
  return true;
}

function holds({ budget }: Run, operator: string, left: Value, right: Value): boolean {
  switch (operator) {
    case "==":
      return equals(left, right, budget);
    case "!=":
      return !equals(left, right, budget);
    case "in":
      return contains(right, left, budget);
    case "not in":
      return !contains(right, left, budget);
    case "<":
      return compare(left, right, budget) < 0;
    case "<=":
      return compare(left, right, budget) <= 0;
    case ">":
      return compare(left, right, budget) > 0;
    default:
      return compare(left, right, budget) >= 0;
  }
}

/** The values of arguments: those by position, then those by name. */
export function evaluateArguments(run: Run, node: Arguments, scope: Scope): [Value[], Named] {
  const args = node.args.map((part) => evaluate(run, part, scope));
  const named: Named = new Map();
  for (const { name, value } of node.named) named.set(name, evaluate(run, value, scope));
  if (node.spread) {
    const items = iterate(evaluate(run, node.spread, scope));
    for (let next = items.next(); !next.done; next = items.next()) {
      args.push(next.value);
      run.budget.step();
    }
  }
  if (node.spreadNamed) spreadNamed(evaluate(run, node.spreadNamed, scope), named);
  return [args, named];
}

function spreadNamed(mapping: Value, named: Named): void {
  if (!(mapping instanceof Dict)) fail(`argument after ** must be a mapping, not ${typeName(mapping)}`);
  for (const { key, value } of mapping.entries.values()) {
    const name = stringOf(key) ?? fail("keywords must be strings");
    if (named.has(name)) fail(`it got multiple values for keyword argument '${name.slice(0, 100)}'`);
    named.set(name, value);
  }
}

/** Calls what can be called. */
export function call(run: Run, callee: Value, args: Value[], named: Named): Value {
  if (callee instanceof Undefined) callee.refuse();
  if (!(callee instanceof Callable)) fail(`'${typeName(callee)}' object is not callable`);
  const value = callee.call(args, named);
  run.budget.size(stringOf(value)?.length ?? 0);
  return value;
}

/** Calls a filter, counting the texts that it takes and gives. */
function filter(run: Run, name: string, args: Value[], named: Named): Value {
  const operand = stringOf(args[0]);
  if (operand !== undefined) run.budget.through(operand.length);
  const value = callNamed(run, "filters", name, args, named);
  const text = stringOf(value);
  if (text !== undefined) run.budget.text(text.length);
  return value;
}
