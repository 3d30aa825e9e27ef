/**
 * The template engine with bounds: every operation that can make much out of little is asked for its size
 * before it runs. For that, operands are evaluated first, once, and handed on as values in place of their
 * expressions.
 *
 * @module
 */
import { type Environment, Interpreter } from "../../deps.ts";
import { isContainer, sizeOf, TemplateBudget, type TemplateValue } from "./template_bounds.ts";

type Statement = Parameters<Interpreter["evaluate"]>[0];
type Value = ReturnType<Interpreter["evaluate"]>;

/** A node of the parsed template; its type tells its fields. */
interface Node {
  type: string;
  [field: string]: unknown;
}

/** Arguments of a call or filter: as nodes to hand on, and as the values that they are. */
interface Arguments {
  nodes: Node[];
  positional: TemplateValue[];
  named: Map<string, TemplateValue>;
}

/** A text's method, as a value of the engine: a function that holds its text. */
interface Method {
  text: string;
  name: string;
}

const EVALUATED = "Evaluated";
/** Expressions whose nodes the engine wants to see as they are; they cost nothing. */
const LITERALS = ["StringLiteral", "IntegerLiteral", "FloatLiteral"];
/** Statements that write by what stands in them, so it was counted there. */
const BLOCKS = ["If", "For", "Set", "Macro", "Program", "Comment", "Break", "Continue"];

/** Runs a template within a {@linkcode TemplateBudget}. */
export class BoundedInterpreter extends Interpreter {
  private readonly budget = new TemplateBudget();
  /** Nodes that stand in blocks, so that their values are written. */
  private readonly writing = new WeakSet<object>();
  /** The methods of texts that the template took hold of. */
  private readonly methods = new WeakMap<object, Method>();

  constructor(environment: Environment, program: object) {
    super(environment);
    this.markBlocks(program as Node);
  }

  /** Evaluates a node within the budget. */
  override evaluate(statement: Statement, environment: Environment): Value {
    if (statement === undefined) return super.evaluate(statement, environment);
    const node = statement as unknown as Node;
    if (node.type === EVALUATED) return node.value as Value;
    return this.budget.nested(() => {
      this.budget.spend(0);
      const prepared = this.prepare(node, environment);
      const value = super.evaluate(prepared as unknown as Statement, environment);
      this.admit(node, prepared, value);
      return value;
    });
  }

  /** The node with its operands evaluated, after the question whether it may run on them. */
  private prepare(node: Node, environment: Environment): Node {
    switch (node.type) {
      case "BinaryExpression":
        return this.prepareBinary(node, environment);
      case "MemberExpression":
        return this.prepareMember(node, environment);
      case "CallExpression":
        return this.prepareCall(node, environment);
      case "CallStatement":
        return { ...node, call: this.prepareCall(node.call as Node, environment) };
      case "FilterExpression":
        return this.prepareFilter(node, this.evaluated(node.operand, environment), environment);
      case "FilterStatement":
        return this.prepareFilter(
          { type: "FilterExpression", filter: node.filter },
          this.evaluated({ type: "Program", body: node.body }, environment),
          environment,
        );
      case "For":
        return this.prepareFor(node, environment);
      default:
        return node;
    }
  }

  private prepareBinary(node: Node, environment: Environment): Node {
    const operator = (node.operator as Node).value as string;
    if (operator === "and" || operator === "or") return node;
    const left = this.evaluated(node.left, environment);
    const right = this.evaluated(node.right, environment);
    // Joining and comparing write lists out; texts are bounded already, and so is the sum of two.
    if (operator !== "in" && operator !== "not in") {
      for (const { value } of [left, right]) if (isContainer(value)) this.budget.expanded(value);
    }
    return { ...node, left, right };
  }

  private prepareMember(node: Node, environment: Environment): Node {
    const object = this.evaluated(node.object, environment);
    const worksOut = node.computed && (node.property as Node).type !== "SliceExpression";
    return {
      ...node,
      object,
      property: worksOut ? this.evaluated(node.property, environment) : node.property,
    };
  }

  private prepareFor(node: Node, environment: Environment): Node {
    const iterable = node.iterable as Node;
    const filtered = iterable.type === "SelectExpression";
    const items = this.evaluated(filtered ? iterable.lhs : iterable, environment);
    this.budget.items(sizeOf(items.value));
    this.budget.spend(64 * sizeOf(items.value));
    return { ...node, iterable: filtered ? { ...iterable, lhs: items } : items };
  }

  private prepareCall(node: Node, environment: Environment): Node {
    const args = this.prepareArguments(node.args as Node[], environment);
    const callee = this.evaluated(node.callee, environment);
    const method = this.methods.get(callee.value);
    if (method) this.askMethod(method.name, method.text, args);
    return { ...node, args: args.nodes, callee };
  }

  private prepareFilter(node: Node, operand: EvaluatedNode, environment: Environment): Node {
    const filter = node.filter as Node;
    const called = filter.type === "CallExpression";
    const args = this.prepareArguments(called ? filter.args as Node[] : [], environment);
    const name = called ? (filter.callee as Node).value : filter.value;
    this.askFilter(name as string, operand.value, args);
    return { ...node, operand, filter: called ? { ...filter, args: args.nodes } : filter };
  }

  /** Evaluates arguments in the engine's order: all positional ones, then those with names. */
  private prepareArguments(args: readonly Node[], environment: Environment): Arguments {
    const nodes = [...args];
    const positional: TemplateValue[] = [];
    const named = new Map<string, TemplateValue>();
    args.forEach((node, i) => {
      if (node.type.startsWith("Keyword")) return;
      if (node.type === "SpreadExpression") {
        const list = this.evaluated(node.argument, environment);
        nodes[i] = { ...node, argument: list };
        if (Array.isArray(list.value.value)) { for (const item of list.value.value) positional.push(item); }
      } else {
        const argument = this.evaluated(node, environment);
        positional.push(argument.value);
        if (!LITERALS.includes(node.type)) nodes[i] = argument;
      }
    });
    args.forEach((node, i) => {
      if (node.type === "KeywordArgumentExpression") {
        const argument = this.evaluated(node.value, environment);
        nodes[i] = { ...node, value: argument };
        named.set((node.key as Node).value as string, argument.value);
      } else if (node.type === "KeywordSpreadExpression") {
        const map = this.evaluated(node.argument, environment);
        nodes[i] = { ...node, argument: map };
        if (map.value.value instanceof Map) {
          for (const [key, value] of map.value.value) named.set(key, value);
        }
      }
    });
    return { nodes, positional, named };
  }

  private askFilter(name: string, operand: TemplateValue, args: Arguments): void {
    const text = typeof operand.value === "string" ? operand.value : undefined;
    if (name === "join") {
      const separator = textOf(args.positional[0] ?? args.named.get("separator"));
      const length = text?.length ?? this.budget.expanded(operand);
      this.budget.text(length + sizeOf(operand) * separator.length);
    } else if (name === "tojson") {
      const indent = numberOf(args.named.get("indent"));
      this.budget.text(indent);
      this.budget.expanded(operand, 2 + jsonSeparators(args), indent);
    } else if (name === "string") this.budget.expanded(operand);
    else if (name === "indent" && text !== undefined) {
      const width = numberOf(args.positional[0] ?? args.named.get("width"));
      this.budget.text(text.length + width + width * occurrences(text, "\n"));
    } else if (text !== undefined) this.askMethod(name, text, args);
  }

  private askMethod(name: string, text: string, args: Arguments): void {
    this.budget.spend(text.length);
    if (name === "replace") {
      const [old, replacement] = args.positional.map(textOf);
      const count = old === "" ? text.length + 1 : occurrences(text, old ?? "");
      this.budget.text(text.length + count * (replacement ?? "").length);
    } else if (name === "split") {
      const separator = textOf(args.positional[0]);
      this.budget.items(1 + (separator === "" ? wordBreaks(text) : occurrences(text, separator)));
    }
  }

  /** Counts a value, and remembers a method that was taken hold of. */
  private admit(node: Node, prepared: Node, value: Value): void {
    const size = sizeOf(value);
    this.budget.spend(size);
    if (typeof value.value === "string") this.budget.text(size);
    else if (Array.isArray(value.value)) this.budget.items(size);
    if (node.type === "MemberExpression" && typeof value.value === "function") {
      const text = (prepared.object as EvaluatedNode).value.value;
      const property = (prepared.property as Node).value;
      const name = node.computed ? (property as TemplateValue).value : property;
      if (typeof text === "string") this.methods.set(value, { text, name: name as string });
    }
    if (this.writing.has(node) && !BLOCKS.includes(node.type)) {
      this.budget.write(isContainer(value) ? this.budget.expanded(value) : size);
    }
  }

  private evaluated(node: unknown, environment: Environment): EvaluatedNode {
    return { type: EVALUATED, value: this.evaluate(node as Statement, environment) };
  }

  private markBlocks(node: Node): void {
    for (const field of ["body", "alternate", "defaultBlock"]) {
      if (!Array.isArray(node[field])) continue;
      for (const statement of node[field] as Node[]) {
        this.writing.add(statement);
        this.markBlocks(statement);
      }
    }
  }
}

/** A node whose value is known. */
interface EvaluatedNode extends Node {
  value: Value;
}

function textOf(value: TemplateValue | undefined): string {
  return typeof value?.value === "string" ? value.value : "";
}

function numberOf(value: TemplateValue | undefined): number {
  return typeof value?.value === "number" ? Math.max(0, value.value) : 4;
}

/** The length of both separators that `tojson` was given. */
function jsonSeparators(args: Arguments): number {
  const separators = args.named.get("separators")?.value;
  return Array.isArray(separators) ? separators.reduce((sum, item) => sum + textOf(item).length, 0) : 2;
}

function occurrences(text: string, part: string): number {
  if (part === "") return 0;
  let count = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) count++;
  return count;
}

function wordBreaks(text: string): number {
  let count = 0;
  for (const _ of text.matchAll(/\s+/g)) count++;
  return count;
}
