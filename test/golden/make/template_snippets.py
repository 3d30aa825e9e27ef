"""
Renders snippets of templates with jinja2, as transformers sets it up, into JSON: {"variables", "snippets": [[source, text]]},
where text is null for a refusal.

    pip install jinja2==3.1.6 transformers==5.24.0
    python test/golden/make/template_snippets.py test/golden/templates/snippets.json
    python test/golden/make/template_snippets.py test/golden/templates/grammar.json.gz --fuzz 2000 7
    python test/golden/make/template_snippets.py fuzz.json --fuzz 20000 1     # so many from a grammar, with this seed

Left out is what Wick does not have on purpose: complex numbers (-1 ** 0.5), and slices of what can't be sliced, where
jinja2 gives nothing if all is constant and an error else. Texts of more than 400 characters, too.

`test/golden/make/template_snippets_compare.ts` compares a file with Wick's own engine.
"""
import datetime, gzip, json, random, re, sys, warnings
import transformers.utils.chat_template_utils as utils
from template_snippets_kept import SNIPPETS

warnings.simplefilter("ignore")
NOW = datetime.datetime(2026, 3, 9, 17, 5, 8, 123000)


class Clock(datetime.datetime):
    @classmethod
    def now(cls, tz=None):
        return NOW


utils.datetime = Clock

VARIABLES = {
    "n": 7, "m": -3, "zero": 0, "big": 12345678901, "f": 2.5, "g": -0.125, "yes": True, "no": False, "none_": None,
    "s": "Hello World", "t": "a,b;c, d", "empty": "", "blank": " \n\t x  y \n", "lines": "one\ntwo\r\nthree\n\n four",
    "emoji": "a🦜b", "wide": "naïve ß İ", "markup": "<b a='1'>&\"", "digits": "042", "percent": "%s is %d",
    "l": [3, 1, 2], "ls": ["b", "A", "c", "a"], "nested": [[1, [2, None]], ["x", {"k": "v"}]], "no_items": [],
    "mixed": [1, "1", 1.25, True, None, ""], "d": {"a": 1, "b": [1, 2], "c": {"x": None}, "items": "own", "get": 3},
    "people": [{"name": "Ann", "age": 30, "tag": "x"}, {"name": "bob", "age": 25, "tag": "y"}, {"name": "Cy", "age": 30}],
    "messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": " Yes? "}, {"role": "user", "content": ""}],
}


def rendered(source):
    try:
        return utils._compile_jinja_template(source).render(**json.loads(json.dumps(VARIABLES)))
    except Exception:
        return None


class Grammar:
    """Random snippets: mostly of fitting types, so that most render."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.locals = []

    def pick(self, *options):
        return self.random.choice(options)

    def chance(self, p):
        return self.random.random() < p

    def any(self, depth):
        kind = self.pick("text", "text", "integer", "number", "truth", "list", "mapping", "value")
        return getattr(self, kind)(depth)

    def value(self, depth):
        names = [name for name in VARIABLES] + ["undefined_", "loop", "x", "y"] + self.locals
        options = [self.pick(*names), self.pick("none", "true", "false", "True", "None"), self.pick("messages[0].content", "d.c.x", "d.missing", "people[0]", "d['a']", "nested[1][1].k", "mixed[-1]", "l[10]", "s[0]")]
        if depth > 0:
            options += [f"({self.any(depth - 1)} if {self.truth(depth - 1)} else {self.any(depth - 1)})", f"({self.any(depth - 1)} {self.pick('or', 'and')} {self.any(depth - 1)})",
                        f"{self.list(depth - 1)} | {self.pick('first', 'last', 'min', 'max')}", f"{self.list(depth - 1)}[{self.integer(0)}]",
                        f"{self.mapping(depth - 1)}.get({self.text(0)}{self.pick('', ', ' + self.any(0))})", f"{self.mapping(depth - 1)}[{self.pick(chr(39) + 'a' + chr(39), '1', 'true', 'none')}]",
                        f"{self.any(depth - 1)} | default({self.any(0)}{self.pick('', ', true')})", f"{self.list(depth - 1)} | sum"]
        return self.pick(*options)

    def text(self, depth):
        if self.chance(0.04):
            return self.any(max(0, depth - 1))
        literals = ["'abc'", "\"it's\"", "'a' 'b'", "'x\\ny'", "'  pad '", "''", "'%'", "'{}'", "'é🦜'", "'A-b_c d'", "'12'", "','", "' '", "'\\u00e9\\x41'", "'a\\\nb'", "'\\d'"]
        names = ["s", "t", "empty", "blank", "lines", "emoji", "wide", "markup", "digits", "messages[1].content", "people[1].name"]
        if depth <= 0:
            return self.pick(self.pick(*literals), self.pick(*names))
        t, i, e = lambda: self.text(depth - 1), lambda: self.integer(depth - 1), lambda: self.any(depth - 1)
        short = lambda: self.text(0)
        small = lambda: self.pick("0", "1", "2", "3", "-1", "-2", "5", "12")
        return self.pick(
            lambda: f"({t()} + {t()})", lambda: f"({e()} ~ {e()})", lambda: f"({t()} * {small()})", lambda: f"({e()} | string)",
            lambda: f"({t()} | {self.pick('upper', 'lower', 'title', 'capitalize', 'trim', 'e', 'reverse', 'striptags', 'urlencode', 'safe', 'escape', 'forceescape', 'string')})",
            lambda: f"({e()} | {self.pick('upper', 'trim', 'tojson', 'string', 'e', 'urlencode', 'title', 'capitalize')})",
            lambda: f"({t()} | replace({short()}, {short()}{self.pick('', ', 1')}))", lambda: f"({t()} | trim({short()}))",
            lambda: f"({t()} | center({small()}))", lambda: f"({t()} | indent({self.pick('', '2', '4, true', '1, false, true', 'width=3, first=true')}))",
            lambda: f"({t()} | truncate({self.pick('5', '3, true', '9, true, ' + chr(39) + '..' + chr(39), '6, false, ' + chr(39) + chr(39) + ', 0')}))",
            lambda: f"({self.list(depth - 1)} | join({self.pick('', short(), short() + ', attribute=' + chr(39) + 'name' + chr(39))}))",
            lambda: f"({e()} | tojson({self.pick('', 'indent=2', 'ensure_ascii=true', 'sort_keys=true', 'separators=(' + chr(39) + ',' + chr(39) + ',' + chr(39) + ':' + chr(39) + ')', 'indent=none', '4')}))",
            lambda: f"{t()}.{self.pick('upper', 'lower', 'title', 'capitalize', 'strip', 'lstrip', 'rstrip', 'swapcase', 'casefold')}()",
            lambda: f"{t()}.{self.pick('strip', 'lstrip', 'rstrip')}({short()})", lambda: f"{t()}.replace({short()}, {short()}{self.pick('', ', 1', ', -1', ', 0')})",
            lambda: f"{t()}.{self.pick('center', 'ljust', 'rjust')}({small()}{self.pick('', ', ' + chr(39) + '*' + chr(39))})", lambda: f"{t()}.zfill({small()})",
            lambda: f"{t()}.{self.pick('removeprefix', 'removesuffix')}({short()})", lambda: f"{short()}.join({self.list(depth - 1)})",
            lambda: f"({t()} ~ '')[{self.pick('', small())}:{self.pick('', small())}{self.pick('', ':' + small())}]", lambda: f"{t()}[{small()}]",
            lambda: f"'{self.pick('%s', '%5s', '%-6s|', '%.2s', '%r', '%%', '%s-%s', '%(a)s', '%c')}' {self.pick('%', '| format')} ({e()})".replace("| format (", "| format("),
            lambda: f"'{self.pick('%d', '%5d', '%-5d|', '%05d', '%+d', '% d', '%x', '%#o', '%i', '%.3d', '%X')}' % {i()}",
            lambda: f"'{self.pick('%f', '%.2f', '%8.3f', '%e', '%.1e', '%g', '%.3g', '%+.1f', '%08.2f', '%.0f', '%G')}' % {self.number(depth - 1)}",
            lambda: f"'{self.pick('{}', '{0}{0}', '{!r}', '{:>8}', '{:*^9}|', '{:<5}|', '{{}}', '{0[0]}', '{0.a}', '{:s}', '{!s:4}')}'.format({e()})",
            lambda: f"'{self.pick('{:d}', '{:5d}', '{:05d}', '{:+d}', '{:,}', '{:x}', '{:#b}', '{:_}', '{:<6d}|', '{:e}', '{:%}')}'.format({i()})",
            lambda: f"'{self.pick('{:.2f}', '{:8.3f}', '{:g}', '{:.3}', '{:e}', '{:%}', '{:.1%}', '{:+.1f}', '{:,.2f}', '{:08.2f}', '{}', '{:.0f}', '{:n}')}'.format({self.number(depth - 1)})",
            lambda: f"({t()} | e) {self.pick('+', '~')} {t()}", lambda: f"({self.pick('n', 'big', '1500', '2.5e6', 's')} | filesizeformat{self.pick('', '(true)')})",
            lambda: f"strftime_now('{self.pick('%Y-%m-%d', '%d %b %Y', '%A %B %-d', '%H:%M:%S', '%I:%M %p', '%j %U %W %w', '%y %C %e', '%c', '%x %X', '%f %Z%z', '%%', '%G-W%V-%u', '%D %T %R %F', '%q', '%-I %l %k', '%h%n%t', '%s'[:0])}')",
        )()

    def integer(self, depth):
        if self.chance(0.04):
            return self.any(max(0, depth - 1))
        if depth <= 0:
            return self.pick("0", "1", "2", "3", "-1", "10", "n", "m", "zero", "big", "1_000", "0x1f", "0b101", "loop.index" if self.locals else "4")
        i, t = lambda: self.integer(depth - 1), lambda: self.text(depth - 1)
        return self.pick(
            lambda: f"({i()} {self.pick('+', '-', '*', '//', '%')} {i()})", lambda: f"-{i()}", lambda: f"({i()} ** {self.pick('0', '1', '2', '3', '10')})",
            lambda: f"({self.any(depth - 1)} | length)", lambda: f"({self.any(depth - 1)} | int{self.pick('', '(5)', '(default=1)', '(0, 16)', '(base=2)')})",
            lambda: f"({t()} | wordcount)", lambda: f"{t()}.{self.pick('find', 'rfind', 'count', 'index', 'rindex')}({self.text(0)}{self.pick('', ', 1', ', 1, 4', ', -3', ', 0, -1')})",
            lambda: f"({i()} | abs)", lambda: f"({self.list(depth - 1)} | {self.pick('count', 'length', 'sum')})", lambda: f"{self.list(depth - 1)}.{self.pick('index', 'count')}({self.any(0)})",
            lambda: f"({i()} | round)", lambda: f"({self.number(depth - 1)} | int)",
        )()

    def number(self, depth):
        if self.chance(0.04):
            return self.any(max(0, depth - 1))
        if depth <= 0:
            return self.pick("1.5", "0.1", "f", "g", "1e20", "1e-7", "2.0", "100.0", "3.14159", "1e16", "123456789.123", "0.5", "2.675", "1_0.5", self.integer(0))
        x = lambda: self.number(depth - 1)
        return self.pick(
            lambda: f"({x()} {self.pick('+', '-', '*', '/', '//', '%')} {x()})", lambda: f"({x()} | round({self.pick('', '1', '2', '-1', '0, ' + chr(39) + 'ceil' + chr(39), '1, ' + chr(39) + 'floor' + chr(39))}))",
            lambda: f"({self.any(depth - 1)} | float{self.pick('', '(1.5)')})", lambda: f"({x()} | abs)", lambda: f"-{x()}", lambda: f"({x()} ** {self.pick('2', '3', '-1')})", lambda: self.integer(depth - 1),
        )()

    def truth(self, depth):
        if depth <= 0:
            return self.pick("yes", "no", "true", "false", "empty", "s", "zero", "no_items", "none_", "undefined_")
        e, t, i = lambda: self.any(depth - 1), lambda: self.text(depth - 1), lambda: self.integer(depth - 1)
        tests = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "true", "false", "mapping", "sequence", "iterable", "callable", "lower", "upper", "odd", "even", "escaped"]
        return self.pick(
            lambda: f"({e()} == {e()})", lambda: f"({e()} != {e()})", lambda: f"({t()} {self.pick('<', '<=', '>', '>=', '==')} {t()})", lambda: f"({self.number(depth - 1)} {self.pick('<', '<=', '>', '>=', '==', '!=')} {self.number(depth - 1)})",
            lambda: f"({i()} < {i()} <= {i()})", lambda: f"({e()} {self.pick('in', 'not in')} {self.list(depth - 1)})", lambda: f"({t()} {self.pick('in', 'not in')} {t()})", lambda: f"({self.text(0)} in {self.mapping(depth - 1)})",
            lambda: f"({e()} is {self.pick('', 'not ')}{self.pick(*tests)})", lambda: f"({i()} is divisibleby {self.pick('2', '3', '(0)', 'n')})", lambda: f"({e()} is {self.pick('eq', 'ne', 'sameas', 'equalto')} {self.pick('1', 'none', chr(39) + 'a' + chr(39), 'true')})",
            lambda: f"({i()} is {self.pick('gt', 'lt', 'ge', 'le', 'greaterthan', 'lessthan')} {self.pick('1', '7', '0')})", lambda: f"({e()} is in [1, 'a', none])", lambda: f"(not {e()})", lambda: f"({e()} and {e()})", lambda: f"({e()} or {e()})",
            lambda: f"{t()}.{self.pick('isdigit', 'isalpha', 'isalnum', 'isspace', 'isupper', 'islower', 'istitle', 'isnumeric', 'isdecimal', 'isascii', 'isidentifier', 'isprintable')}()",
            lambda: f"{t()}.{self.pick('startswith', 'endswith')}({self.pick(self.text(0), '(' + self.text(0) + ', ' + self.text(0) + ')', self.text(0) + ', 1', self.text(0) + ', 0, 3')})",
            lambda: f"({self.pick(chr(39) + 'upper' + chr(39), chr(39) + 'nope' + chr(39), 's')} is {self.pick('filter', 'test')})",
        )()

    def list(self, depth):
        if self.chance(0.04):
            return self.any(max(0, depth - 1))
        if depth <= 0:
            return self.pick("l", "ls", "nested", "no_items", "mixed", "people", "messages", "[1, 2]", "['a', 'b']", "[]", "(1, 2)", "()", "range(4)", "range(5, 0, -2)", "[none, true, 1.5]", "(1,)", "s", "d")
        q, e = lambda: self.list(depth - 1), lambda: self.any(depth - 1)
        test = lambda: self.pick("", "'string'", "'number'", "'none'", "'odd'", "'defined'", "'eq', 1", "'in', [1, 'a']", "'lower'", "'mapping'")
        attribute = lambda: self.pick("'name'", "'age'", "'tag'", "'role'", "0", "'0'", "'c.x'")
        return self.pick(
            lambda: f"({q()} + {q()})", lambda: f"({q()} * {self.pick('0', '1', '2', '-1')})", lambda: f"[{e()}, {e()}]", lambda: f"({q()} | list)", lambda: f"({q()} | reverse | list)",
            lambda: f"({q()} | sort{self.pick('', '(reverse=true)', '(true, true)', '(case_sensitive=true)', '(attribute=' + attribute() + ')')})", lambda: f"({q()} | unique{self.pick('', '(true)', '(attribute=' + attribute() + ')')} | list)",
            lambda: f"({q()} | map({self.pick(chr(39) + 'upper' + chr(39), chr(39) + 'string' + chr(39), chr(39) + 'length' + chr(39), 'attribute=' + attribute(), 'attribute=' + attribute() + ', default=' + chr(39) + '?' + chr(39), chr(39) + 'default' + chr(39) + ', 0', chr(39) + 'tojson' + chr(39), chr(39) + 'int' + chr(39), chr(39) + 'trim' + chr(39), chr(39) + 'nope' + chr(39), '')}) | list)",
            lambda: f"({q()} | {self.pick('select', 'reject')}({test()}) | list)", lambda: f"(people | {self.pick('selectattr', 'rejectattr')}({attribute()}{self.pick('', ', ' + (test() or chr(39) + 'defined' + chr(39)))}) | list)",
            lambda: f"({q()} | batch({self.pick('1', '2', '3, 0', '0')}) | list)", lambda: f"({q()} | slice({self.pick('1', '2', '3, none', '2, ' + chr(39) + 'f' + chr(39))}) | list)",
            lambda: f"(people | groupby({attribute()}{self.pick('', ', default=' + chr(39) + chr(39))}))", lambda: f"({self.mapping(depth - 1)} | {self.pick('items | list', 'dictsort', 'dictsort(true)', 'dictsort(by=' + chr(39) + 'value' + chr(39) + ')', 'dictsort(reverse=true)', 'list')})",
            lambda: f"{self.mapping(depth - 1)}.{self.pick('keys', 'values', 'items')}(){self.pick('', ' | list')}", lambda: f"{self.text(depth - 1)}.{self.pick('split', 'rsplit')}({self.pick('', self.text(0), self.text(0) + ', 1', 'none, 1', 'maxsplit=1')})",
            lambda: f"{self.text(depth - 1)}.{self.pick('splitlines()', 'splitlines(true)', 'partition(' + self.text(0) + ')', 'rpartition(' + self.text(0) + ')')}", lambda: f"({self.text(depth - 1)} | list)",
            lambda: f"({q()} | list)[{self.pick('', '1', '-2')}:{self.pick('', '2', '-1')}{self.pick('', ':2', ':-1')}]", lambda: f"range({self.integer(0)}, {self.pick('3', 'n', '-2')})",
        )()

    def mapping(self, depth):
        if self.chance(0.04):
            return self.any(max(0, depth - 1))
        if depth <= 0:
            return self.pick("d", "{}", "{'a': 1}", "people[0]", "d.c", "{1: 'x', 'k': none}", "{1: 2, true: 3, 1.0: 4}", "messages[0]")
        return self.pick(
            lambda: f"{{{self.text(0)}: {self.any(depth - 1)}, {self.integer(0)}: {self.any(depth - 1)}}}", lambda: f"dict({self.pick('', 'a=1, b=n', self.mapping(depth - 1), '[(1, 2)]', self.mapping(0) + ', z=1')})",
            lambda: f"{self.mapping(depth - 1)}.copy()", lambda: self.mapping(0),
        )()

    def statement(self, depth):
        body = lambda: self.block(depth - 1)
        w = lambda: self.pick("", "", "", "-", "+")
        begin, end = lambda: "{%" + w(), lambda: self.pick("", "-", "", "") + "%}"
        line = lambda: self.pick("", "\n", "\n  ", " ", "x")
        tag = lambda text: f"{begin()} {text} {end()}"
        expression = lambda: self.any(2)
        name = lambda: self.pick("x", "y", "s", "n", "fresh")
        kinds = [lambda: "{{" + self.pick("", "", "-") + f" {self.any(3)} " + self.pick("", "", "-") + "}}", lambda: self.pick("text", " \n ", "\n", "a\n\tb ", "{ }", "é", "%", "#")]
        if depth > 0:
            kinds += [
                lambda: f"{tag('if ' + self.truth(2))}{line()}{body()}{tag('elif ' + self.truth(1)) + body() if self.chance(0.3) else ''}{tag('else') + body() if self.chance(0.5) else ''}{tag('endif')}{line()}",
                lambda: f"{tag('for ' + self.pick('x', 'x', 'k, v', 'x, y') + ' in ' + self.pick(self.list(1), self.list(2), 'd.items()', 'people', 'nested') + self.pick('', '', ' if x', ' if x is string'))}{line()}{self.inside()}{body()}{tag('else') + body() if self.chance(0.2) else ''}{tag('endfor')}{line()}",
                lambda: f"{tag('set ' + self.pick(name(), name(), 'ns.x', 'x, y') + ' = ' + self.pick(expression(), expression(), '1, 2'))}{line()}",
                lambda: f"{tag('set ns = namespace(x=' + expression() + ')')}{body()}{{{{ ns.x }}}}", lambda: f"{tag('set ' + name() + self.pick('', ' | upper', ' | trim'))}{body()}{tag('endset')}{{{{ {name()} }}}}",
                lambda: f"{tag('filter ' + self.pick('upper', 'trim', 'indent(2)', 'replace(' + chr(39) + 'a' + chr(39) + ', ' + chr(39) + 'b' + chr(39) + ') | title'))}{body()}{tag('endfilter')}",
                lambda: f"{tag('with ' + name() + ' = ' + expression() + self.pick('', ', y = 2'))}{body()}{tag('endwith')}", lambda: f"{{#{w()} comment {{{{ x }}}} {self.pick('', '-', '+')}#}}{line()}",
                lambda: f"{begin()} raw {end()}{self.pick('{{ x }}', ' {% if %} ', chr(10))}{begin()} endraw {end()}{line()}",
                lambda: f"{tag('macro mac(x' + self.pick('', ', y=1', '=s', ', fresh=' + self.any(1)) + ')')}{body()}{self.pick('', '{{ caller() if caller else 0 }}', '{{ varargs }}', '{{ kwargs }}')}{tag('endmacro')}{{{{ mac({self.pick('', self.any(1), self.any(1) + ', y=2', self.any(1) + ', 3, 4', 'x=1', 'q=1')}) }}}}{self.pick('', tag('call mac(1)') + 'in' + tag('endcall'))}",
                lambda: f"{tag('for x in [1, [2, [3]]] recursive')}{{{{ loop.depth }}}}{{{{ loop(x) if x is iterable else x }}}}{tag('endfor')}", lambda: f"{tag('generation')}{body()}{tag('endgeneration')}", lambda: tag(self.pick("break", "continue")) if self.chance(0.3) else "",
                lambda: f"{tag('block b' + str(self.random.randrange(1000)))}{body()}{tag('endblock')}",
            ]
        return self.pick(*kinds)()

    def inside(self):
        return self.pick("", "", "{{ loop.index }}", "{{ loop.last }}", "{{ loop.first ~ loop.length }}", "{{ loop.previtem }}", "{{ loop.nextitem }}", "{{ loop.cycle('a', 'b') }}", "{{ loop.changed(x) }}", "{{ loop.revindex ~ loop.revindex0 }}", "{{ x }}", "{% if loop.index > 1 %}{% break %}{% endif %}", "{% if x == 1 %}{% continue %}{% endif %}", "{% set n = x %}", "{{ fresh }}{% set fresh = x %}")

    def block(self, depth):
        return "".join(self.statement(depth) for _ in range(self.random.randrange(1, 4)))


def main(target, mode=None, count="0", seed="0"):
    if mode == "--fuzz":
        grammar = Grammar(int(seed))
        sources = ["{{ " + grammar.any(3) + " }}" if i % 2 else grammar.block(3) for i in range(int(count))]
    else:
        sources = SNIPPETS
    snippets = [[source, rendered(source)] for source in sources]
    kept = [pair for pair in snippets if pair[1] is None or (len(pair[1]) < 400 and " at 0x" not in pair[1] and not re.search(r"\dj\b", pair[1]) and "<generator" not in pair[1])]
    data = {"now": NOW.isoformat(), "variables": VARIABLES, "snippets": kept}
    text = json.dumps(data, ensure_ascii=False, indent=None if mode else 0, separators=(",", ":")).encode()
    with open(target, "wb") as file:
        file.write(gzip.compress(text, mtime=0) if target.endswith(".gz") else text)
    print(len(kept), "snippets,", sum(text is None for _, text in kept), "refused")


main(*sys.argv[1:])
