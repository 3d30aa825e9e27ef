/**
 * The statements of a template, executed.
 *
 * @module
 */
import { setAttribute } from "./attributes.ts";
import { call, evaluate, evaluateArguments } from "./evaluate.ts";
import { fail } from "./failure.ts";
import { iterate } from "./iterate.ts";
import { Loop } from "./loop.ts";
import { Macro } from "./macro.ts";
import type { Expression, ForStatement, Program, Routine, Statement, Target } from "./nodes.ts";
import { truth } from "./operators.ts";
import { textOf } from "./represent.ts";
import type { Run } from "./run.ts";
import { Scope } from "./scope.ts";
import { Lazy, Namespace, Tuple, type Value } from "./values.ts";

/** How a statement ends the turn of the loop around it, if it does. */
type Leaving = "break" | "continue" | undefined;

/** The text of a template. */
export function render(run: Run, program: Program): string {
  const root = new Scope(program.symbols!, run.context);
  return new Renderer(run, root).text(program.body, root);
}

class Renderer {
  private pieces: string[] = [];

  constructor(private readonly run: Run, private readonly root: Scope) {}

  /** What statements write. */
  text(body: readonly Statement[], scope: Scope): string {
    return this.captured(() => this.all(body, scope)).text;
  }

  private captured(execute: () => Leaving): { text: string; leaving: Leaving } {
    const outer = this.pieces;
    this.pieces = [];
    const leaving = execute();
    const text = this.pieces.join("");
    this.pieces = outer;
    this.run.budget.size(text.length);
    return { text, leaving };
  }

  private write(text: string): void {
    this.run.budget.write(text.length);
    this.pieces.push(text);
  }

  private all(body: readonly Statement[], scope: Scope): Leaving {
    const { budget } = this.run;
    budget.enter();
    for (const statement of body) {
      budget.step();
      const leaving = this.one(statement, scope);
      if (leaving !== undefined) {
        budget.leave();
        return leaving;
      }
    }
    budget.leave();
  }

  private value(node: Expression, scope: Scope, text?: string): Value {
    return evaluate(this.run, node, scope, text);
  }

  private one(statement: Statement, scope: Scope): Leaving {
    switch (statement.type) {
      case "text":
        return void this.write(statement.text);
      case "output":
        return void this.write(textOf(this.value(statement.value, scope), this.run.budget));
      case "if":
        return this.all(
          truth(this.value(statement.test, scope)) ? statement.then : statement.otherwise,
          scope,
        );
      case "for":
        return this.for(statement, scope);
      case "break":
      case "continue":
        return statement.type;
      case "set":
        requireNamespaces(statement.target, scope);
        return void this.assign(statement.target, this.value(statement.value, scope), scope);
      case "set block":
        return this.setBlock(statement, scope);
      case "filter block":
        return this.filterBlock(statement, scope);
      case "with":
        return this.with(statement, scope);
      case "macro":
        return void scope.set(statement.name, this.macro(statement.name, statement.routine, scope));
      case "call block":
        return void this.callBlock(statement, scope);
      case "block":
        return void this.all(statement.body, new Scope(statement.symbols!, this.exported()));
    }
  }

  /** The variables that a block sees: the caller's, and those of the template's own top. */
  private exported(): Map<string, Value> {
    const variables = new Map(this.run.context);
    for (const [name, value] of this.root.entries()) if (value !== undefined) variables.set(name, value);
    return variables;
  }

  private macro(name: string | null, routine: Routine, scope: Scope): Macro {
    return new Macro(this.run, name, routine, scope, (inner) => this.text(routine.body, inner));
  }

  private assign(target: Target, value: Value, scope: Scope): void {
    if (target.type === "name") scope.set(target.name, value);
    else if (target.type === "field") setAttribute(scope.get(target.name), target.field, value);
    else {
      const values = unpacked(value, target.items.length);
      target.items.forEach((item, i) => this.assign(item, values[i], scope));
    }
  }

  private for(statement: ForStatement, scope: Scope): Leaving {
    const items = this.value(statement.items, scope);
    if (!statement.recursive) return this.loop(statement, items, scope, 0);
    this.write(this.recursive(statement, items, scope, 0));
  }

  /** A recursive loop is a function of its items; what it writes is its value. */
  private recursive(statement: ForStatement, items: Value, scope: Scope, depth: number): string {
    return this.captured(() => this.loop(statement, items, scope, depth)).text;
  }

  private loop(statement: ForStatement, items: Value, scope: Scope, depth: number): Leaving {
    const { target, test, body, symbols } = statement;
    const again = statement.recursive
      ? (inner: Value, level: number): Value => this.recursive(statement, inner, scope, level)
      : undefined;
    const source = test ? new Lazy("generator", this.selected(statement, test, items, scope)) : items;
    const loop = new Loop(source, this.run.budget, depth, again);
    const inner = scope.inner(symbols!.body);
    let completed = false;
    for (let item = loop.next(); item !== undefined; item = loop.next()) {
      this.run.budget.step();
      inner.enter();
      this.assign(target, item, inner);
      if (symbols!.body.origins.has("loop")) inner.set("loop", loop);
      const leaving = this.all(body, inner);
      if (leaving === "break") break;
      if (leaving === undefined) completed = true;
    }
    inner.leave();
    // as in jinja2, only a turn that reached its end keeps the else branch away
    return completed ? undefined : this.all(statement.otherwise, scope.inner(symbols!.otherwise));
  }

  private *selected(statement: ForStatement, test: Expression, items: Value, scope: Scope): Generator<Value> {
    const source = iterate(items);
    const inner = scope.inner(statement.symbols!.test);
    for (let next = source.next(); !next.done; next = source.next()) {
      this.run.budget.step();
      this.assign(statement.target, next.value, inner);
      if (truth(this.value(test, inner))) yield gathered(statement.target, inner);
    }
  }

  private setBlock(statement: Extract<Statement, { type: "set block" }>, scope: Scope): Leaving {
    const inner = scope.inner(statement.symbols!);
    const { text, leaving } = this.captured(() => this.all(statement.body, inner));
    if (leaving) return leaving;
    const value = statement.filter ? this.value(statement.filter, inner, text) : text;
    requireNamespaces(statement.target, scope);
    this.assign(statement.target, value, scope);
    inner.leave();
  }

  private filterBlock(statement: Extract<Statement, { type: "filter block" }>, scope: Scope): Leaving {
    const inner = scope.inner(statement.symbols!);
    const { text, leaving } = this.captured(() => this.all(statement.body, inner));
    if (leaving) return leaving;
    this.write(textOf(this.value(statement.filter, inner, text), this.run.budget));
    inner.leave();
  }

  private with(statement: Extract<Statement, { type: "with" }>, scope: Scope): Leaving {
    const inner = scope.inner(statement.symbols!);
    statement.targets.forEach((target, i) =>
      this.assign(target, this.value(statement.values[i], scope), inner)
    );
    const leaving = this.all(statement.body, inner);
    inner.leave();
    return leaving;
  }

  private callBlock(statement: Extract<Statement, { type: "call block" }>, scope: Scope): void {
    const caller = this.macro(null, statement.routine, scope);
    const node = statement.call as Extract<Expression, { type: "call" }>;
    const callee = this.value(node.callee, scope);
    const [args, named] = evaluateArguments(this.run, node.with, scope);
    if (named.has("caller")) fail("a call block gives the argument 'caller' itself");
    named.set("caller", caller);
    this.write(textOf(call(this.run, callee, args, named), this.run.budget));
  }
}

/** What the names of a loop hold: as in jinja2, an item that passed the loop's test is a tuple of them. */
function gathered(target: Target, scope: Scope): Value {
  return target.type === "targets"
    ? new Tuple(target.items.map((item) => gathered(item, scope)))
    : scope.get(target.name);
}

/** Attributes can be set on namespaces alone, which is asked before anything is evaluated. */
function requireNamespaces(target: Target, scope: Scope): void {
  if (target.type === "targets") target.items.forEach((item) => requireNamespaces(item, scope));
  else if (target.type === "field" && !(scope.get(target.name) instanceof Namespace)) {
    fail("cannot assign attribute on non-namespace object");
  }
}

function unpacked(value: Value, count: number): Value[] {
  const items = iterate(value);
  const values: Value[] = [];
  for (let next = items.next(); !next.done && values.length <= count; next = items.next()) {
    values.push(next.value);
  }
  if (values.length !== count) {
    fail(`${values.length < count ? "not enough" : "too many"} values to unpack (expected ${count})`);
  }
  return values;
}
