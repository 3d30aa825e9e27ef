/**
 * Templates come with model files, and files may be hostile: whatever a template tries to use up ends at a bound,
 * and nothing of JavaScript is within its reach.
 */
import { equal, match, throws } from "node:assert/strict";
import type { WickError } from "../../../src/error.ts";
import { ChatTemplate } from "../../../src/tokenizers/chat.ts";

/** A text `s` of 100,000 characters, and one `b` of 800,000. */
const LONG = "{% set s = '0123456789' * 10000 %}{% set b = s * 8 %}";
/** Doubles `n.x` by an expression. */
const doubling = (first: string, expression: string, times = 60): string =>
  `{% set n = namespace(x=${first}) %}{% for i in range(${times}) %}{% set n.x = ${expression} %}{% endfor %}`;

const BOMBS: Record<string, string> = {
  range: "{% for i in range(30000000) %}x{% endfor %}",
  "range backwards": "{{ range(0, -30000000, -1) | length }}",
  "nested loops": "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
  "silent loops": "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
  "loops over text": "{% for a in 'x' * 99999 %}{% for b in 'x' * 99999 %}{% endfor %}{% endfor %}",
  "loops that select nothing": "{% for a in range(9999) if range(99999) | reject | list %}{% endfor %}",
  "doubling text": doubling("'ab'", "n.x + n.x") + "{{ n.x }}",
  "doubling text by tilde": doubling("'ab'", "n.x ~ n.x"),
  "doubling text by join": doubling("'ab'", "[n.x, n.x] | join"),
  "doubling text by format": doubling("'ab'", "'%s%s' % (n.x, n.x)"),
  "doubling text by braces": doubling("'ab'", "'{0}{0}'.format(n.x)"),
  "doubling text by a macro": "{% macro m(x) %}{{ x }}{{ x }}{% endmacro %}" + doubling("'ab'", "m(n.x)"),
  "doubling text by a filter block": doubling("'ab'", "n.x") + "{% set x = 'a' %}" +
    "{% filter replace('a', 'aa' * 99999) | replace('a', 'aa' * 99999) %}{{ x }}{% endfilter %}",
  "doubling markup": doubling("'<' | e", "n.x + n.x"),
  "escaping markup": doubling("'&'", "(n.x | forceescape) ~ ''", 9999),
  "doubling list": doubling("[1]", "n.x + n.x"),
  "doubling tuple": doubling("(1,)", "n.x + n.x"),
  "doubling integer": doubling("3", "n.x * n.x"),
  "a high power": "{{ 10 ** (10 ** 10) }}",
  "a power by a filter": "{{ 1.5 | round(999999999, 'ceil') }}",
  "a text of digits": "{{ ('f' * 99999) | int(0, 16) }}",
  "text times": "{{ 'a' * 1000000000 }}",
  "text times more": "{{ 'a' * 10 ** 300 }}",
  "list times": "{{ [1] * 1000000000 }}",
  "lists kept":
    "{% set n = namespace(x=0) %}{% for i in range(9999) %}{% set n.x = [n.x, range(99999) | list] %}{% endfor %}",
  "texts kept": LONG +
    "{% set n = namespace(x=0) %}{% for i in range(9999) %}{% set n.x = [n.x, b.upper() ~ i] %}{% endfor %}",
  "texts made flat": LONG +
    "{% for i in range(99999) %}{% if (b + 'x') == (b + 'y') %}{% endif %}{% endfor %}",
  "texts as keys": LONG + "{% for i in range(99999) %}{% if {}[b + 'x'] %}{% endif %}{% endfor %}",
  join: LONG + "{{ range(16000) | join(s) }}",
  "join of text": LONG + "{{ s | join(s) }}",
  "join of a method": LONG + "{{ s.join(s) }}",
  replace: LONG + "{{ s.replace('1', s) }}",
  "replace by filter": LONG + "{{ s | replace('1', s) }}",
  "replace of nothing": LONG + "{{ s.replace('', s) }}",
  "replace held": LONG + "{% set f = s.replace %}{{ f('1', s) }}",
  "replace by a worked out name": LONG + "{{ s['rep' + 'lace']('1', s) }}",
  "replace in map": LONG + "{{ [s, s] | map('replace', '1', s) | list }}",
  split: "{{ ('a ' * 400000).split() | length }}",
  "split at": "{{ ('a,' * 400000).split(',') | length }}",
  "list of text": "{{ ('a' * 1000000) | list | length }}",
  "search of what repeats": "{% set a = 'a' * 1000000 %}{% set p = 'b' + 'a' * 500000 %}" +
    "{% for i in range(99999) %}{% if p in a or a.find(p) == a.count(p) %}{% endif %}{% endfor %}",
  "prefixes": LONG + "{{ b.startswith((b[:-1] + 'x',) * 99999) }}{{ b.startswith((b[:-1] + 'x',) * 99999) }}",
  indent: "{{ 'a' | indent(1000000000, true) }}",
  "indent of lines": "{{ ('a\n' * 99999) | indent(999999) }}",
  "indent of json": "{{ [1] | tojson(indent=500000000) }}",
  "indent of deep json": doubling("[1]", "[n.x]", 200) + "{{ n.x | tojson(indent=99999) }}",
  "separators of json": LONG + "{{ range(9999) | list | tojson(separators=(b, b)) }}",
  "a wide field": "{{ '%1000000000d' % 1 }}",
  "a wide field, given": "{{ '%*d' % (1000000000, 1) }}",
  "a precise field": "{{ '%.1000000000f' % 1 }}",
  "wide braces": "{{ '{:1000000000d}'.format(1) }}",
  "precise braces": "{{ '{:.1000000000f}'.format(1.0) }}",
  center: "{{ 'a'.center(1000000000) }}",
  "center by filter": "{{ 'a' | center(1000000000) }}",
  ljust: "{{ 'a'.ljust(10 ** 12) }}",
  zfill: "{{ '1'.zfill(10 ** 12) }}",
  expandtabs: "{{ '\t'.expandtabs(1000000000) }}",
  "a date": "{{ strftime_now('%c' * 500000) }}",
  batch: "{{ [1] | batch(1000000000, 0) | list }}",
  slice: "{{ [1] | slice(1000000000) | list }}",
  "sum of lists": "{{ ([[1] * 9999] * 9999) | sum(start=[]) }}",
  "dicts of dicts":
    "{% set n = namespace(x=dict.fromkeys(range(99999))) %}{% for i in range(9999) %}{% set n.x = dict(n.x) %}{% endfor %}",
  "shared lists as json": doubling("[1]", "[n.x, n.x]") + "{{ n.x | tojson }}",
  "shared lists as text": doubling("[1]", "[n.x, n.x]") + "{{ n.x }}",
  "shared lists compared": doubling("[1]", "[n.x, n.x]") +
    doubling("[1]", "[m.x, m.x]").replaceAll("n.x", "m.x")
      .replace("set n", "set m") +
    "{{ n.x == m.x }}",
  "shared lists in order": doubling("[1]", "[n.x, n.x]") +
    doubling("[1]", "[m.x, m.x]").replaceAll("n.x", "m.x")
      .replace("set n", "set m") +
    "{{ n.x < m.x }}",
  "shared tuples as keys": doubling("(1,)", "(n.x, n.x)") + "{{ {n.x: 1} }}",
  "a namespace in itself": "{% set n = namespace() %}{% set n.n = n %}{{ n }}",
  "macro without end": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
  "macros that fan out":
    "{% macro m(n) %}{% if n > 0 %}{{ m(n - 1) }}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(60) }}",
  "a loop without end": "{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}",
  "generators in generators": doubling("[1]", "n.x | map('string')", 9999) + "{{ n.x | list }}",
  "much written": LONG + "{% for i in range(9999) %}{{ s }}{% endfor %}",
  "deep nesting": "{{ " + "(".repeat(10000) + "1" + ")".repeat(10000) + " }}",
  "deep lists": "{{ " + "[".repeat(50000) + "]".repeat(50000) + " }}",
  "deep nots": "{{ " + "not ".repeat(50000) + "1 }}",
  "deep signs": "{{ " + "- ".repeat(50000) + "1 }}",
  "deep ifs": "{% if 1 %}".repeat(9999) + "{% endif %}".repeat(9999),
  "long elifs": "{% if 0 %}" + "{% elif 0 %}".repeat(9999) + "{% endif %}",
  "long sum": "{{ 1" + " + 1".repeat(5000) + " }}",
  "long path": "{{ messages" + ".a".repeat(50000) + " }}",
  "long calls": "{{ messages" + "()".repeat(50000) + " }}",
  "deep format": "{{ '" + "{0:".repeat(9999) + "}".repeat(9999) + "'.format(1) }}",
};

for (const [name, source] of Object.entries(BOMBS)) {
  Deno.test(`render() stops at a bound: ${name}`, () => {
    throws(() => ChatTemplate.parse(source).render([]), (error: WickError) => {
      match(
        error.message,
        /(it|range\(\)) may (use|give) at most|call stack|too long for a key|Max string recursion/,
      );
      return error.code === "TEMPLATE_FAILED";
    });
  });
}

/** What takes long where it is done badly, and must be done. */
const HEAVY: Record<string, [source: string, text: string]> = {
  "a long pattern": [
    "{% set a = 'a' * 1000000 %}{{ ('b' + 'a' * 500000) in a }}{{ a.find('a' * 400000 + 'b') }}",
    "False-1",
  ],
  "digits that are no number": ["{{ ('1' * 999999 ~ 'x') | float(2) }}{{ ('1_' * 99999) | int(3) }}", "23"],
  "braces and colons": ["{{ ('{0[' ~ ':' * 99999 ~ ']}').format({':' * 99999: 1}) }}", "1"],
  "percents": ["{{ ('%' ~ '0' * 99999 ~ 'd') % 1 }}", "1"],
  "a long list": [
    "{{ range(100000) | list | length }}{{ (range(99999) | list | string) | length }}",
    "100000688883",
  ],
  "a sort": ["{{ range(50000) | map('string') | sort | last }}", "9999"],
};

for (const [name, [source, text]] of Object.entries(HEAVY)) {
  Deno.test(`render() does what is merely long: ${name}`, () =>
    equal(ChatTemplate.parse(source).render([]), text));
}

Deno.test("templates reach nothing of JavaScript", () => {
  const names = [
    "constructor",
    "prototype",
    "__proto__",
    "toString",
    "valueOf",
    "hasOwnProperty",
    "call",
    "apply",
    "bind",
  ]
    .concat("then", "__defineGetter__", "length", "map", "entries", "iterator", "items_", "html");
  const values = [
    "''",
    "[]",
    "{}",
    "(1,)",
    "1",
    "1.5",
    "none",
    "true",
    "range",
    "range(2)",
    "dict",
    "namespace()",
    "m",
    "''.upper",
  ]
    .concat(
      "loop",
      "[] | map",
      "{}.keys()",
      "cycler(1)",
      "joiner()",
      "messages",
      "'<' | e",
      "raise_exception",
    );
  for (const name of names) {
    for (const value of values) {
      const source = `{% macro m() %}{% endmacro %}{% for x in [1] %}{% set v = ${value} %}` +
        `{{ v.${name} is defined }}{{ v['${name}'] is defined }}{{ v | attr('${name}') is defined }}{% endfor %}`;
      const known = name === "length" && value === "loop";
      equal(
        ChatTemplate.parse(source).render([]),
        known ? "TrueTrueTrue" : "FalseFalseFalse",
        `${value}.${name}`,
      );
    }
  }
  for (const name of ["constructor", "__proto__", "toString", "globalThis", "Deno", "this", "arguments"]) {
    equal(ChatTemplate.parse(`{{ ${name} is defined }}`).render([]), "False", name);
    throws(() => ChatTemplate.parse(`{{ 1 | ${name} }}`), { code: "TEMPLATE_FAILED" });
    throws(() => ChatTemplate.parse(`{{ 1 is ${name} }}`), { code: "TEMPLATE_FAILED" });
  }
});

Deno.test("a program's objects stay out of templates, its plain data come as they are", () => {
  const given = {
    fn: () => 1,
    date: new Date(0),
    map: new Map([[1, { a: 2n }]]),
    bare: Object.create(null),
    on: undefined,
  };
  const text = ChatTemplate.parse("{{ fn }}|{{ date }}|{{ map }}|{{ bare }}|{{ on is defined }}").render([], {
    variables: given,
  });
  equal(text, "<function>|<Date>|{1: {'a': 2}}|{}|False");
  const own = JSON.parse('{"__proto__": {"polluted": 1}, "a": 1}');
  equal(
    ChatTemplate.parse("{{ own['a'] }}{{ own.polluted is defined }}").render([], { variables: { own } }),
    "1False",
  );
  let deep: unknown = 1;
  for (let i = 0; i < 100000; i++) deep = [deep];
  throws(() => ChatTemplate.parse("x").render([], { variables: { deep } }), { code: "TEMPLATE_FAILED" });
});
