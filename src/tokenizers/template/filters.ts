/**
 * All filters by name: jinja2's, with transformers' `tojson`.
 *
 * @module
 */
import { attributeOf } from "./attributes.ts";
import { fail } from "./failure.ts";
import { sizeOf } from "./iterate.ts";
import { LIST_FILTERS } from "./list_filters.ts";
import {
  countOf,
  fixed,
  integerOf,
  parseFloating,
  parseInteger,
  rounded,
  roundedInteger,
  toFloat,
  toInteger,
} from "./numbers.ts";
import { divide, multiply, power, sign, truth } from "./operators.ts";
import type { Native, Run } from "./run.ts";
import { takes } from "./signature.ts";
import { TEXT_FILTERS } from "./text_filters.ts";
import { needText } from "./text_methods.ts";
import { attempt, orElse, stringOf, typeName, Undefined, type Value } from "./values.ts";

/** `int(value)` or `float(value)` where it is one. */
function whole(value: Value, base: number): bigint | undefined {
  if (value instanceof Undefined) value.refuse();
  const text = stringOf(value);
  if (text !== undefined) {
    if (base !== 0 && (base < 2 || base > 36)) return undefined;
    return parseInteger(text, base);
  }
  if (typeof value === "number") return Number.isNaN(value) ? undefined : toInteger(value);
  return typeof value === "bigint" || typeof value === "boolean" ? BigInt(value) : undefined;
}

function floating(value: Value): number | undefined {
  if (value instanceof Undefined) value.refuse();
  const text = stringOf(value);
  if (text !== undefined) return parseFloating(text);
  if (typeof value === "number") return value;
  return typeof value === "bigint" || typeof value === "boolean" ? toFloat(BigInt(value)) : undefined;
}

function toInt(value: Value, otherwise: Value, base: Value): Value {
  const given = whole(value, countOf(base, "the base"));
  if (given !== undefined) return given;
  const float = attempt(() => floating(value), () => undefined);
  return float !== undefined && Number.isFinite(float) ? toInteger(float) : otherwise;
}

function round(run: Run, value: Value, precision: Value, method: string): Value {
  if (!["common", "ceil", "floor"].includes(method)) fail("method must be common, ceil or floor");
  if (value instanceof Undefined) value.refuse();
  if (method === "common") {
    const digits = countOf(precision, "the precision");
    return typeof value === "number"
      ? rounded(value, digits)
      : roundedInteger(integerOf(value, "what is rounded"), digits);
  }
  const unit = power(10n, precision, run.budget);
  const scaled = multiply(value, unit, run.budget);
  if (typeof scaled !== "number" && typeof scaled !== "bigint") {
    fail(`must be a real number, not ${typeName(value)}`);
  }
  const cut = typeof scaled === "bigint"
    ? scaled
    : toInteger(method === "ceil" ? Math.ceil(scaled) : Math.floor(scaled));
  return divide(cut, unit);
}

function fileSize(value: Value, binary: boolean): string {
  const bytes = floating(value) ?? fail("filesizeformat takes a number");
  const base = binary ? 1024 : 1000;
  if (bytes === 1) return "1 Byte";
  if (bytes < base) return `${toInteger(bytes)} Bytes`;
  const prefixes = binary
    ? ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"]
    : ["kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
  const at = prefixes.findIndex((_, i) => bytes < base ** (i + 2));
  const last = at < 0 ? prefixes.length - 1 : at;
  return `${fixed(base * bytes / base ** (last + 2), 1)} ${prefixes[last]}`;
}

const length = takes("obj/", (run, value) => {
  run.budget.through(stringOf(value)?.length ?? 0);
  return BigInt(sizeOf(value) ?? fail(`object of type '${typeName(value)}' has no len()`));
});

const otherwise = takes(
  "value default_value? boolean?",
  (_, value, instead = "", boolean = false) =>
    value instanceof Undefined || (truth(boolean) && !truth(value)) ? instead : value,
);

const unsupported = (name: string): Native => () => fail(`the filter '${name}' is not supported`);

const OTHER_FILTERS: Readonly<Record<string, Native>> = {
  length,
  count: length,
  default: otherwise,
  d: otherwise,
  abs: takes("x/", (_, x) => {
    if (typeof x === "number") return Math.abs(x);
    if (x instanceof Undefined) x.refuse();
    const value = integerOf(x, "what abs takes");
    return value < 0n ? sign(value, true) : value;
  }),
  int: takes("value default? base?", (_, value, instead = 0n, base = 10n) => toInt(value, instead, base)),
  float: takes("value default?", (_, value, instead = 0) => floating(value) ?? instead),
  round: takes(
    "value precision? method?",
    (run, value, precision = 0n, method = "common") => round(run, value, precision, stringOf(method) ?? ""),
  ),
  attr: takes("obj name", (run, object, name) => {
    const attribute = needText(name, "the name");
    if (object instanceof Undefined) object.refuse();
    return orElse(
      attributeOf(run, object, attribute),
      () => new Undefined(`no attribute '${attribute.slice(0, 100)}'`),
    );
  }),
  filesizeformat: takes("value binary?", (_, value, binary = false) => fileSize(value, truth(binary))),
  pprint: unsupported("pprint"),
  random: unsupported("random"),
  urlize: unsupported("urlize"),
  wordwrap: unsupported("wordwrap"),
};

/** Every filter by name. */
export const FILTERS: Readonly<Record<string, Native>> = {
  ...TEXT_FILTERS,
  ...LIST_FILTERS,
  ...OTHER_FILTERS,
};
