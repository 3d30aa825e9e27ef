/**
 * The statements of a template.
 *
 * Source: the grammar of jinja2's parser with transformers' extensions (`generation`, `break`, `continue`).
 *
 * @module
 */
import { ExpressionParser } from "./expression_parser.ts";
import { fail } from "./failure.ts";
import { tokenize } from "./lexer.ts";
import type { Expression, Program, Routine, Statement, Target } from "./nodes.ts";
import { Callable, type Value } from "./values.ts";

/** The statements of a template's source. */
export function parse(source: string): Program {
  const parser = new StatementParser(tokenize(source));
  return { body: parser.statements([]) };
}

/** What `{% generation %}` calls: the text of its block, which trainers mark. */
const GENERATION: Value = new Callable("generation", (_, named) => {
  const caller = named.get("caller");
  return caller instanceof Callable ? caller.call([], new Map()) : fail("generation needs a block");
});

/** Statements of jinja2 that need files, or an escaping that chat templates don't have. */
const REFUSED = ["extends", "include", "import", "from", "autoescape"];

class StatementParser extends ExpressionParser {
  private readonly blocks = new Set<string>();

  /** Statements up to a tag of one of these names, which is read; at the template's top, up to its end. */
  statements(ends: readonly string[]): Statement[] {
    const body: Statement[] = [];
    this.deeper(() => {
      for (;;) {
        const token = this.next();
        if (token.type === "data") body.push({ type: "text", text: token.text });
        else if (token.type === "variable_begin") {
          body.push({ type: "output", value: this.tuple() });
          this.expect("variable_end");
        } else if (token.type === "block_begin") {
          if (this.current.type === "name" && ends.includes(this.current.text)) return;
          body.push(...this.statement());
          this.expect("block_end");
        } else if (token.type === "eof" && ends.length === 0) return;
        else this.unexpected(token, ends.length > 0 ? ends.join(" or ") : undefined);
      }
    });
    return body;
  }

  /** The statements in a block, and the name of the tag that ends it. */
  private body(...ends: string[]): { body: Statement[]; end: string } {
    this.skip(":");
    this.expect("block_end");
    const body = this.statements(ends);
    return { body, end: this.next().text };
  }

  private statement(): Statement[] {
    const token = this.next();
    if (token.type !== "name") this.unexpected(token, "a tag's name");
    switch (token.text) {
      case "if":
        return [this.if()];
      case "for":
        return [this.for()];
      case "set":
        return [this.set()];
      case "macro":
        return [{ type: "macro", name: this.name(), routine: this.routine("endmacro") }];
      case "call":
        return [this.call()];
      case "filter":
        return [{
          type: "filter block",
          filter: this.filters(undefined, true)!,
          body: this.body("endfilter").body,
        }];
      case "with":
        return [this.with()];
      case "block":
        return [this.block()];
      case "print":
        return this.print();
      case "generation":
        return [this.generation()];
      case "break":
      case "continue":
        return [{ type: token.text }];
    }
    if (REFUSED.includes(token.text)) {
      fail(`'${token.text}' is not supported in chat templates (line ${token.line})`);
    }
    fail(`Encountered unknown tag '${token.text.slice(0, 100)}' in line ${token.line}`);
  }

  private if(): Statement {
    const test = this.tuple({ condition: false });
    const { body: then, end } = this.body("elif", "else", "endif");
    if (end === "elif") return this.deeper(() => ({ type: "if", test, then, otherwise: [this.if()] }));
    return { type: "if", test, then, otherwise: end === "else" ? this.body("endif").body : [] };
  }

  private for(): Statement {
    const target = this.target("in");
    this.expectName("in");
    const items = this.tuple({ condition: false, end: "recursive" });
    const test = this.skipName("if") ? this.expression() : undefined;
    const recursive = this.skipName("recursive");
    const { body, end } = this.body("endfor", "else");
    const otherwise = end === "else" ? this.body("endfor").body : [];
    return { type: "for", target, items, test, recursive, body, otherwise };
  }

  private set(): Statement {
    const target = this.target(undefined, true);
    if (this.skip("=")) return { type: "set", target, value: this.tuple() };
    const filter = this.filters(undefined, false);
    return { type: "set block", target, filter, body: this.body("endset").body };
  }

  private routine(end: string): Routine {
    const parameters: string[] = [];
    const defaults: Expression[] = [];
    this.expect("(");
    while (!this.at(")")) {
      if (parameters.length > 0) this.expect(",");
      parameters.push(this.name());
      if (this.skip("=")) defaults.push(this.expression());
      else if (defaults.length > 0) fail("non-default argument follows default argument");
    }
    this.expect(")");
    if (new Set(parameters).size < parameters.length) fail("a parameter stands twice");
    return end === ""
      ? { parameters, defaults, body: [] }
      : { parameters, defaults, body: this.body(end).body };
  }

  private call(): Statement {
    const head = this.at("(") ? this.routine("") : { parameters: [], defaults: [] };
    const call = this.expression();
    if (call.type !== "call") fail("expected call");
    return { type: "call block", call, routine: { ...head, body: this.body("endcall").body } };
  }

  private generation(): Statement {
    const { body } = this.body("endgeneration");
    const call: Expression = {
      type: "call",
      callee: { type: "constant", value: GENERATION },
      with: { args: [], named: [] },
    };
    return { type: "call block", call, routine: { parameters: [], defaults: [], body } };
  }

  private with(): Statement {
    const targets: Target[] = [];
    const values: Expression[] = [];
    while (this.current.type !== "block_end") {
      if (targets.length > 0) this.expect(",");
      targets.push(this.target());
      this.expect("=");
      values.push(this.expression());
    }
    return { type: "with", targets, values, body: this.body("endwith").body };
  }

  private block(): Statement {
    const name = this.name();
    if (this.blocks.has(name)) fail(`block '${name}' defined twice`);
    this.blocks.add(name);
    for (const word of ["scoped", "required"]) {
      if (this.skipName(word)) fail(`'${word}' blocks are not supported`);
    }
    const { body } = this.body("endblock");
    this.skipName(name);
    return { type: "block", name, body };
  }

  private print(): Statement[] {
    const outputs: Statement[] = [];
    while (this.current.type !== "block_end") {
      if (outputs.length > 0) this.expect(",");
      outputs.push({ type: "output", value: this.expression() });
    }
    return outputs;
  }
}
