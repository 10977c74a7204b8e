import { describe, expect, test } from 'vitest';
import { helperReference } from '../../src/template/helpers.ts';
import { line, problemsOf, type Partials } from './support.ts';

const partials: Partials = {
  style: 'Be kind.\n',
  upwards: 'x {{../name}}',
  inside: '{{#each items}}{{../name}}{{/each}}',
  above: '{{#each items}}{{../../name}}{{/each}}',
  self: 'a {{> self}}',
  ping: '{{> pong}}',
  pong: '{{> ping}}',
  place: '{{@index}}',
};

/** Template, and each mistake as a line. */
const refused: readonly (readonly [template: string, ...mistakes: string[]])[] = [
  // Blocks
  [
    '{{#input.items}}x{{/input.items}}',
    'template-refused "{{#input.items}}": {{#input.items}} does not say whether it is a condition or a loop | write {{#if input.items}}, {{#each input.items}} or {{#with input.items}}',
  ],
  [
    '{{^input.items}}x{{/input.items}}',
    'template-refused "{{^input.items}}": {{^input.items}} is not supported | write {{#unless input.items}}',
  ],
  [
    '{{^if input.items}}x{{/if}}',
    'template-refused "{{^if input.items}}": {{^if}} is not supported | write {{#unless …}}',
  ],
  [
    '{{#this.if}}x{{/this.if}}',
    'template-refused "{{#this.if}}": {{#this.if}} does not say whether it is a condition or a loop | write {{#if this.if}}, {{#each this.if}} or {{#with this.if}}',
  ],
  [
    '{{#eq a b}}x{{/eq}}',
    'template-refused "{{#eq a b}}": `eq` is a helper, not a block | write {{#if (eq …)}}…{{/if}}',
  ],
  [
    '{{#lookup a b}}x{{/lookup}}',
    'template-refused "{{#lookup a b}}": there is no block {{#lookup}} | blocks: if, unless, each, with',
  ],
  [
    '{{#unles a b}}x{{/unles}}',
    'unknown-helper "{{#unles a b}}": there is no block {{#unles}} | did you mean {{#unless}}?',
  ],
  [
    '{{#if}}x{{/if}}',
    'wrong-arguments "{{#if}}": {{#if}} takes 1 argument, not 0 | write {{#if input.text}}',
  ],
  [
    '{{#if eq a b}}x{{/if}}',
    'wrong-arguments "{{#if eq a b}}": {{#if}} takes 1 argument, not 3 | a helper call stands in parentheses: {{#if (eq a b)}}',
  ],
  [
    '{{#if a = b}}x{{/if}}',
    'template-refused "a = b": a = b: helpers and blocks have no named arguments | to compare, write (eq a b)',
  ],
  [
    '{{#each a reverse=true}}x{{/each}}',
    'template-refused "reverse=true": reverse=true: helpers and blocks have no named arguments | to compare, write (eq reverse true)',
  ],
  [
    '{{#if a as |x|}}x{{/if}}',
    'wrong-arguments "{{#if a as |x|}}": {{#if}} has no block parameters | to name a value, write {{#with value as |name|}}',
  ],
  [
    '{{#with a as |x y|}}x{{/with}}',
    'wrong-arguments "{{#with a as |x y|}}": {{#with}} has at most 1 block parameter, not 2 | write {{#with value as |name|}}',
  ],
  [
    '{{#each a as |x y z|}}x{{/each}}',
    'wrong-arguments "{{#each a as |x y z|}}": {{#each}} has at most 2 block parameters, not 3 | write {{#each value as |item index|}}',
  ],
  [
    '{{#each a as |length|}}x{{/each}}',
    'template-refused "{{#each a as |length|}}": `length` is the name of a helper, so nothing else can be called so | choose another name',
  ],
  // Expressions
  [
    '{{"text"}}',
    'template-refused "{{\\"text\\"}}": {{"text"}} is not an expression | write the text itself, without {{ }}',
  ],
  ['{{1}}', 'template-refused "{{1}}": {{1}} is not an expression | write the text itself, without {{ }}'],
  [
    '{{true}}',
    'template-refused "{{true}}": {{true}} is not an expression | write the text itself, without {{ }}',
  ],
  [
    '{{null}}',
    'template-refused "{{null}}": {{null}} is not an expression | write the text itself, without {{ }}',
  ],
  [
    '{{"upper" a}}',
    'template-refused "{{\\"upper\\" a}}": {{"upper" a}} is not an expression | write the text itself, without {{ }}',
  ],
  [
    '{{json undefined}}',
    'template-refused "undefined": undefined is not a value | write null, or leave the argument out',
  ],
  [
    '{{if a b c}}',
    'template-refused "{{if a b c}}": `if` is a block, not a helper | write {{#if …}}…{{/if}}',
  ],
  [
    '{{lookup input "text"}}',
    'template-refused "{{lookup input \\"text\\"}}": `lookup` is not supported | write the path itself: steps.classify.output.topic',
  ],
  ['{{log input.text}}', 'template-refused "{{log input.text}}": `log` is not supported | remove it'],
  [
    '{{lookup}}',
    'template-refused "lookup": `lookup` is the name of a Handlebars helper, so a path cannot begin with it | a field of that name is written this.lookup',
  ],
  [
    '{{length.x}}',
    'template-refused "length.x": `length` is the name of a helper, so a path cannot begin with it | a field of that name is written this.length.x',
  ],
  [
    '{{json default}}',
    'template-refused "default": `default` is the name of a helper, so a path cannot begin with it | a field of that name is written this.default',
  ],
  [
    '{{with}}',
    'template-refused "with": `with` is the name of a block, so a path cannot begin with it | a field of that name is written this.with',
  ],
  [
    '{{input.review id}}',
    'unknown-helper "input.review": `input.review` is not a helper, so nothing can follow it | a name with spaces: {{input.[review id]}}',
  ],
  [
    '{{upper (input.my review id)}}',
    'unknown-helper "input.my": `input.my` is not a helper, so nothing can follow it | a name with spaces: {{input.[my review id]}}',
  ],
  [
    '{{input.price (EUR net) 2}}',
    'unknown-helper "input.price": `input.price` is not a helper, so nothing can follow it | a name with spaces: {{input.[price (EUR net) 2]}}',
  ],
  [
    '{{#if (eq input.order id 1)}}x{{/if}}',
    'wrong-arguments "(eq input.order id 1)": `eq` takes 2 arguments, not 3 | a name with spaces: input.[order id]',
  ],
  [
    '{{truncate input.my order id 80}}',
    'wrong-arguments "{{truncate input.my order id 80}}": `truncate` takes 2 arguments, not 4 | a name with spaces: input.[my order id]',
  ],
  [
    '{{eq input.a input.b 3}}',
    'wrong-arguments "{{eq input.a input.b 3}}": `eq` takes 2 arguments, not 3 | write (eq value value)',
  ],
  [
    '{{input.text (upper input.name)}}',
    'unknown-helper "input.text": `input.text` is not a helper, so nothing can follow it | helpers: eq, ne, gt, lt, and, or, not, json, join, lower, upper, trim, default, length, truncate',
  ],
  [
    '{{input.text upper}}',
    'unknown-helper "input.text": `input.text` is not a helper, so nothing can follow it | a helper stands before its arguments: {{upper input.text}}',
  ],
  [
    '{{ a.b if c else a.d }}',
    'unknown-helper "a.b": `a.b` is not a helper, so nothing can follow it | write {{#if c}}{{a.b}}{{else}}{{a.d}}{{/if}}',
  ],
  [
    "{{ 'yes' if not c else 'no' }}",
    `template-refused "{{ 'yes' if not c else 'no' }}": {{ 'yes' if not c else 'no' }} is not an expression | write {{#if (not c)}}yes{{else}}no{{/if}}`,
  ],
  ['{{a if b}}', 'unknown-helper "a": there is no helper `a` | write {{#if b}}{{a}}{{/if}}'],
  [
    '{{a.b.}}',
    'template-syntax "a.b.": the path `a.b.` ends in a point | write `a.b` without it, or the name that is to follow',
  ],
  [
    '{{#if (upper a.b.)}}x{{/if}}{{#each c.}}x{{/each}}',
    'template-syntax "a.b.": the path `a.b.` ends in a point | write `a.b` without it, or the name that is to follow',
    'template-syntax "c.": the path `c.` ends in a point | write `c` without it, or the name that is to follow',
  ],
  [
    '{{a ? b : "none"}}',
    'unknown-helper "a": there is no helper `a` | write {{#if a}}{{b}}{{else}}none{{/if}}',
  ],
  ['{{#if a}}x{{elif b}}y{{/if}}', 'unknown-helper "elif": there is no helper `elif` | write {{else if …}}'],
  [
    '{{#elseif b}}y{{/elseif}}',
    'unknown-helper "{{#elseif b}}": there is no block {{#elseif}} | write {{else if …}}',
  ],
  [
    '{{#if (gte a 1)}}x{{/if}}',
    'unknown-helper "gte": there is no helper `gte` | at least is not less: write (not (lt a b))',
  ],
  [
    '{{lte a 1}}',
    'unknown-helper "lte": there is no helper `lte` | at most is not greater: write (not (gt a b))',
  ],
  ['{{uper input.text}}', 'unknown-helper "uper": there is no helper `uper` | did you mean `upper`?'],
  [
    '{{json (frobnicate a)}}',
    `unknown-helper "frobnicate": there is no helper \`frobnicate\` | helpers: ${helperReference.map(({ name }) => name).join(', ')}`,
  ],
  [
    '{{input.upper a}}',
    `unknown-helper "input.upper": \`input.upper\` is not a helper, so nothing can follow it | helpers: ${helperReference.map(({ name }) => name).join(', ')}`,
  ],
  [
    '{{upper input.text locale="fr"}}',
    'template-refused "locale=\\"fr\\"": locale="fr": helpers and blocks have no named arguments | give the value alone',
  ],
  [
    '{{foo bar=1}}',
    'template-refused "bar=1": bar=1: helpers and blocks have no named arguments | give the value alone',
    `unknown-helper "foo": there is no helper \`foo\` | helpers: ${helperReference.map(({ name }) => name).join(', ')}`,
  ],
  // Where a path starts
  ['{{../a}}', 'template-refused "../a": `../a` goes above the root | write a'],
  ['{{..}}', 'template-refused "..": `..` goes above the root | write @root'],
  ['{{#each a}}{{../../b}}{{/each}}', 'template-refused "../../b": `../../b` goes above the root | write b'],
  ['{{#if a}}{{../b}}{{/if}}', 'template-refused "../b": `../b` goes above the root | write b'],
  ['{{@index}}', 'template-refused "@index": `@index` stands outside of {{#each}}'],
  ['{{#with a}}{{@key}}{{/with}}', 'template-refused "@key": `@key` stands outside of {{#each}}'],
  [
    '{{#each a}}{{else}}{{@first}}{{/each}}',
    'template-refused "@first": `@first` stands outside of {{#each}}',
  ],
  [
    '{{#each a}}{{@../index}}{{/each}}',
    'template-refused "@../index": `@../index` stands outside of so many {{#each}}',
  ],
  [
    '{{@level}}',
    'template-refused "@level": `@level` is not supported | the names with @ are @root, @index, @key, @first and @last',
  ],
  [
    '{{#each a}}{{@../root}}{{/each}}',
    'template-refused "@../root": `@../root` is not supported | the names with @ are @root, @index, @key, @first and @last',
  ],
  // Partials
  [
    '{{> (choose)}}',
    'template-refused "{{> (choose)}}": a partial cannot be chosen by an expression | choose by {{#if …}}{{> one}}{{else}}{{> other}}{{/if}}',
  ],
  [
    '{{> style input}}',
    'template-refused "{{> style input}}": a partial has no context of its own | give it named arguments: {{> name value=input.text}}',
  ],
  [
    '{{#> style}}x{{/style}}',
    'template-refused "{{#> style}}x{{/style}}": a partial with a block ({{#> …}}) is not supported | write {{> name}}, with arguments where it needs them: {{> name value=input.text}}',
  ],
  [
    '{{> @partial-block}}',
    'unknown-partial "@partial-block": there is no partial `@partial-block` | partials: style, upwards, inside, above, self, ping, pong, place',
  ],
  [
    '{{#*inline "x"}}y{{else}}z{{/inline}}',
    'template-refused "{{#*inline \\"x\\"}}y{{else}}z{{/inline}}": decorators and inline partials ({{* …}}) are not supported | put the text into a file of the partials folder',
  ],
  [
    '{{* decorate}}',
    'template-refused "{{* decorate}}": decorators and inline partials ({{* …}}) are not supported | put the text into a file of the partials folder',
  ],
  [
    '{{{{raw}}}}x{{{{/raw}}}}',
    'template-refused "{{{{": raw blocks ({{{{…}}}}) are not supported | to write {{ as text, put a backslash before it: \\{{',
  ],
  ['{{> styl}}', 'unknown-partial "styl": there is no partial `styl` | did you mean `style`?'],
  [
    '{{> style length=1}}',
    'template-refused "length=1": `length` is the name of a helper, so nothing else can be called so | choose another name',
  ],
  ['{{> self}}', 'recursive-partial "{{> self}}" in self: the partial `self` includes itself: self → self'],
  [
    '{{> ping}}',
    'recursive-partial "{{> ping}}" in pong: the partial `ping` includes itself: ping → pong → ping',
  ],
  [
    '{{#each a}}{{> upwards}}{{/each}}',
    'template-refused "../name" in upwards: `../name` leaves the partial | write @root.name, or give the partial an argument: {{> name value=…}}',
  ],
  [
    '{{#each a}}{{> above}}{{/each}}',
    'template-refused "../../name" in above: `../../name` leaves the partial | write @root.name, or give the partial an argument: {{> name value=…}}',
  ],
  ['{{> place}}', 'template-refused "@index" in place: `@index` stands outside of {{#each}}'],
];

describe('what is refused', () => {
  test.each(refused)('%j', (template, ...mistakes) => {
    expect(problemsOf(template, partials).map((problem) => line(problem, template, partials))).toEqual(
      mistakes,
    );
  });

  test('all mistakes of a template at once', () => {
    const template = '{{#if eq a b}}{{uper x}}{{/if}}{{"x"}}{{#each a}}{{> styl}}{{@level}}{{/each}}';
    expect(problemsOf(template, partials).map(({ code }) => code)).toEqual([
      'wrong-arguments',
      'unknown-helper',
      'template-refused',
      'unknown-partial',
      'template-refused',
    ]);
  });

  test('an unknown partial where there are none names the key to write', () => {
    expect(problemsOf('{{> style}}')).toMatchObject([{ hint: 'name their folder with `partials`' }]);
  });
});

describe('what is not refused', () => {
  test.each([
    '{{this.length}}',
    '{{./default}}',
    '{{@root.default}}',
    '{{[a b].[c.d]}}',
    '{{{input.text}}}{{&input.text}}',
    '{{#if a}}x{{^}}y{{/if}}',
    '{{#if a}}x{{else if b}}y{{else each c}}{{this}}{{/if}}',
    '{{#if true}}x{{/if}}',
    '{{#each a}}{{#each b}}{{@index}}{{@../index}}{{/each}}{{/each}}',
    '{{#each a}}{{> place}}{{> inside}}{{/each}}',
    '{{> style}}{{> "style"}}{{> [style]}}',
    '{{! any {{thing }}',
  ])('%j', (template) => {
    expect(problemsOf(template, partials)).toEqual([]);
  });
});
