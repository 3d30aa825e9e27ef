/**
 * The expressions of a template.
 *
 * @module
 */
import { fail } from "./failure.ts";
import type { Arguments, Expression, Target } from "./nodes.ts";
import { TokenReader } from "./token_reader.ts";
import type { Value } from "./values.ts";

const CONSTANTS: ReadonlyMap<string, Value> = new Map<string, Value>([["true", true], ["True", true], [
  "false",
  false,
]])
  .set("False", false).set("none", null).set("None", null);
const COMPARISONS = ["==", "!=", "<", "<=", ">", ">="];

/** Options of a tuple without brackets. */
interface TupleOptions {
  /** Whether `a if b else c` may be an item [true]. */
  condition?: boolean;
  /** A name that ends it. */
  end?: string;
  /** Whether it may be empty, as it stands in brackets [false]. */
  empty?: boolean;
}

/** Reads expressions: each method one rank of operators, the loosest first. */
export class ExpressionParser extends TokenReader {
  /** A target of `set`, `for` or `with`; `end` is the name behind it. */
  protected target(end?: string, fields = false): Target {
    const items: Target[] = [this.oneTarget(fields)];
    let several = false;
    while (this.skip(",")) {
      several = true;
      if (this.tupleEnds(end) || this.at("=")) break;
      items.push(this.oneTarget(fields));
    }
    return several ? { type: "targets", items } : items[0];
  }

  private oneTarget(fields: boolean): Target {
    if (this.skip("(")) {
      return this.deeper(() => {
        const empty = this.at(")");
        const target: Target = empty ? { type: "targets", items: [] } : this.target(undefined, false);
        this.expect(")");
        return target;
      });
    }
    const name = this.name();
    if (CONSTANTS.has(name)) fail("can't assign to 'const'");
    return fields && this.skip(".") ? { type: "field", name, field: this.name() } : { type: "name", name };
  }

  /** One expression, or several with commas between them. */
  protected tuple({ condition = true, end, empty = false }: TupleOptions = {}): Expression {
    const items: Expression[] = [];
    let several = false;
    while (!this.tupleEnds(end)) {
      items.push(condition ? this.expression() : this.or());
      if (!this.skip(",")) break;
      several = true;
    }
    if (!several && items.length > 0) return items[0];
    if (items.length === 0 && !empty) this.unexpected(this.current, "an expression");
    return { type: "tuple", items };
  }

  private tupleEnds(end: string | undefined): boolean {
    return this.current.type === "variable_end" || this.current.type === "block_end" || this.at(")") ||
      (end !== undefined && this.atName(end));
  }

  /** An expression, perhaps with `if` and `else`. */
  protected expression(): Expression {
    return this.deeper(() => {
      let then = this.or();
      while (this.skipName("if")) {
        const test = this.or();
        then = {
          type: "condition",
          test,
          then,
          otherwise: this.skipName("else") ? this.expression() : undefined,
        };
      }
      return then;
    });
  }

  private or(): Expression {
    let left = this.and();
    while (this.skipName("or")) left = { type: "or", left, right: this.and() };
    return left;
  }

  private and(): Expression {
    let left = this.not();
    while (this.skipName("and")) left = { type: "and", left, right: this.not() };
    return left;
  }

  private not(): Expression {
    if (this.skipName("not")) return this.deeper(() => ({ type: "not", operand: this.not() }));
    return this.comparison();
  }

  private comparison(): Expression {
    const first = this.sum();
    const rest: { operator: string; operand: Expression }[] = [];
    for (;;) {
      if (this.current.type === "operator" && COMPARISONS.includes(this.current.text)) {
        rest.push({ operator: this.next().text, operand: this.sum() });
      } else if (this.skipName("in")) rest.push({ operator: "in", operand: this.sum() });
      else if (this.atName("not") && this.following.type === "name" && this.following.text === "in") {
        this.next();
        this.next();
        rest.push({ operator: "not in", operand: this.sum() });
      } else return rest.length === 0 ? first : { type: "compare", first, rest };
    }
  }

  /** Operands with operators of one rank between them, the left ones first. */
  private chain(operators: readonly string[], operand: () => Expression): Expression {
    let left = operand();
    while (this.current.type === "operator" && operators.includes(this.current.text)) {
      left = { type: "binary", operator: this.next().text, left, right: operand() };
    }
    return left;
  }

  private sum(): Expression {
    return this.chain(["+", "-"], () => this.concatenation());
  }

  private concatenation(): Expression {
    const items = [this.product()];
    while (this.skip("~")) items.push(this.product());
    return items.length === 1 ? items[0] : { type: "concat", items };
  }

  private product(): Expression {
    return this.chain(["*", "/", "//", "%"], () => this.chain(["**"], () => this.unary(true)));
  }

  private unary(filtered: boolean): Expression {
    let node: Expression;
    if (this.skip("-")) node = this.deeper(() => ({ type: "negative", operand: this.unary(false) }));
    else if (this.skip("+")) node = this.deeper(() => ({ type: "positive", operand: this.unary(false) }));
    else node = this.primary();
    node = this.postfix(node);
    return filtered ? this.filtered(node) : node;
  }

  private primary(): Expression {
    const token = this.next();
    switch (token.type) {
      case "name": {
        const value = CONSTANTS.get(token.text);
        return value === undefined ? { type: "name", name: token.text } : { type: "constant", value };
      }
      case "string": {
        let text = token.text;
        while (this.current.type === "string") text += this.next().text;
        return { type: "constant", value: text };
      }
      case "integer":
        return { type: "constant", value: integer(token.text) };
      case "float":
        return { type: "constant", value: Number(token.text.replaceAll("_", "")) };
    }
    if (token.type === "operator" && "([{".includes(token.text)) {
      return this.deeper(() => this.bracketed(token.text));
    }
    return this.unexpected(token);
  }

  private bracketed(open: string): Expression {
    if (open === "(") {
      const value = this.tuple({ empty: true });
      this.expect(")");
      return value;
    }
    if (open === "[") return { type: "list", items: this.separated("]", () => this.expression()) };
    const items = this.separated("}", () => {
      const key = this.expression();
      this.expect(":");
      return { key, value: this.expression() };
    });
    return { type: "dict", items };
  }

  private separated<T>(close: string, read: () => T): T[] {
    const items: T[] = [];
    while (!this.at(close)) {
      if (items.length > 0) this.expect(",");
      if (this.at(close)) break;
      items.push(read());
    }
    this.expect(close);
    return items;
  }

  private postfix(node: Expression): Expression {
    for (;;) {
      if (this.skip(".")) node = this.attribute(node);
      else if (this.at("[")) node = this.subscript(node);
      else if (this.at("(")) node = { type: "call", callee: node, with: this.arguments() };
      else return node;
    }
  }

  private attribute(object: Expression): Expression {
    const token = this.next();
    if (token.type === "name") return { type: "attribute", object, name: token.text };
    if (token.type !== "integer") this.unexpected(token, "a name or number");
    return { type: "item", object, key: { type: "constant", value: integer(token.text) } };
  }

  private subscript(object: Expression): Expression {
    this.expect("[");
    const parts: (Expression | (Expression | undefined)[])[] = [];
    while (!this.at("]")) {
      if (parts.length > 0) this.expect(",");
      parts.push(this.subscribed());
    }
    this.expect("]");
    const [first] = parts;
    if (parts.length === 1 && Array.isArray(first)) return { type: "slice", object, bounds: first };
    if (parts.some(Array.isArray)) fail("a slice can't stand beside other keys");
    const keys = parts as Expression[];
    return { type: "item", object, key: keys.length === 1 ? keys[0] : { type: "tuple", items: keys } };
  }

  private subscribed(): Expression | (Expression | undefined)[] {
    const first = this.at(":") ? undefined : this.expression();
    if (first !== undefined && !this.at(":")) return first;
    const bounds = [first];
    while (bounds.length < 3 && this.skip(":")) {
      const absent = this.at(":") || this.at("]") || this.at(",");
      bounds.push(absent ? undefined : this.expression());
    }
    return bounds;
  }

  private arguments(): Arguments {
    const args: Expression[] = [];
    const named: { name: string; value: Expression }[] = [];
    let [spread, spreadNamed]: (Expression | undefined)[] = [];
    const ensure = (holds: boolean): void => {
      if (!holds) fail("invalid syntax for function call expression");
    };
    this.expect("(");
    this.separated(")", () => {
      if (this.skip("*")) {
        ensure(!spread && !spreadNamed);
        spread = this.expression();
      } else if (this.skip("**")) {
        ensure(!spreadNamed);
        spreadNamed = this.expression();
      } else if (
        this.current.type === "name" && this.following.type === "operator" && this.following.text === "="
      ) {
        ensure(!spreadNamed);
        const name = this.name();
        this.next();
        if (named.some((other) => other.name === name)) fail(`keyword argument repeated: ${name}`);
        named.push({ name, value: this.expression() });
      } else {
        ensure(!spread && !spreadNamed && named.length === 0);
        args.push(this.expression());
      }
    });
    return { args, named, spread, spreadNamed };
  }

  private filtered(node: Expression): Expression {
    for (;;) {
      if (this.at("|")) node = this.filters(node, false)!;
      else if (this.skipName("is")) node = this.test(node);
      else if (this.at("(")) node = { type: "call", callee: node, with: this.arguments() };
      else return node;
    }
  }

  /** `| a | b(c)`; of a filter block the first comes without its bar. */
  protected filters(operand: Expression | undefined, first: boolean): Expression | undefined {
    let node = operand;
    while (first || this.skip("|")) {
      first = false;
      node = {
        type: "filter",
        name: this.dotted(),
        operand: node,
        with: this.at("(") ? this.arguments() : NOTHING,
      };
    }
    return node;
  }

  private dotted(): string {
    let name = this.name();
    while (this.skip(".")) name += `.${this.name()}`;
    return name;
  }

  private test(operand: Expression): Expression {
    const negated = this.skipName("not");
    const name = this.dotted();
    let given = NOTHING;
    const { type, text } = this.current;
    if (this.at("(")) given = this.arguments();
    else if (["name", "string", "integer", "float"].includes(type) || this.at("[") || this.at("{")) {
      if (type !== "name" || !["else", "or", "and"].includes(text)) {
        if (type === "name" && text === "is") fail("You cannot chain multiple tests with is");
        given = { args: [this.postfix(this.primary())], named: [] };
      }
    }
    const node: Expression = { type: "test", name, operand, with: given };
    return negated ? { type: "not", operand: node } : node;
  }
}

const NOTHING: Arguments = { args: [], named: [] };

function integer(text: string): bigint {
  const digits = text.replaceAll("_", "");
  if (digits.length > 4300) fail("an integer may have at most 4300 digits");
  return BigInt(digits.toLowerCase());
}
