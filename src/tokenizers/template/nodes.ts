/**
 * A parsed template.
 *
 * @module
 */
import type { Symbols } from "./symbols.ts";
import type { Value } from "./values.ts";

/** Arguments of a call, filter or test. */
export interface Arguments {
  readonly args: readonly Expression[];
  readonly named: readonly { readonly name: string; readonly value: Expression }[];
  /** `*list` and `**mapping`. */
  readonly spread?: Expression;
  readonly spreadNamed?: Expression;
}

/** What has a value. */
export type Expression =
  | { readonly type: "constant"; readonly value: Value }
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "tuple" | "list" | "concat"; readonly items: readonly Expression[] }
  | {
    readonly type: "dict";
    readonly items: readonly { readonly key: Expression; readonly value: Expression }[];
  }
  | {
    readonly type: "binary";
    readonly operator: string;
    readonly left: Expression;
    readonly right: Expression;
  }
  | { readonly type: "and" | "or"; readonly left: Expression; readonly right: Expression }
  | { readonly type: "not" | "negative" | "positive"; readonly operand: Expression }
  | {
    readonly type: "compare";
    readonly first: Expression;
    readonly rest: readonly { readonly operator: string; readonly operand: Expression }[];
  }
  | {
    readonly type: "condition";
    readonly test: Expression;
    readonly then: Expression;
    readonly otherwise?: Expression;
  }
  | { readonly type: "attribute"; readonly object: Expression; readonly name: string }
  | { readonly type: "item"; readonly object: Expression; readonly key: Expression }
  | {
    readonly type: "slice";
    readonly object: Expression;
    readonly bounds: readonly (Expression | undefined)[];
  }
  | { readonly type: "call"; readonly callee: Expression; readonly with: Arguments }
  | {
    readonly type: "filter";
    readonly name: string;
    readonly operand?: Expression;
    readonly with: Arguments;
  }
  | { readonly type: "test"; readonly name: string; readonly operand: Expression; readonly with: Arguments };

/** What may stand left of `=` and behind `for`. */
export type Target =
  | { readonly type: "name"; readonly name: string }
  | { readonly type: "field"; readonly name: string; readonly field: string }
  | { readonly type: "targets"; readonly items: readonly Target[] };

/** The parameters and the body of a macro or call block. */
export interface Routine {
  readonly parameters: readonly string[];
  readonly defaults: readonly Expression[];
  readonly body: readonly Statement[];
  /** Names of its own; which of caller, kwargs and varargs it reads is in `reads`. */
  symbols?: Symbols;
  reads?: ReadonlySet<string>;
}

/** A block with a scope of its own. */
export interface Scoped {
  symbols?: Symbols;
}

export interface ForStatement {
  readonly type: "for";
  readonly target: Target;
  readonly items: Expression;
  readonly test?: Expression;
  readonly recursive: boolean;
  readonly body: readonly Statement[];
  readonly otherwise: readonly Statement[];
  /** Names of the body, of the test, of the else branch; whether the body reads `loop`. */
  symbols?: { body: Symbols; test: Symbols; otherwise: Symbols };
}

export type Statement =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "output"; readonly value: Expression }
  | {
    readonly type: "if";
    readonly test: Expression;
    readonly then: readonly Statement[];
    readonly otherwise: readonly Statement[];
  }
  | ForStatement
  | { readonly type: "break" | "continue" }
  | { readonly type: "set"; readonly target: Target; readonly value: Expression }
  | ({
    readonly type: "set block";
    readonly target: Target;
    readonly filter?: Expression;
    readonly body: readonly Statement[];
  } & Scoped)
  | (
    & { readonly type: "filter block"; readonly filter: Expression; readonly body: readonly Statement[] }
    & Scoped
  )
  | ({
    readonly type: "with";
    readonly targets: readonly Target[];
    readonly values: readonly Expression[];
    readonly body: readonly Statement[];
  } & Scoped)
  | ({ readonly type: "block"; readonly name: string; readonly body: readonly Statement[] } & Scoped)
  | { readonly type: "macro"; readonly name: string; readonly routine: Routine }
  | { readonly type: "call block"; readonly call: Expression; readonly routine: Routine };

/** A whole template. */
export interface Program extends Scoped {
  readonly body: readonly Statement[];
}
