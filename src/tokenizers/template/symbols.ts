/**
 * Which names each scope of a template holds, and where each comes from when the scope is entered. So a name
 * that is set in one turn of a loop is not set in the next, and one that is set only further down has no value
 * yet, whatever the caller gave.
 *
 * Source: jinja2's idtracking.
 *
 * @module
 */
import type { Expression, ForStatement, Program, Routine, Statement, Target } from "./nodes.ts";
import { readsName } from "./first_use.ts";
import { namesRead } from "./names_read.ts";

/** What a name holds when its scope is entered: its parameter, the caller's variable, the outer scope's, nothing. */
export type Origin = "parameter" | "context" | "outer" | "nothing";

/** The names of one scope. */
export class Symbols {
  readonly origins: Map<string, Origin> = new Map();
  private readonly stores = new Set<string>();

  constructor(readonly outer?: Symbols) {}

  /** Whether a name is known here or further out. */
  knows(name: string): boolean {
    return this.origins.has(name) || (this.outer?.knows(name) ?? false);
  }

  load(name: string): void {
    if (!this.knows(name)) this.origins.set(name, "context");
  }

  store(name: string): void {
    this.stores.add(name);
    if (!this.origins.has(name)) this.origins.set(name, this.outer?.knows(name) ? "outer" : "nothing");
  }

  parameter(name: string): void {
    this.stores.add(name);
    this.origins.set(name, "parameter");
  }

  /** These names as they are where a branch begins. */
  branch(): Symbols {
    const copy = new Symbols(this.outer);
    for (const [name, origin] of this.origins) copy.origins.set(name, origin);
    for (const name of this.stores) copy.stores.add(name);
    return copy;
  }

  /** Takes over what branches found: a name that only some of them set keeps its value from before. */
  merge(branches: readonly Symbols[]): void {
    const before = new Set(this.stores);
    const stored = new Set<string>();
    for (const branch of branches) {
      for (const [name, origin] of branch.origins) this.origins.set(name, origin);
      for (const name of branch.stores) {
        this.stores.add(name);
        if (!before.has(name)) stored.add(name);
      }
    }
    for (const name of stored) this.origins.set(name, this.outer?.knows(name) ? "outer" : "context");
  }
}

/** Works out the names of every scope of a template. */
export function resolveNames(program: Program): void {
  const symbols = program.symbols = new Symbols();
  visitAll(program.body, symbols);
  enterAll(program.body, symbols);
}

/** The names of a body that is a scope of its own, and of the scopes in it. */
function scope(
  body: readonly Statement[],
  outer: Symbols | undefined,
  prepare: (symbols: Symbols) => void,
): Symbols {
  const symbols = new Symbols(outer);
  prepare(symbols);
  visitAll(body, symbols);
  return symbols;
}

function visitAll(statements: readonly Statement[], symbols: Symbols): void {
  for (const statement of statements) visit(statement, symbols);
}

/** Notes what a statement reads and sets in its own scope, without looking into the scopes that it opens. */
function visit(statement: Statement, symbols: Symbols): void {
  switch (statement.type) {
    case "output":
      return read(statement.value, symbols);
    case "if":
      return visitIf(statement.test, [statement.then, statement.otherwise], symbols);
    case "for":
      return read(statement.items, symbols);
    case "set":
      read(statement.value, symbols);
      return assign(statement.target, symbols);
    case "set block":
      return assign(statement.target, symbols);
    case "filter block":
      return read(statement.filter, symbols);
    case "with":
      return statement.values.forEach((value) => read(value, symbols));
    case "macro":
      return symbols.store(statement.name);
    case "call block":
      return read(statement.call, symbols);
  }
}

function visitIf(test: Expression, bodies: readonly (readonly Statement[])[], symbols: Symbols): void {
  read(test, symbols);
  const branches = bodies.map((body) => {
    const branch = symbols.branch();
    visitAll(body, branch);
    return branch;
  });
  symbols.merge(branches);
}

function read(expression: Expression, symbols: Symbols): void {
  for (const name of namesRead(expression)) symbols.load(name);
}

function assign(target: Target, symbols: Symbols): void {
  if (target.type === "targets") target.items.forEach((item) => assign(item, symbols));
  else if (target.type === "field") symbols.load(target.name);
  else symbols.store(target.name);
}

function parameters(target: Target, symbols: Symbols): void {
  if (target.type === "targets") target.items.forEach((item) => parameters(item, symbols));
  else symbols.parameter(target.name);
}

/** Works out the scopes that statements open. */
function enterAll(statements: readonly Statement[], symbols: Symbols): void {
  for (const statement of statements) enter(statement, symbols);
}

function enter(statement: Statement, symbols: Symbols): void {
  switch (statement.type) {
    case "if":
      enterAll(statement.then, symbols);
      return enterAll(statement.otherwise, symbols);
    case "for":
      return enterFor(statement, symbols);
    case "macro":
    case "call block":
      return enterRoutine(statement.routine, symbols);
    case "set block":
      statement.symbols = scope(statement.body, symbols, () => {});
      return enterAll(statement.body, statement.symbols);
    case "filter block":
      statement.symbols = scope(statement.body, symbols, () => {});
      read(statement.filter, statement.symbols);
      return enterAll(statement.body, statement.symbols);
    case "with":
      statement.symbols = scope(
        statement.body,
        symbols,
        (inner) => statement.targets.forEach((target) => parameters(target, inner)),
      );
      return enterAll(statement.body, statement.symbols);
    case "block":
      // a block sees the template's variables and nothing of the scopes around it
      statement.symbols = scope(statement.body, undefined, () => {});
      return enterAll(statement.body, statement.symbols);
  }
}

function enterFor(statement: ForStatement, symbols: Symbols): void {
  const { target, body, otherwise, test, recursive } = statement;
  const extended = recursive || readsName(body, "loop");
  const inner = scope(body, symbols, (own) => {
    if (extended) own.parameter("loop");
    parameters(target, own);
  });
  const tested = scope([], symbols, (own) => {
    parameters(target, own);
    if (test) read(test, own);
  });
  statement.symbols = { body: inner, test: tested, otherwise: scope(otherwise, symbols, () => {}) };
  enterAll(body, inner);
  enterAll(otherwise, statement.symbols.otherwise);
}

function enterRoutine(routine: Routine, symbols: Symbols): void {
  const { parameters, defaults, body } = routine;
  const reads = new Set(["caller", "kwargs", "varargs"].filter((name) => readsName(body, name)));
  routine.reads = reads;
  routine.symbols = scope(body, symbols, (own) => {
    for (const name of [...parameters, ...reads]) own.parameter(name);
    for (const value of defaults) read(value, own);
  });
  enterAll(body, routine.symbols);
}
