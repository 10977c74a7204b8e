import { describe, expect, it } from 'vitest';
import { createFields, fieldScope } from '../../../src/importing/fields.ts';
import { templateText } from '../../../src/importing/handlebars/text.ts';
import { parseJinja } from '../../../src/importing/jinja/parse.ts';
import { writeTemplate } from '../../../src/importing/jinja/write.ts';

/** The template of ours, and what was told with the text that it is about. */
function translated(text: string): { readonly template: string; readonly told: readonly string[] } {
  const parsed = parseJinja(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const told: string[] = [];
  const notes = {
    tell: ({ start, end }: { start: number; end: number }, message: string) =>
      void told.push(`${text.slice(start, end)}: ${message}`),
  };
  const scope = fieldScope(createFields());
  const pieces = writeTemplate(parsed.value.nodes, { text, scope, notes, files: () => notes });
  return { template: templateText(pieces), told };
}

describe('what carries over from Jinja', () => {
  it.each([
    ['a {{ x }} b', 'a {{input.x}} b'],
    ['{{x.y["z w"][0]}}', '{{input.x.y.[z w].[0]}}'],
    ['{{- x -}}', '{{~input.x~}}'],
    ['{{ x | default("a") }}', '{{default input.x "a"}}'],
    ["{{ x | d('it\\'s \"q\"') }}", '{{default input.x "it\'s \\"q\\""}}'],
    ['{{ x | trim | upper }}{{ x.lower() }}', '{{upper (trim input.x)}}{{lower input.x}}'],
    [
      '{{ xs | length }} {{ xs|count }} {{ xs | first }}',
      '{{length input.xs}} {{length input.xs}} {{input.xs.[0]}}',
    ],
    ['{{ xs | join(", ") }}{{ xs | join }}', '{{join input.xs ", "}}{{join input.xs ""}}'],
    ['{{ x | tojson }}', '{{json input.x}}'],
    ['{{ x | safe | list }}', '{{input.x}}'],
    ['{{ x.get("a", "b") }}', '{{default input.x.a "b"}}'],
    ['{{ "a" ~ x ~ 1 }}{{ "b: " + x }}', 'a{{input.x}}1b: {{input.x}}'],
    ['{{ a if b else c }}', '{{#if input.b}}{{input.a}}{{else}}{{input.c}}{{/if}}'],
    ['{# a -- note #}', '{{!-- a - - note --}}'],
    ['{% raw %}{{ x }} {% if %}{% endraw %}', '\\{{ x }} {% if %}'],
    [
      '{% if a %}1{% elif b %}2{% else %}3{% endif %}',
      '{{#if input.a}}1{{else if input.b}}2{{else}}3{{/if}}',
    ],
    ['{% if not a and (b or c) %}1{% endif %}', '{{#if (and (not input.a) (or input.b input.c))}}1{{/if}}'],
    ['{% if a == "x" and b != 2 %}1{% endif %}', '{{#if (and (eq input.a "x") (ne input.b 2))}}1{{/if}}'],
    [
      '{% if a <= 2 or a >= -5 %}1{% endif %}',
      '{{#if (or (not (gt input.a 2)) (not (lt input.a -5)))}}1{{/if}}',
    ],
    ['{% if a in ["x", "y"] %}1{% endif %}', '{{#if (or (eq input.a "x") (eq input.a "y"))}}1{{/if}}'],
    ['{% if a not in ("x",) %}1{% endif %}', '{{#if (ne input.a "x")}}1{{/if}}'],
    ['{{ a or "b" }}', '{{#if input.a}}{{input.a}}{{else}}b{{/if}}'],
    [
      '{{ a and b or c }}',
      '{{#if (and input.a input.b)}}{{#if input.a}}{{input.b}}{{else}}{{input.a}}{{/if}}{{else}}{{input.c}}{{/if}}',
    ],
    [
      '{% set g = a or b %}{{ g }}{% if g %}1{% endif %}',
      '{{#if input.a}}{{input.a}}{{else}}{{input.b}}{{/if}}{{#if (or input.a input.b)}}1{{/if}}',
    ],
    [
      '{% for x in xs or [] %}{{ x }}{% endfor %}{% for y in ys | default([]) %}{{ y }}{% endfor %}',
      '{{#each input.xs as |x|}}{{x}}{{else}}{{/each}}{{#each input.ys as |y|}}{{y}}{{else}}{{/each}}',
    ],
    ['{% verbatim %}{{ x }}{% endverbatim %}', '\\{{ x }}'],
    ['{{ "it\'s" }} {{ x }}', "it's {{input.x}}"],
    ['{% if a | default("") %}1{% endif %}', '{{#if input.a}}1{{/if}}'],
    [
      '{% for x in xs %}{{ x.n }}{{ y }}{% endfor %}',
      '{{#each input.xs as |x|}}{{x.n}}{{@root.input.y}}{{/each}}',
    ],
    ['{% for x in xs %}{{ x }}{% else %}0{% endfor %}', '{{#each input.xs as |x|}}{{x}}{{else}}0{{/each}}'],
    ['{% for k, v in o.items() %}{{k}}={{v}}{% endfor %}', '{{#each input.o as |v k|}}{{k}}={{v}}{{/each}}'],
    [
      '{% for x in xs if x.ok %}{{x.n}}{% endfor %}',
      '{{#each input.xs as |x|}}{{#if x.ok}}{{x.n}}{{/if}}{{/each}}',
    ],
    [
      '{% for input in xs %}{{ input }}{% endfor %}',
      '{{#each input.xs as |input_item|}}{{input_item}}{{/each}}',
    ],
    [
      '{% for x in xs %}{% if loop.index > 1 %},{% endif %}{% if loop.last %}.{% endif %}{% endfor %}',
      '{{#each input.xs as |x|}}{{#if (gt @index 0)}},{{/if}}{{#if @last}}.{{/if}}{{/each}}',
    ],
    ['{% set g = x.a %}{{ g }}{{ g.b }}', '{{input.x.a}}{{input.x.a.b}}'],
    ['{"a": {{ x }}}', '{"a": {{input.x}}{{!}}}'],
    ['{a}{ {{ x }} }', '{a}{ {{input.x}} }'],
    ['{{ 1 }}{{ none }}{{ true }}', '1true'],
    ['C:\\{{ x }}', 'C:\\\\{{input.x}}'],
    ['{{ "%s: %s, 100%%" | format(a, b.c) }}', '{{input.a}}: {{input.b.c}}, 100%'],
    ['{% if "%s" | format(a) == "x" %}1{% endif %}', '{{#if (eq input.a "x")}}1{{/if}}'],
  ])('%s', (text, template) => {
    expect(translated(text)).toEqual({ template, told: [] });
  });

  it.each<readonly [string, string, ...string[]]>([
    ['{{ x | replace("a", "b") }}', '{{input.x}}', 'no filter `replace`'],
    [
      '{{ "%.2f" | format(item.price) }}',
      '{{input.item.price}}',
      'as the value itself, not in the form `%.2f`',
    ],
    ['{{ "%5d of %d" | format(a, b) }}', '{{input.a}} of {{input.b}}', 'not in the form `%5d`, `%d`'],
    [
      '{{ f | format(x) }}',
      '{{!-- not imported: {{ f | format(x) }} --}}',
      '`format` has no counterpart for such a pattern',
    ],
    [
      '{{ "%(n)s" | format(n=x) }}',
      '{{!-- not imported: {{ "%(n)s" | format(n=x) }} --}}',
      '`format` has no counterpart for such a pattern',
    ],
    [
      '{{ "%s %s" | format(x) }}',
      '{{!-- not imported: {{ "%s %s" | format(x) }} --}}',
      '`format` has no counterpart for such a pattern',
    ],
    ['{{ x | truncate(9) }}', '{{truncate input.x 9}}', 'without … behind them'],
    ['{{ a * 2 }}', '{{!-- not imported: {{ a * 2 }} --}}', 'calculation with `*`'],
    ['{{ f(x) }}', '{{!-- not imported: {{ f(x) }} --}}', '`f()`'],
    ['{{ x.split(",") }}', '{{!-- not imported: {{ x.split(",") }} --}}', '`.split()`'],
    ['{{ {"a": 1} }}', '{{!-- not imported: {{ {"a": 1} }} --}}', 'the dict'],
    [
      '{% if x is string %}1{% elif y %}2{% endif %}',
      '{{!-- not imported: {% if x is string %} --}}{{#if input.y}}2{{/if}}',
      '`is string`',
      'the text under this condition is left out',
    ],
    [
      '{% if x is string %}1{% else %}2{% endif %}',
      '{{!-- not imported: {% if x is string %} --}}',
      '`is string`',
      'and that of its `else`',
    ],
    [
      '{% if a is defined and b is not none %}1{% endif %}',
      '{{#if (and input.a input.b)}}1{{/if}}',
      '`is defined` takes an empty text or list, 0 and false for nothing',
      '`is not none`',
    ],
    ['{{ x | e }}', '{{input.x}}', 'nothing is escaped'],
    ['{{ (a or b) | upper }}', '{{!-- not imported: {{ (a or b) | upper }} --}}', 'the value of `or`'],
    [
      '{% if 1 < a < 3 %}1{% endif %}',
      '{{!-- not imported: {% if 1 < a < 3 %} --}}',
      'a chain of comparisons',
      'under this condition',
    ],
    [
      '{% for x in xs if x.ok %}{{ x.n }}{% if not loop.last %}, {% endif %}{% endfor %}',
      '{{#each input.xs as |x|}}{{#if x.ok}}{{x.n}}{{#if (not @last)}}, {{/if}}{{/if}}{{/each}}',
      '`loop` counts all items',
    ],
    [
      '{% for x in xs if x.ok %}{{ x.n }}{% else %}none{% endfor %}',
      '{{#each input.xs as |x|}}{{#if x.ok}}{{x.n}}{{/if}}{{else}}none{{/each}}',
      'its `else` asks for all items',
    ],
    ['{% set ns.a = 1 %}b', '{{!-- not imported: {% set ns.a = 1 %} --}}b', '{% set %}'],
    ['{% set a, b = 1, 2 %}c', '{{!-- not imported: {% set a, b = 1, 2 %} --}}c', '{% set %}'],
    [
      '{% switch x %}{% case 1 %}a{% default %}b{% endswitch %}',
      '{{!-- not imported: {% switch x %}{% case 1 %}a{% default %}b{% endswitch %} --}}',
      '{% switch %}',
    ],
    ['{{ x.constructor() }}', '{{!-- not imported: {{ x.constructor() }} --}}', '`.constructor()`'],
    ['{{ x | constructor }}', '{{input.x}}', 'no filter `constructor`'],
    ['{{ loop.constructor }}', '{{!-- not imported: {{ loop.constructor }} --}}', '`loop.constructor`'],
    [
      '{% for i in range(3) %}a{% endfor %}',
      '{{!-- not imported: {% for i in range(3) %}a{% endfor %} --}}',
      '`range()`',
    ],
    [
      '{% macro m(a) %}{{ a }}{% endmacro %}b',
      '{{!-- not imported: {% macro m(a) %}{{ a }}{% endmacro %} --}}b',
      '{% macro %}',
    ],
    [
      '{% for x in xs %}{{ loop.index }}{% endfor %}',
      '{{#each input.xs as |x|}}{{@index}}{{/each}}',
      'counts from 0',
    ],
    ['{% for x in xs[:2] %}{{ x }}{% endfor %}', '{{#each input.xs as |x|}}{{x}}{{/each}}', 'the whole list'],
    [
      '{% if a %}{% set b = c %}{{ b }}{% endif %}',
      '{{#if input.a}}{{input.c}}{{/if}}',
      'up to the end of the block',
    ],
  ])('tells what does not: %s', (text, template, ...messages) => {
    const { template: written, told } = translated(text);
    expect(written).toBe(template);
    expect(told).toEqual(messages.map((message): unknown => expect.stringContaining(message)));
  });

  it('stands names for names without growing beyond all measure', () => {
    const sets = Array.from({ length: 60 }, (_, at) => `{% set a${at + 1} = a${at} or a${at} %}`);
    const { template, told } = translated(`{% set a0 = b or c %}${sets.join('')}{% if a60 %}1{% endif %}`);
    expect(template.length).toBeLessThan(100_000);
    expect(told[0]).toContain('an expression of more than 500 parts');
    const many = Array.from({ length: 20_000 }, (_, at) => `{% set b${at} = c %}`).join('');
    expect(translated(`${many}{{ b0 }}`)).toEqual({ template: '{{input.c}}', told: [] });
  });
});

describe('mistakes of Jinja', () => {
  it.each([
    ['a {{ x', 'never closed', '{{ x'],
    ['{% if x %}a', '{% if %} is never closed', '{% if x %}'],
    ['a{% endif %}', '{% endif %} closes nothing', '{% endif %}'],
    ['{% for x %}{% endfor %}', 'no `in`', '{% for x %}'],
    ['{{ a b }}', 'unexpected `b`', 'b'],
    ['{{ a | }}', 'the tag ends', ' a | '],
    ['{{ }}', 'empty', '{{ }}'],
    ['{% nonsense %}', 'no tag {% nonsense %}', '{% nonsense %}'],
    ['{% raw %}a', 'never closed', '{% raw %}'],
    ['{{ a @ b }}', 'unexpected `@`', '@'],
    [`{{ ${'('.repeat(300)}a${')'.repeat(300)} }}`, 'nested too deeply', '('],
    ['{% if a %}'.repeat(300), 'nested too deeply', '{% if a %}'],
  ])('%s', (text, message, at) => {
    const parsed = parseJinja(text);
    if (parsed.ok) throw new Error('was parsed');
    expect(parsed.error.message).toContain(message);
    expect(text.slice(parsed.error.start, parsed.error.end)).toBe(at);
  });
});
