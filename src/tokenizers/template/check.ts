/**
 * What jinja2 refuses before a template is rendered: filters and tests that do not exist, where no `if` guards
 * them, loop controls outside of loops, and a loop's own variable as a target.
 *
 * @module
 */
import { fail } from "./failure.ts";
import { partsOf } from "./names_read.ts";
import type { Expression, Program, Routine, Statement, Target } from "./nodes.ts";
import type { Library } from "./run.ts";

/** Where a statement stands. */
interface Place {
  readonly library: Library;
  /** Whether an `if` of the same scope stands around it. */
  readonly guarded: boolean;
  readonly inLoop: boolean;
}

/** Throws where a template must not be rendered. */
export function check(program: Program, library: Library): void {
  statements(program.body, { library, guarded: false, inLoop: false });
}

function statements(body: readonly Statement[], place: Place): void {
  for (const statement of body) one(statement, place);
}

function one(statement: Statement, place: Place): void {
  const inner = { ...place, guarded: false };
  const guarded = { ...place, guarded: true };
  switch (statement.type) {
    case "break":
    case "continue":
      if (!place.inLoop) fail(`'${statement.type}' outside loop`);
      return;
    case "output":
      return expression(statement.value, place);
    case "set":
      return expression(statement.value, place);
    case "if":
      expression(statement.test, guarded);
      statements(statement.then, guarded);
      return statements(statement.otherwise, guarded);
    case "for":
      forbidLoop(statement.target, statement.body);
      expression(statement.items, place);
      if (statement.test) expression(statement.test, inner);
      statements(statement.body, { ...inner, inLoop: true });
      return statements(statement.otherwise, inner);
    case "macro":
      return routine(statement.routine, inner);
    case "call block":
      expression(statement.call, place);
      return routine(statement.routine, inner);
    case "set block":
      if (statement.filter) expression(statement.filter, inner);
      return statements(statement.body, inner);
    case "filter block":
      expression(statement.filter, inner);
      return statements(statement.body, inner);
    case "with":
      statement.values.forEach((value) => expression(value, place));
      return statements(statement.body, inner);
    case "block":
      return statements(statement.body, { ...inner, inLoop: false });
  }
}

function routine({ defaults, body }: Routine, place: Place): void {
  defaults.forEach((value) => expression(value, place));
  statements(body, { ...place, inLoop: false });
}

function expression(node: Expression, place: Place): void {
  const inner = node.type === "condition" ? { ...place, guarded: true } : place;
  if (!place.guarded && (node.type === "filter" || node.type === "test")) {
    const table = node.type === "filter" ? place.library.filters : place.library.tests;
    if (!Object.hasOwn(table, node.name)) fail(`No ${node.type} named '${node.name.slice(0, 100)}'.`);
  }
  for (const part of partsOf(node)) if (part) expression(part, inner);
}

/** A loop may set no variable named `loop`, in its own body or in what stands there. */
function forbidLoop(target: Target, body: readonly Statement[]): void {
  if (setsLoop(target) || body.some(statementSetsLoop)) {
    fail("Can't assign to special loop variable in for-loop target");
  }
}

function setsLoop(target: Target): boolean {
  return target.type === "targets"
    ? target.items.some(setsLoop)
    : target.type === "name" && target.name === "loop";
}

function statementSetsLoop(statement: Statement): boolean {
  switch (statement.type) {
    case "set":
      return setsLoop(statement.target);
    case "set block":
      return setsLoop(statement.target) || statement.body.some(statementSetsLoop);
    case "if":
      return statement.then.some(statementSetsLoop) || statement.otherwise.some(statementSetsLoop);
    case "for":
      return statement.otherwise.some(statementSetsLoop);
    case "macro":
    case "call block":
      return statement.routine.body.some(statementSetsLoop);
    case "filter block":
    case "with":
    case "block":
      return statement.body.some(statementSetsLoop);
    default:
      return false;
  }
}
