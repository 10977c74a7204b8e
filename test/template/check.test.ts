import { describe, expect, test } from 'vitest';
import { checkTemplate } from '../../src/template/check.ts';
import type { JsonSchema } from '../../src/json/json.ts';
import type { ScopeNode, ScopeType } from '../../src/template/scope-type.ts';
import { compiled, line, type Partials } from './support.ts';

const value = (schema: JsonSchema): ScopeNode => ({ kind: 'value', schema });
const names = (entries: { readonly [name: string]: ScopeNode }, noun?: string): ScopeNode => ({
  kind: 'names',
  names: new Map(Object.entries(entries)),
  ...(noun !== undefined && { noun }),
});
const step = (output: JsonSchema): ScopeNode =>
  names({
    output: value(output),
    tool_calls: value({ type: 'array', items: { type: 'object', properties: { name: { type: 'string' } } } }),
    finish_reason: value({ type: ['string', 'null'] }),
  });

const input: JsonSchema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    text: { type: 'string' },
    count: { type: 'integer' },
    lang: { enum: ['en', 'fr', null] },
    note: { type: ['string', 'null'] },
    tags: { type: 'array', items: { type: 'string' } },
    free: {},
    orders: {
      type: 'array',
      items: {
        properties: { address: { type: ['object', 'null'], properties: { city: { type: 'string' } } } },
      },
    },
    pair: { type: 'array', prefixItems: [{ type: 'string' }, { type: 'number' }], items: false },
    items: {
      type: 'array',
      items: { type: 'object', properties: { name: { type: 'string' }, size: { type: ['number', 'null'] } } },
    },
  },
};

/** The output of a structured step, with references into itself. */
const classified: JsonSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['topic'],
  properties: {
    topic: { enum: ['order', 'billing', 'other'] },
    order_id: { type: ['string', 'null'] },
    address: { $ref: '#/$defs/address' },
    customer: { anyOf: [{ type: 'null' }, { $ref: '#/$defs/person' }] },
  },
  $defs: {
    address: { type: 'object', properties: { city: { type: 'string' } } },
    person: {
      type: 'object',
      properties: { name: { type: 'string' }, friends: { type: 'array', items: { $ref: '#/$defs/person' } } },
    },
  },
};

const scope: ScopeType = {
  names: new Map([
    ['input', value(input)],
    ['vars', names({ language: value({ type: 'string' }), many: value({ type: 'number' }) }, 'variable')],
    [
      'steps',
      names(
        {
          translate: step({ type: 'string' }),
          classify: step(classified),
          find: step({ type: 'object' }),
          talk: {
            kind: 'names',
            names: new Map([['output', value({ type: 'string' })]]),
            lacking: { tool_calls: 'the step `talk` calls no tools' },
          },
        },
        'step',
      ),
    ],
  ]),
  mayBeAbsent: [['steps', 'find']],
  present: [],
  elsewhere: { env: 'env is only for the headers of a tool', args: 'args is only for the request of a tool' },
};

function found(
  template: string,
  changes: Partial<ScopeType> = {},
  partials: Partials = {},
): readonly string[] {
  return checkTemplate(compiled(template, partials), { ...scope, ...changes }).map((problem) =>
    line(problem, template, partials),
  );
}

describe('paths that lead nowhere', () => {
  test.each([
    ['{{imput.text}}', 'unknown-path "imput": there is no `imput` here | did you mean `input`?'],
    [
      '{{#if input.text}}x{{elif}}y{{/if}}',
      'unknown-path "elif": there is no `elif` here | write {{else if …}}',
    ],
    ['{{foo}}', 'unknown-path "foo": there is no `foo` here | known: input, vars, steps'],
    ['{{input.txt}}', 'unknown-path "txt": `input` has no `txt` | did you mean `text`?'],
    [
      '{{input.zzzzz}}',
      'unknown-path "zzzzz": `input` has no `zzzzz` | known: id, text, count, lang, note, tags, free, orders, pair, items',
    ],
    ['{{vars.langage}}', 'unknown-path "langage": there is no variable `langage` | did you mean `language`?'],
    [
      '{{steps.translte.output}}',
      'unknown-path "translte": there is no step `translte` | did you mean `translate`?',
    ],
    [
      '{{steps.translate.outptu}}',
      'unknown-path "outptu": `steps.translate` has no `outptu` | did you mean `output`?',
    ],
    [
      '{{steps.classify.topic}}',
      'unknown-path "topic": `steps.classify` has no `topic` | did you mean `output.topic`?',
    ],
    ['{{steps.talk.tool_calls}}', 'misplaced-name "tool_calls": the step `talk` calls no tools'],
    [
      '{{#with steps.talk}}{{tool_calls}}{{/with}}',
      'misplaced-name "tool_calls": the step `talk` calls no tools',
    ],
    [
      '{{steps.classify.output.topc}}',
      'unknown-path "topc": `steps.classify.output` has no `topc` | did you mean `topic`?',
    ],
    [
      '{{steps.classify.output.address.town}}',
      'unknown-path "town": `steps.classify.output.address` has no `town` | known: city',
    ],
    [
      '{{steps.classify.output.topic.x}}',
      'unknown-path "x": `steps.classify.output.topic` is text, so it has no `x`',
    ],
    [
      '{{input.text.length}}',
      'unknown-path "length": `input.text` is text, so it has no `length` | write (length input.text)',
    ],
    ['{{input.count.x}}', 'unknown-path "x": `input.count` is a number, so it has no `x`'],
    [
      '{{input.tags.first}}',
      'unknown-path "first": `input.tags` is a list, so it has no `first` | write {{#each input.tags}}, or input.tags.[0] for its first item',
    ],
    [
      '{{input.pair.[2]}}',
      'unknown-path "[2]": `input.pair` is a list, so it has no `2` | write {{#each input.pair}}, or input.pair.[0] for its first item',
    ],
    ['{{@root.imput}}', 'unknown-path "imput": there is no `imput` here | did you mean `input`?'],
    ['{{#if input.txt}}x{{/if}}', 'unknown-path "txt": `input` has no `txt` | did you mean `text`?'],
    ['{{default input.txt ""}}', 'unknown-path "txt": `input` has no `txt` | did you mean `text`?'],
    [
      '{{#each input.items}}{{nam}}{{/each}}',
      'unknown-path "nam": an item of `input.items` has no `nam` | did you mean `name`?',
    ],
    [
      '{{#each input.items as |item|}}{{item.nam}}{{/each}}',
      'unknown-path "nam": an item of `input.items` has no `nam` | did you mean `name`?',
    ],
    [
      '{{#each input.items}}{{../imput}}{{/each}}',
      'unknown-path "imput": there is no `imput` here | did you mean `input`?',
    ],
    [
      '{{#with steps.classify.output}}{{topc}}{{/with}}',
      'unknown-path "topc": `steps.classify.output` has no `topc` | did you mean `topic`?',
    ],
    [
      '{{#with steps.classify}}{{output.topc}}{{/with}}',
      'unknown-path "topc": `steps.classify.output` has no `topc` | did you mean `topic`?',
    ],
    [
      '{{#each input.tags}}{{this.x}}{{/each}}',
      'unknown-path "x": an item of `input.tags` is text, so it has no `x`',
    ],
    [
      '{{#each input.tags}}{{@index.x}}{{/each}}',
      'unknown-path "x": the value is a number, so it has no `x`',
    ],
    // In a block the context is another.
    [
      '{{#each input.items}}{{input.text}}{{/each}}',
      'unknown-path "input": an item of `input.items` has no `input` | inside {{#each}} write @root.input.text',
    ],
    [
      '{{#each input.tags}}{{vars.language}}{{/each}}',
      'unknown-path "vars": an item of `input.tags` is text, so it has no `vars` | inside {{#each}} write @root.vars.language',
    ],
    [
      '{{#with input}}{{vars.language}}{{/with}}',
      'unknown-path "vars": `input` has no `vars` | inside {{#with}} write @root.vars.language',
    ],
    // Names of another place
    ['{{env.TOKEN}}', 'misplaced-name "env": env is only for the headers of a tool'],
    [
      '{{#each input.tags}}{{@root.args.x}}{{/each}}',
      'misplaced-name "args": args is only for the request of a tool',
    ],
    ['{{__proto__.x}}', 'unknown-path "__proto__": there is no `__proto__` here | known: input, vars, steps'],
    [
      '{{input.constructor}}',
      'unknown-path "constructor": `input` has no `constructor` | known: id, text, count, lang, note, tags, free, orders, pair, items',
    ],
    [
      '{{steps.hasOwnProperty.output}}',
      'unknown-path "hasOwnProperty": there is no step `hasOwnProperty` | known: translate, classify, find, talk',
    ],
  ])('%s', (template, expected) => {
    expect(found(template)).toEqual([expected]);
  });
});

describe('paths that lead somewhere', () => {
  test.each([
    '{{input.text}} {{vars.language}} {{steps.translate.output}}',
    '{{steps.classify.output.address.city}}',
    '{{#if steps.classify.output.customer}}{{steps.classify.output.customer.friends.0.friends.length}}{{/if}}',
    '{{#with steps.classify.output.customer}}{{name}}{{#each friends}}{{name}}{{/each}}{{/with}}',
    '{{input.pair.[1]}}{{input.tags.[7]}}{{input.tags.length}}',
    '{{input.free}}{{input.free.anything.at.all}}',
    '{{#each input.items}}{{name}}{{@index}}{{@key}}{{@first}}{{this}}{{@root.input.text}}{{../input.text}}{{/each}}',
    '{{#each input.items as |item i|}}{{item.name}}{{i}}{{@root.input.text}}{{/each}}',
    '{{#each steps.translate.tool_calls}}{{name}}{{/each}}',
    '{{#with steps}}{{translate.output}}{{/with}}',
    '{{#each input.free}}{{x.y}}{{/each}}',
    '{{json (default steps.find.output null)}}',
    '{{#if steps.find}}{{steps.find.output.anything}}{{/if}}',
  ])('%s', (template) => {
    expect(found(template)).toEqual([]);
  });
});

describe('what is not a value', () => {
  test.each([
    [
      '{{steps.translate}}',
      'not-a-value "steps.translate": `steps.translate` is not a value | write steps.translate.output',
    ],
    [
      '{{json steps}}',
      'not-a-value "steps": `steps` is not a value | name one of its parts: steps.translate, steps.classify, steps.find, steps.talk',
    ],
    [
      '{{vars}}',
      'not-a-value "vars": `vars` is not a value | name one of its parts: vars.language, vars.many',
    ],
    [
      '{{this}}',
      'not-a-value "this": the whole scope is not a value | name one of its parts: input, vars, steps',
    ],
    [
      '{{json @root}}',
      'not-a-value "@root": the whole scope is not a value | name one of its parts: input, vars, steps',
    ],
    [
      '{{#each steps}}{{@key}}{{/each}}',
      'not-a-value "steps": `steps` is not a value | name one of its parts: steps.translate, steps.classify, steps.find, steps.talk',
    ],
    [
      '{{#with steps.translate}}{{this}}{{/with}}',
      'not-a-value "this": `steps.translate` is not a value | write output',
    ],
    [
      '{{#each input.text}}x{{/each}}',
      'not-iterable "input.text": {{#each}} needs a list or an object, but text stands here',
    ],
    [
      '{{#each (length input.tags)}}x{{/each}}',
      'not-iterable "(length input.tags)": {{#each}} needs a list or an object, but a number stands here',
    ],
  ])('%s', (template, expected) => {
    expect(found(template)).toEqual([expected]);
  });
});

describe('steps that may be skipped', () => {
  const message = (path: string): string =>
    `unguarded-skip ${JSON.stringify(path)}: \`steps.find\` may be skipped, and then \`${path}\` is absent | write {{#if ${path}}}…{{/if}} around it, or {{default ${path} ""}}`;

  test.each([
    ['{{steps.find.output}}', 'steps.find.output'],
    ['{{upper steps.find.output.name}}', 'steps.find.output.name'],
    ['{{#if input.text}}{{steps.find.output}}{{/if}}', 'steps.find.output'],
    ['{{#if steps.find.output}}x{{else}}{{steps.find.output}}{{/if}}', 'steps.find.output'],
    ['{{#unless steps.find.output}}{{steps.find.output}}{{/unless}}', 'steps.find.output'],
    ['{{#if (or steps.find.output input.text)}}{{steps.find.output}}{{/if}}', 'steps.find.output'],
    ['{{#if (not steps.find.output)}}{{steps.find.output}}{{/if}}', 'steps.find.output'],
    ['{{#if (ne steps.find.output.a "x")}}{{steps.find.output}}{{/if}}', 'steps.find.output'],
    ['{{#if (default steps.find.output "x")}}{{steps.find.output}}{{/if}}', 'steps.find.output'],
    ['{{default input.note steps.find.output}}', 'steps.find.output'],
    [
      '{{#with steps.find.output}}x{{else}}{{../input.text}}{{@root.steps.find.output}}{{/with}}'.replace(
        '{{../input.text}}',
        '',
      ),
      '@root.steps.find.output',
    ],
    ['{{> show value=steps.find.output}}', 'steps.find.output'],
  ])('%s', (template, path) => {
    expect(found(template, {}, { show: '{{value}}' })).toEqual([message(path)]);
  });

  test('in a loop may have an else instead', () => {
    expect(found('{{#each steps.find.output.items}}{{this}}{{/each}}')).toEqual([
      'unguarded-skip "steps.find.output.items": `steps.find` may be skipped, and then `steps.find.output.items` is absent | write {{#if steps.find.output.items}}…{{/if}} around it, or {{else}} before its {{/each}}',
    ]);
  });

  test.each([
    '{{#if steps.find.output}}{{steps.find.output}}{{/if}}',
    '{{#if steps.find}}{{steps.find.output.name}}{{/if}}',
    '{{#if steps.find.output.name}}{{steps.find.output}}{{steps.find.finish_reason}}{{/if}}',
    '{{#unless steps.find.output}}x{{else}}{{steps.find.output}}{{/unless}}',
    '{{#if input.text}}x{{else if steps.find.output}}{{steps.find.output}}{{/if}}',
    '{{#if (and input.text steps.find.output)}}{{steps.find.output}}{{/if}}',
    '{{#if (eq steps.find.output.a "x")}}{{steps.find.output}}{{/if}}',
    '{{#if (gt (length steps.find.output.a) 2)}}{{steps.find.output}}{{/if}}',
    '{{#if (not (not steps.find.output))}}{{steps.find.output}}{{/if}}',
    '{{#if (or steps.find.output.a steps.find.output.b)}}{{steps.find.output}}{{/if}}',
    '{{#if (or (not steps.find.output) input.text)}}x{{else}}{{steps.find.output}}{{/if}}',
    '{{and (not (not input.text)) input.text}}',
    '{{default steps.find.output "x"}}',
    '{{default (upper steps.find.output.a) "x"}}',
    '{{#with steps.find.output}}{{this}}{{name}}{{/with}}',
    '{{#with steps.find}}{{output.name}}{{/with}}',
    '{{#each steps.find.output}}{{this}}{{else}}x{{/each}}',
    '{{#if steps.find.output}}{{#each input.tags}}{{@root.steps.find.output}}{{/each}}{{/if}}',
    '{{#if steps.find.output}}{{> show value=steps.find.output}}{{/if}}',
    '{{> show value=(default steps.find.output "x")}}',
    '{{#if steps.find.output}}{{> direct}}{{/if}}',
  ])('%s', (template) => {
    expect(found(template, {}, { show: '{{value}}', direct: '{{steps.find.output}}' })).toEqual([]);
  });

  test('what the `when` of the step itself has made sure of needs no guard', () => {
    const present = [{ path: ['steps', 'find', 'output', 'name'], nonNull: true }];
    expect(found('{{steps.find.output}}', { present })).toEqual([]);
    expect(
      found('{{steps.find.output}}', { present: [{ path: ['steps', 'other'], nonNull: true }] }),
    ).toHaveLength(1);
  });

  test('in a `when` everything is guarded, but unknown paths are told', () => {
    expect(found('{{eq steps.find.output.a "x"}}', { guarded: true })).toEqual([]);
    expect(found('{{eq steps.fnd.output.a "x"}}', { guarded: true })).toEqual([
      'unknown-path "fnd": there is no step `fnd` | did you mean `find`?',
    ]);
  });
});

describe('arguments', () => {
  test.each([
    [
      '{{upper input.count}}',
      'bad-argument "input.count": `upper` needs text, but `input.count` is a number',
    ],
    ['{{join input.text}}', 'bad-argument "input.text": `join` needs a list, but `input.text` is text'],
    [
      '{{length (eq input.text "x")}}',
      'bad-argument "(eq input.text \\"x\\")": `length` needs text or a list, but (eq …) is true or false',
    ],
    [
      '{{gt input.text 3}}',
      'bad-argument "{{gt input.text 3}}": `gt` compares two numbers or two texts, but `input.text` is text and 3 is a number',
    ],
    [
      '{{gt input.count "3"}}',
      'bad-argument "{{gt input.count \\"3\\"}}": `gt` compares two numbers or two texts, but `input.count` is a number and "3" is text | write 3 without quotation marks',
    ],
    [
      '{{gt input.tags 3}}',
      'bad-argument "input.tags": `gt` needs a number or text, but `input.tags` is a list',
    ],
    [
      '{{upper (default input.count 3)}}',
      'bad-argument "(default input.count 3)": `upper` needs text, but (default …) is a number',
    ],
    [
      '{{eq input.text 3}}',
      'never-equal "{{eq input.text 3}}": `input.text` is text and 3 is a number, so they are never equal | write \'3\'',
    ],
    [
      '{{eq input.count "3"}}',
      'never-equal "{{eq input.count \\"3\\"}}": `input.count` is a number and "3" is text, so they are never equal | write 3 without quotation marks',
    ],
    [
      '{{ne input.tags vars.language}}',
      'never-equal "{{ne input.tags vars.language}}": `input.tags` is a list and `vars.language` is text, so they are never equal',
    ],
    [
      "{{#if (eq steps.classify.output.topic 'oder')}}x{{/if}}",
      'never-equal "\'oder\'": `steps.classify.output.topic` is never "oder" | did you mean "order"?',
    ],
    [
      "{{#if (eq 'zzz' steps.classify.output.topic)}}x{{/if}}",
      'never-equal "\'zzz\'": `steps.classify.output.topic` is never "zzz" | known: order, billing, other',
    ],
    [
      '{{upper input.note}}',
      'warning may-be-null "input.note": `input.note` may be null, and then `upper` fails the record | write {{#if input.note}}…{{/if}} around it, or (default input.note …)',
    ],
    [
      '{{#each input.items}}{{gt size 3}}{{/each}}',
      'warning may-be-null "size": `size` may be null, and then `gt` fails the record | write {{#if size}}…{{/if}} around it, or (default size …)',
    ],
    [
      '{{steps.classify.output.customer.name}}',
      'warning may-be-null "steps.classify.output.customer.name": `steps.classify.output.customer` may be null, and then `steps.classify.output.customer.name` fails the record | write {{#if steps.classify.output.customer}}…{{/if}} around it',
    ],
    [
      '{{#each input.orders}}{{address.city}}{{/each}}',
      'warning may-be-null "address.city": `address` may be null, and then `address.city` fails the record | write {{#if address}}…{{/if}} around it',
    ],
    [
      '{{#each input.orders as |order|}}{{order.address.city}}{{/each}}',
      'warning may-be-null "order.address.city": `order.address` may be null, and then `order.address.city` fails the record | write {{#if order.address}}…{{/if}} around it',
    ],
    [
      '{{#with input.free}}{{> root}}{{/with}}',
      'warning ambiguous-name "input.text" in root: inside {{#with}} `input.text` is not looked up at the root | write @root.input.text, or this.input.text if that is meant',
    ],
    [
      '{{#each input.free}}{{input.text}}{{/each}}',
      'warning ambiguous-name "input.text": inside {{#each}} `input.text` is not looked up at the root | write @root.input.text, or this.input.text if that is meant',
    ],
  ])('%s', (template, expected) => {
    expect(found(template, {}, { root: '{{input.text}}' })).toEqual([expected]);
  });

  test.each([
    '{{upper input.free}}{{gt input.free 3}}{{eq input.free 3}}',
    '{{eq input.lang "fr"}}{{eq input.lang null}}{{ne input.note null}}',
    '{{#if input.note}}{{upper input.note}}{{/if}}',
    '{{#if (ne input.note "x")}}x{{else}}{{upper input.note}}{{/if}}',
    '{{upper (default input.note "x")}}',
    '{{#with input.note}}{{upper this}}{{/with}}',
    '{{#each input.items}}{{#if size}}{{gt size 3}}{{/if}}{{/each}}',
    '{{#if steps.classify.output.customer.name}}{{steps.classify.output.customer.friends}}{{/if}}',
    '{{#each input.free}}{{this.input.text}}{{@root.input.text}}{{/each}}',
    '{{gt vars.many 3}}{{gt (length input.tags) vars.many}}',
  ])('%s', (template) => {
    expect(found(template)).toEqual([]);
  });

  test('a guard of one item is no guard of another', () => {
    expect(
      found(
        '{{#each input.items}}{{#if size}}{{#each @root.input.items}}{{gt size 3}}{{/each}}{{/if}}{{/each}}',
      ),
    ).toHaveLength(1);
  });
});

describe('partials', () => {
  const partials: Partials = {
    style: 'In {{vars.langage}}.',
    row: '{{name}}: {{text}}',
    outer: '{{> row text=imput}}',
  };

  test('a mistake is told once for a template that includes it twice', () => {
    expect(found('{{> style}}{{#if input.text}}{{> style}}{{/if}}', {}, partials)).toEqual([
      'unknown-path "langage" in style: there is no variable `langage` | did you mean `language`?',
    ]);
  });

  test('arguments are names of the partial, the rest is the context where it is included', () => {
    expect(found('{{#each input.items}}{{> row text=name}}{{/each}}', {}, partials)).toEqual([]);
    expect(found('{{> row text=input.text}}', {}, partials)).toEqual([
      'unknown-path "name" in row: there is no `name` here | known: input, vars, steps',
    ]);
    expect(found('{{#each input.items}}{{> outer}}{{/each}}', {}, partials)).toEqual([
      'unknown-path "imput" in outer: an item of `input.items` has no `imput` | known: name, size',
    ]);
  });

  test('an argument has the type of what is given', () => {
    expect(
      found('{{> show value=steps.classify.output}}', {}, { show: '{{value.topc}}{{upper value}}' }),
    ).toEqual([
      'unknown-path "topc" in show: `steps.classify.output` has no `topc` | did you mean `topic`?',
      'bad-argument "value" in show: `upper` needs text, but `value` is an object',
    ]);
  });

  test('an argument that is no value is told where it is given alone', () => {
    expect(found('{{> show value=steps.translate}}', {}, { show: '{{value}}{{value.topic}}' })).toEqual([
      'not-a-value "steps.translate": `steps.translate` is not a value | write steps.translate.output',
    ]);
  });
});

test('all mistakes at once, in the order of the text', () => {
  expect(
    found('{{input.txt}}{{#if steps.translte}}{{steps.find.output}}{{/if}}{{upper input.count}}').map(
      (text) => text.split(' ')[0],
    ),
  ).toEqual(['unknown-path', 'unknown-path', 'unguarded-skip', 'bad-argument']);
});
