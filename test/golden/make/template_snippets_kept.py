"""
Snippets of templates of which each shows a rule of jinja2 or Python. Known to differ, and left out: `self`, escapes by name
(a backslash and N{..}), complex numbers, and slices of constants that can't be sliced.
"""
import re
from jinja2.defaults import DEFAULT_FILTERS

EXPRESSIONS = r"""
-1 % 2 | -7 % 3 | 7 % -3 | -7 // 2 | 7 // -2 | -7.5 // 2 | 7.5 % -2 | -1 % 1.5 | 5 / 2 | 4 / 2 | 2 ** 10 | 2 ** -1 | 2 ** 100 | 1 / 0 | 1 // 0 | 1 % 0
10 ** 20 | 1e20 | 1e16 | 1e15 | 1e-5 | 0.0001 | 1.0 | 100.0 | 1_000 | 1_0.5 | 0x1F | 0b11 | 0o17 | 0.1 + 0.2 | -0.0 | 1e308 * 10 | 5e-324
true | false | none | True | None | [true, none, 1, 1.5, 'a'] | {'a': none, 1: true} | (1,) | () | [] | {} | [[1], {'x': [()]}] | "it's" | ["it's"] | ['a"\'b'] | ['\n\t\\é🦜\x00\u200b']
'' == false | 0 == '' | 0 == false | 1 == true | 1 == 1.0 | '1' == 1 | none == false | [] == false | [] == () | [1, 2] == [1.0, 2] | (1, 2) == [1, 2] | {'a': 1} == {'a': 1.0} | undefined_ == undefined_ | undefined_ == none | 'a' != 'b'
'a' < 'b' | 'B' < 'a' | 'a' < 'ab' | '\uffff' < '🦜' | [1, 2] < [1, 3] | (1,) < (1, 0) | 1 < 2 < 3 | 1 < 3 < 2 | 'a' < 1 | none < 1 | true < 2 | [1] < (1,) | not 1 == 2 | not (not 1)
'b' in 'abc' | 1 in [1.0] | true in [1] | 'a' in {'a': 1} | 1 in 'abc' | 'x' not in ls | none in mixed | '' in '' | 'a' in none | 'a' in undefined_ | 1 in {1.0: 2}
'-' * 3 | 3 * '-' | 'a' * -1 | [1] * 2 | (1,) * 2 | true * 3 | 'a' * 1.5 | 'a' + 1 | 1 + 'a' | [1] + [2] | [1] + (2,) | 'a' ~ 1 ~ none ~ true ~ 1.0 | 1 ~ 2 | -true | +1.5 | -'a' | - - 1
1 if true | 1 if false | (1 if false) is defined | 1 if false else 2 if false else 3 | none or 'x' | 0 and 1 | '' or [] or 0 | 'a' and 'b' | not [] | not undefined_
undefined_ | undefined_.x | undefined_['x'] | undefined_() | undefined_ + 1 | undefined_ ~ 'a' | undefined_ | length | undefined_ | list | undefined_ | upper | undefined_ is defined | undefined_ == '' | undefined_ < 1 | [undefined_] | undefined_ | default('d') | undefined_ | string | undefined_ | tojson | undefined_ | int | undefined_ | first | undefined_ | join(',') | -undefined_
none.x | none['x'] | none | length | none | upper | none | trim | none | string | none | default('d') | none | default('d', true) | none | int | none | list | none | tojson | none + 1 | 1 .x | s.nope | s.nope.x | l.nope | d.nope | d.nope.x
d.a | d['a'] | d.items | d.get('a') | d.get('z') | d.get('z', 1) | d['get'] | d.get | d.keys() | d.values() | d.c.x | d.c.get('x', 1) | d.pop('a') | d.update({}) | d.setdefault('a') | d.pop is defined | l.append(1) | l.append is defined | l.index(1) | l.count(3) | l.index(9) | l.sort() | (1, 2, 1).count(1)
{1: 'a'}[1] | {1: 'a'}[true] | {1: 'a'}['1'] | {'1': 'a'}[1] | {none: 1}[none] | {(1, 2): 3}[(1, 2)] | {(1, 2): 3}[1, 2] | {1: 2, true: 3, 1.0: 4} | {[]: 1} | d[[]] | {'a': 1, 'a': 2} | {undefined_: 1}
l[0] | l[-1] | l[9] | l['0'] | l[1.0] | l[true] | l.0 | s[0] | s[-1] | s[99] | emoji[1] | emoji | length | emoji[::-1] | emoji[1:] | s[1:4] | s[:-1] | s[::2] | s[::-1] | s[5:2] | l[::-1] | l[1:] | (1, 2, 3)[1:] | range(9)[2:5] | l[:, 1] | s[::0] | s[none:2] | 'abc'[1:true]
s.__class__ | s['__class__'] | d.__class__.__mro__ | l.__len__ | s.constructor | s['constructor'] | d.constructor | d.__proto__ | d['__proto__'] | d.hasOwnProperty | l.length | l.push | l.map | s.length | s.charAt(0) | range.constructor | namespace.__init__ | dict.__class__ | (1).toString() | joiner.prototype | messages[0].constructor
s.upper() | s.lower() | 'ß'.upper() | 'ΑΣ'.lower() | 'hello wORLD'.title() | "it's".title() | 'éa'.capitalize() | 'ABC'.capitalize() | 'aBc'.swapcase() | 'ß'.casefold() | 'x'.center(4) ~ '|' | 'x'.center(5) ~ '|' | 'xy'.center(5) ~ '|' | 'x'.ljust(3, '.') | 'x'.rjust(3) | 'x'.rjust(3, 'ab') | '-42'.zfill(6) | 'a\tb'.expandtabs(4)
'  a '.strip() ~ '|' | 'xxaxx'.strip('x') | 'abcba'.lstrip('ba') | 'abcba'.rstrip('ab') | '\ufeffa'.strip() == 'a' | '\x85a\x1c'.strip() | '\u200ba' | trim | length | 'a'.strip(none) | 'a'.strip(1) | ' a ' | trim | 'xax' | trim('x') | 12 | trim | true | trim | [1] | trim
'a,b,c'.split(',') | 'a,b,c'.split(',', 1) | 'a,b,c'.rsplit(',', 1) | ' a  b '.split() | ' a  b '.split(none, 1) | ' a  b '.rsplit(none, 1) | 'a b'.split(' ') | 'a'.split('') | ''.split() | ''.split(',') | 'a,b'.split(sep=',', maxsplit=0) | 'a,b'.split(',', -1) | 'a\nb\r\nc\x0bd\u2028e'.splitlines() | 'a\n'.splitlines(true) | 'a-b-c'.partition('-') | 'a-b-c'.rpartition('-') | 'a'.partition('-')
'abcabc'.find('c') | 'abc'.find('z') | 'abcabc'.rfind('c') | 'abc'.find('c', 1) | 'abc'.find('a', 1) | 'abc'.find('', 4) | 'a🦜b'.find('b') | 'abc'.index('z') | 'aXbX'.count('X') | 'aaa'.count('aa') | 'abc'.count('') | 'abc'.startswith('ab') | 'abc'.startswith(('x', 'a')) | 'abc'.startswith(['a']) | 'abc'.startswith('b', 1) | 'abc'.endswith('c') | 'abc'.endswith('') | 'abc'.endswith('b', 0, 2)
'aaa'.replace('a', 'b') | 'aaa'.replace('a', 'b', 2) | 'abc'.replace('', '-') | 'abc'.replace('', '-', 2) | 'a'.replace('a') | 'a'.replace(1, 2) | 'aXa' | replace('a', 'b') | 'aXa' | replace('a', 'b', 1) | 121 | replace(1, 3) | 'abc'.removeprefix('ab') | 'abc'.removesuffix('bc') | 'abc'.removesuffix('')
','.join(ls) | ','.join('abc') | ','.join([1]) | ls | join | l | join(', ') | 'abc' | join('-') | people | join(',', attribute='name') | {'a': 1, 'b': 2} | join(',') | [none, true, 1.5] | join('|') | undefined_ | join | 1 | join
'1'.isdigit() | '²'.isdigit() | '²'.isdecimal() | '½'.isnumeric() | 'é'.isalpha() | 'a1'.isalnum() | ''.isalpha() | ' \n'.isspace() | 'A'.isupper() | '1'.isupper() | 'aB'.islower() | 'Ab Cd'.istitle() | 'a_1'.isidentifier() | 'é'.isascii() | 'a\n'.isprintable()
'%s' % 'a' | '%s %s' % ('a', 1) | '%s' % none | '%d' % 3.7 | '%d' % 'a' | '%5.1f|' % 2.25 | '%.0f' % 2.5 | '%.2f' % 2.675 | '%e' % 12345.678 | '%g' % 1e-5 | '%05d' % -42 | '%+d' % 5 | '%x' % 255 | '%#x' % 255 | '%-5s|' % 'a' | '%5s|' % 'a' | '%.2s' % 'abc' | '%r' % 'a' | '%c' % 65 | '%%' % () | '%(a)s' % {'a': 1} | '%s' % (1, 2) | '%s %s' % 1 | '%*d' % (5, 3) | '%z' % 1 | '%' % 1 | 'a' % 1 | 'a' % [] | '%s' | format('x') | '%s-%s' | format(1, 2) | '%(a)s' | format(a=1) | '%d%%' | format(5)
'{}'.format(1) | '{} {}'.format(1, 'a') | '{1} {0}'.format(1, 2) | '{a}'.format(a=1) | '{0.a}'.format(d) | '{0[b]}'.format(d) | '{0[0]}'.format(l) | '{:>5}|'.format('a') | '{:^5}|'.format('a') | '{:*<5}'.format('a') | '{:05d}'.format(42) | '{:+}'.format(5) | '{:.2f}'.format(1.005) | '{:,}'.format(1234567) | '{:x}'.format(255) | '{:e}'.format(12345.678) | '{:%}'.format(0.25) | '{!r}'.format('a') | '{:{}}|'.format('a', 4) | '{{}}'.format() | '{}'.format() | '{'.format(1) | '}'.format(1) | '{} {0}'.format(1) | '{:d}'.format('a') | '{:.1}'.format(1.5) | '{}'.format(none) | '{:5}|'.format(none) | '{0.__class__}'.format(1) | '{a}'.format_map({'a': 1})
l | sort | ls | sort | ls | sort(case_sensitive=true) | l | sort(reverse=true) | people | sort(attribute='age') | map(attribute='name') | list | people | sort(attribute='age,name') | map(attribute='name') | list | mixed | sort | ls | unique | list | [1, 1.0, true, '1'] | unique | list | ls | min | l | max | [] | max | people | max(attribute='age') | ls | min(case_sensitive=true) | l | sum | people | sum(attribute='age') | ['a'] | sum | [] | sum | [[1], [2]] | sum(start=[]) | [1, 2] | sum(start=0.5)
l | first | l | last | 'abc' | first | 'abc' | last | '' | first | d | first | d | last | d | list | 'a🦜' | list | range(3) | list | range(3) | 5 | list | {'a': 1}.items() | first | l | map('string') | last | l | reverse | list | 'abc' | reverse | d | reverse | list | {'a': 1} | items | list | 5 | items | [1, 2, 3] | length | 5 | length | 'a' | count
d | dictsort | {'b': 1, 'A': 2} | dictsort | {'b': 1, 'A': 2} | dictsort(true) | {'b': 1, 'A': 2} | dictsort(by='value') | {'b': 1, 1: 2} | dictsort | {'b': 1, 'A': 2} | dictsort(reverse=true) | [1] | dictsort
ls | map('upper') | list | people | map(attribute='name') | list | people | map(attribute='tag', default='?') | list | people | map(attribute='tag') | list | l | map('nope') | list | l | map | list | nested | map('first') | list | [1.5, 2.5] | map('round') | list | people | selectattr('tag') | list | length | people | selectattr('tag', 'defined') | list | length | people | selectattr('age', 'gt', 26) | map(attribute='name') | join | people | rejectattr('age', 'equalto', 30) | list | mixed | select | list | mixed | reject('string') | list | l | select('odd') | list | l | select('nope') | list | people | groupby('age') | list | people | groupby('tag', default='-') | map('first') | list | [1, 2, 3] | batch(2) | list | [1, 2, 3] | batch(2, 0) | list | [1, 2, 3] | slice(2) | list | [1, 2, 3] | slice(0) | list
l | map('string') | l | map('nope') | 'x' | [1, 2] | batch(2) | length
messages | tojson | {'é': '<&>'} | tojson | 'a"b\\\n\x01\x7f' | tojson | [1, 1.0, 1e20, true, none] | tojson | {'b': 1, 'a': 2} | tojson(sort_keys=true) | {'a': [1, {}]} | tojson(indent=2) | [] | tojson(indent=2) | {'a': 1} | tojson(separators=(',', ':')) | 'é🦜' | tojson(ensure_ascii=true) | (1, 2) | tojson | range(2) | tojson | {1: 2, none: 3, true: 4, 1.5: 5} | tojson | {(1, 2): 3} | tojson | l | map('string') | tojson | [1] | tojson(indent='--') | [1, 2] | tojson(indent=0)
'<&"\'>' | e | ('<' | e) + '<' | ('<' | e) ~ '<' | '<' + ('>' | e) | '<' | e | e | '<' | safe | e | ('<' | safe) + '<' | '<' | forceescape | ('<b>' | e) is escaped | '<b>a <i>b</i></b> &amp; c' | striptags | {'a': 1, 'b': none} | xmlattr | 'a b/é?' | urlencode | {'a b': '/'} | urlencode | [('a', 1)] | urlencode
'a\nb\n\nc' | indent | 'a\nb' | indent(2, true) | 'a\n\nb' | indent(1, blank=true) | 'a\nb' | indent('>') | 'a\nb\n' | indent | 12 | indent | 'foo bar baz qux' | truncate(9) | 'foo bar baz qux' | truncate(9, true) | 'foo bar baz qux' | truncate(11) | 'foo bar baz qux' | truncate(11, false, '...', 0) | 'a' | truncate(1) | 'hello wORLD-x (y' | title | 'aBC' | capitalize | 'a b,c' | wordcount | 'x' | center(5) ~ '|' | 1000 | filesizeformat | 'a' | nope
'12' | int | '12.7' | int | 'x' | int | 'x' | int(5) | '0x1f' | int(0, 16) | 'ff' | int(base=16) | ' 12_3 ' | int | '1e3' | int | true | int | 2.9 | int | -2.9 | int | [] | int | 1e999 | int | 'nan' | float | '1.5' | float | 'x' | float | 'x' | float(2) | ' 1_0.5 ' | float | 'inf' | float | 2.5 | round | 3.5 | round | 2.675 | round(2) | 1234 | round(-2) | 1250.0 | round(-2) | 2.4 | round(0, 'ceil') | 2.6 | round(method='floor') | 5 | round | 'a' | round | -3 | abs | -3.5 | abs | true | abs | 'a' | abs
1 is odd | -1 is odd | 2.0 is even | 'a' is odd | 6 is divisibleby 3 | 6 is divisibleby(4) | 1 is ne 2 | 1 is eq 1.0 | 1 is gt 0 | 1 is >= 1 | 'a' is in 'abc' | 1 is in [1] | none is none | 1 is number | true is number | true is integer | 1.0 is float | 1 is float | 'a' is string | d is mapping | l is sequence | d is sequence | 'a' is sequence | 1 is sequence | range(2) is sequence | d.keys() is sequence | l is iterable | undefined_ is iterable | 1 is iterable | range is callable | undefined_ is callable | s.upper is callable | 'A' is upper | 'a' is lower | 1 is lower | true is true | 1 is true | false is false | true is boolean | 'upper' is filter | 'x' is filter | 'odd' is test | l is sameas l | 1 is sameas 1 | 1 is nope | 1 is not defined | not x is defined | 1 is defined is defined | 1 is not none and 2 is not none
dict(a=1) | dict([('a', 1)], b=2) | dict({'a': 1}) | dict(1) | dict.fromkeys(['a'], 1) | namespace(a=1).a | namespace(a=1).b | namespace({'a': 1}).a | namespace(_a=1) | namespace(a=1) | range(5) | range(1, 5, 2) | range(5) | list | range(0) | range(100001) | range(100000) | length | range(1, 2, 0) | range('a') | range(3, -3, -2) | list | cycler('a', 'b').next() | joiner(',')() | cycler() | raise_exception('no') | lipsum
f(a=1, a=2) | d.get(key='a') | s.upper(1) | s.split(bad=1) | l | join(d=',', d=1) | range(*[1, 3]) | list | dict(**{'a': 1}) | dict(**1) | 'a'.replace(*['a', 'b']) | 's' 't' "u" | 'a\
b' | '\x41\u00e9\U0001f99c\101' | '\d\é' | '\x4' | 'a' . upper() | d . a | d ['a'] | (1).__class__ | 1.5.real | {'a': 1,} | [1,] | (1) | (1,2)[0] | [1,,2] | {1} | a b | 1 +
s | upper | lower | title | s | upper() | (s | upper)[0] | -1 | abs | -(1 | abs) | 2 ** 3 ** 2 | -2 ** 2 | 1 + 2 ~ 3 + 4 | 1 ~ 2 * 3 | not 1 + 1 == 2 | 1 in [1] == true | 'a' if 1 in [1] else 'b' | [1, 2] | join(',') ~ 'x' | ['b', 'a'] | sort | first | 1 < 2 and 2 < 3 or false | 1 == 1 == true
strftime_now('%Y-%m-%d %H:%M:%S') | strftime_now('%d %b %Y, %A %B %a') | strftime_now('%j %U %W %w %u %V %G') | strftime_now('%f|%Z|%z|%x|%X|%c') | strftime_now('%-d %-m %-I %p %y %C %e|%k|%l') | strftime_now('%D %T %R %F %r %h %n%t%%') | strftime_now('%q %') | strftime_now() | strftime_now(1)
"""

BLOCKS = r"""
{% for x in 'a🦜b' %}[{{ x }}]{% endfor %}
{% for x in [1, 2, 3] %}{{ fresh }}{% set fresh = x %}{% endfor %}{{ fresh }}
{% set c = 0 %}{% for x in [1, 2, 3] %}{{ c }}{% set c = c + x %}{{ c }}{% endfor %}{{ c }}
{% if yes %}{% set q = 1 %}{% endif %}{{ q }}{% if no %}{% set q = 2 %}{% endif %}{{ q }}
{% for x in [1] %}{{ n }}{% endfor %}{% set n = 2 %}{{ n }}
{{ n }}{% for x in [1] %}{{ n }}{% endfor %}{% set n = 2 %}{{ n }}
{% for x in [1] %}{% set n = 5 %}{% for y in [1] %}{{ n }}{% set n = 6 %}{{ n }}{% endfor %}{{ n }}{% endfor %}{{ n }}
{% for x in [1, 2] %}{% if x == 1 %}{% set k = x %}{% endif %}{{ k }}{% endfor %}
{% set ns = namespace(x=0) %}{% for i in range(4) %}{% set ns.x = ns.x + i %}{% endfor %}{{ ns.x }}
{% set ns = namespace() %}{% set ns.a = none %}{{ ns.a is none }}{{ ns.b is defined }}
{% set d.a = 2 %}
{% set undefined_.a = 2 %}
{% set ns = namespace() %}{% set ns._x = 1 %}
{% set a, b = 1, 2 %}{{ b }}{{ a }}
{% set a, b = [1, 2, 3] %}
{% set (a, b), c = [[1, 2], 3] %}{{ a ~ b ~ c }}
{% set a = 1, 2 %}{{ a }}
{% for a, (b, c) in [[1, [2, 3]]] %}{{ a + b + c }}{% endfor %}
{% for k, v in d.items() %}{{ k }}={{ v }};{% endfor %}
{% for k, v in d %}{% endfor %}
{% for k in d %}{{ k }}{% endfor %}
{% for x in 1 %}{% endfor %}
{% for x in none %}{% endfor %}
{% for x in undefined_ %}a{% else %}b{% endfor %}
{% for x in [] %}a{% else %}b{% endfor %}
{% for x in [1] %}{% continue %}{% else %}E{% endfor %}
{% for x in [1, 2] %}{% break %}{% else %}E{% endfor %}
{% for x in [1, 2, 3] %}{% if x == 2 %}{% continue %}{% endif %}{{ x }}{% endfor %}
{% for x in [1, 2, 3] %}{% if x == 2 %}{% break %}{% endif %}{{ x }}{% endfor %}
{% break %}
{% for x, y in [[1, 2], [3, 4]] if x > 1 %}{{ loop.previtem }}{{ loop.nextitem }}{{ x + y }}{% endfor %}
{% for x in l %}{{ loop }}{% endfor %}
{% for x, y in [[1, 2], [3, 4]] if y %}{{ loop.nextitem }}{{ x }}{% endfor %}
{% for x in [1] %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}
{% for x in l if x > 1 %}{{ loop.index }}/{{ loop.length }}:{{ x }} {% endfor %}
{% for x in l if loop.first %}{{ x }}{% endfor %}
{% for x in ls %}{{ loop.index0 }}{{ loop.revindex }}{{ loop.revindex0 }}{{ loop.first }}{{ loop.last }}{{ loop.previtem }}{{ loop.nextitem }}{{ loop.depth }}{{ loop.cycle('o', 'e') }} {% endfor %}
{% for x in [1, 1, 2, 2] %}{% if loop.changed(x) %}{{ x }}{% endif %}{% endfor %}
{% for x in [1] %}{% for y in [1, 2] %}{{ loop.length }}{% endfor %}{{ loop.length }}{% endfor %}{{ loop }}
{% for x in [1, 2] %}{% set loop = 3 %}{% endfor %}
{% for loop in [1] %}{% endfor %}
{% for x in [1, [2, [3]]] recursive %}{% if x is iterable %}({{ loop(x) }}){% else %}{{ x }}@{{ loop.depth }}{% endif %}{% endfor %}
{% for x in [1] %}{{ loop([2]) }}{% endfor %}
{% for x in l | map('string') %}{{ loop.last }}{{ x }}{% endfor %}
{% for x in l | map('string') %}{{ loop.length }}{{ loop.index }}{% endfor %}
{% set g = l | map('string') %}{{ g | list }}{{ g | list }}
{% for x in range(3) %}{{ loop.nextitem is defined }}{% endfor %}
{% for x in [none, false] %}{{ loop.previtem }}{{ loop.nextitem }}|{% endfor %}
{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }}|{{ m(1, 3) }}|{{ m(a=1, c=4) }}|{{ m() }}
{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}{{ m(none) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(1, 2) }}
{% macro m(a) %}{{ a }}{% endmacro %}{{ m(b=2) }}
{% macro m(a) %}{{ varargs }}{{ kwargs }}{% endmacro %}{{ m(1, 2, 3, x=4) }}
{% macro m(a=1, b) %}{% endmacro %}
{% macro m(a, a) %}{% endmacro %}
{% macro m() %}{{ x }}{% endmacro %}{% set x = 1 %}{{ m() }}{% set x = 2 %}{{ m() }}
{% macro m() %}{% set s = 'in' %}{{ s }}{% endmacro %}{{ m() }}{{ s }}
{% macro m(n) %}{{ n }}{% if n > 0 %}{{ m(n - 1) }}{% endif %}{% endmacro %}{{ m(3) }}
{% macro m() %}<{{ caller() }}>{% endmacro %}{% call m() %}in{% endcall %}
{% macro m() %}{{ caller('x') }}{% endmacro %}{% call(a) m() %}[{{ a }}]{% endcall %}
{% macro m() %}{{ caller is defined }}{% endmacro %}{{ m() }}
{% macro m() %}x{% endmacro %}{% call m() %}in{% endcall %}
{% macro m(a) %}{% endmacro %}{{ m.name }}{{ m.arguments }}{{ m.caller }}
{% macro m() %}{% endmacro %}{{ m }}{{ m() is string }}
{% if x is defined and x %}a{% elif n > 5 %}b{% else %}c{% endif %}
{% if n == 7: %}a{% endif %}
{% set x %}a{{ n }}b{% endset %}{{ x | length }}{{ x }}
{% set x | upper | replace('A', '-') %}abc{% endset %}{{ x }}
{% filter upper | replace('A', '-') %}abc{{ s }}{% endfilter %}
{% with a = 1, b = n %}{{ a }}{{ b }}{% set n = 3 %}{{ n }}{% endwith %}{{ n }}{{ a }}
{% with n = 1, m = n %}{{ m }}{% endwith %}
{% generation %}a{% set q = 1 %}{{ n }}{% endgeneration %}{{ q }}
{% for x in [1] %}{% generation %}{{ loop.index }}{{ x }}{% endgeneration %}{% endfor %}
{% raw %}{{ x }}{% if %}{# c #}{% endraw %}
{%- raw -%}  {{ x }}  {%- endraw -%}  a
{% raw %}a
{% endraw %}
{% raw %}a
{# a comment {{ x }} #}b{#- c -#}  d
{# open
{% block a %}x{{ n }}{% endblock %}{{ n }}
{% set q = 1 %}{% for x in [1] %}{% set z = 1 %}{% block a %}{{ q }}{{ z }}{{ x }}{% endblock %}{% endfor %}
{% block a %}{% endblock %}{% block a %}{% endblock %}
{% print n, s %}
{% include 'x' %}
{% import 'x' as y %}
{% extends 'x' %}
{% nope %}
{% endif %}
{% if %}{% endif %}
{% if true %}
{% for x in l %}{% endif %}
{{ n
{{ 'a }}
{{ (1] }}
{{ 1 ) }}
{{ }}
{% %}
{{ {'a': {'b': 1}} }}
{{ {'a': {'b': 1}}['a'] }}
{{ x | nope if false else 1 }}
{% if false %}{{ x | nope }}{% endif %}ok
{% for x in [] %}{{ x | nope }}{% endfor %}ok
{% if no %}{% for x in [1] %}{{ x is nope }}{% endfor %}{% endif %}ok
{% set true = 1 %}
{% set s.upper = 1 %}
{% set x = 1 %}{% set x = x + 1 %}{{ x }}
{% do l.append(1) %}
{{- ' a ' -}}  b
a  {{- ' b ' }}
{{+ 1 }}
{%+ if true +%}  x{% endif %}
{% set ns = namespace(a=[1]) %}{% set ns.a = ns.a + [2] %}{{ ns }}
{% for m in messages %}{{ m.role }}{% if not loop.last %},{% endif %}{% endfor %}
{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Roles') }}{% endif %}{% endfor %}ok
{% for m in messages[1:] %}{{ messages[loop.index0 - 1].role }}{% endfor %}
{% set x = {'a': 1} %}{% for k in x %}{{ x[k] }}{% endfor %}
{% set x = s.split(' ') %}{{ x[0] }}{{ x | last }}
{% set f = s.upper %}{{ f() }}{% set g = d.get %}{{ g('a') }}
"""

# White space around tags, where \n and \t stand for themselves.
SPACES = [
    "a\n{% if yes %}\nb\n{% endif %}\nc\n", "a\n  {% if yes %}\n  b\n  {% endif %}\nc", "a\n  {%+ if yes %}\n  b\n  {%+ endif %}\nc", "a  {% if yes %}  b  {% endif %}  c",
    "a\n  {%- if yes -%}\n  b\n  {%- endif -%}\nc", "a\n  {{ n }}\nb\n", "a\n  {{- n -}}\nb", "  {% set x = 1 %}  \nb", "\t{# c #}\nb", "a\n  {# c #}\nb", "a\n  {#- c -#}\n  b",
    "a {#+ c #}\nb", "x\n\n", "x\r\ny\r\n", "\n{% if yes %}\n\nx{% endif %}", "{% if yes %}\r\nx{% endif %}", "a\u00a0{%- if yes %}b{% endif %}", "a\u200b {%- if yes %}b{% endif %}", "a\u0085{{- n }}",
    "{% for x in l %}\n  {{ x }}\n{% endfor %}\n", "{% for x in l -%}\n  {{ x }}\n{%- endfor %}\n", "a\n \t {% if yes %}b{% endif %}", "  {% raw %}  x  {% endraw %}  ", "\n  {% raw %}\n x\n  {% endraw %}\ny", "{{ 'a' }}\n\n{{ 'b' }}", "{{ s }} {% if yes +%}\nx{% endif %}",
    "a{% if yes %} {% endif %}b", "{%if yes%}x{%endif%}", "{%-if yes-%} x {%-endif-%}", "{{s}}{{-s-}}", "{ { s } }{%", "{", "{ %", "a }} %} #} b", "", "\n", " ",
]


def expressions():
    """Cuts each line at its bars, but not at those of filters: a filter's name stands behind them."""
    names = "|".join(sorted(DEFAULT_FILTERS, key=len, reverse=True)) + "|nope"
    for line in EXPRESSIONS.replace("\\\nb'", "\\\x00b'").strip().split("\n"):
        whole = ""
        for part in line.split(" | "):
            if whole and re.match(rf"(?:{names})\b", part):
                whole += " | " + part
                continue
            if whole:
                yield whole
            whole = part
        yield whole


SNIPPETS = ["{{ " + expression + " }}" for expression in expressions()] + BLOCKS.strip("\n").replace("{% raw %}a\n{% endraw %}", "{% raw %}a\x00{% endraw %}").split("\n") + SPACES
SNIPPETS = [snippet.replace("\x00", "\n") for snippet in SNIPPETS]
