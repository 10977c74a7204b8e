import * as fc from 'fast-check';

/** What a template can name in one place: values by their kind, and what it finds one block further in. */
interface Names {
  readonly texts: readonly string[];
  readonly numbers: readonly string[];
  readonly lists: readonly (readonly [name: string, items: Names])[];
  readonly objects: readonly (readonly [name: string, fields: Names])[];
}

const word: Names = { texts: ['this', '.'], numbers: [], lists: [], objects: [] };
const line: Names = {
  texts: ['name', 'this.name'],
  numbers: ['count'],
  lists: [['words', word]],
  objects: [],
};
const order: Names = {
  texts: ['id'],
  numbers: ['total'],
  lists: [['lines', line]],
  objects: [['first', line]],
};
const root: Names = {
  texts: ['text', 'odd.[a name]', 'this.text'],
  numbers: ['number', 'order.total'],
  lists: [
    ['words', word],
    ['order.lines', line],
    ['map', word],
  ],
  objects: [
    ['order', order],
    ['order.first', line],
  ],
};

const someText = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom('', '{{text}}', '<b>&"', 'é😀'));
const someWords = fc.array(someText, { maxLength: 3 });
const plain = { noNullPrototype: true };
const someLine = fc.record({ name: someText, count: fc.integer(), words: someWords }, plain);
/** A record in which every path of the templates is present. */
export const someScope = fc.record(
  {
    text: someText,
    number: fc.oneof(fc.integer(), fc.constant(0)),
    odd: fc.record({ 'a name': someText }, plain),
    words: someWords,
    map: fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/u), someText, { maxKeys: 3, noNullPrototype: true }),
    order: fc.record(
      {
        id: someText,
        total: fc.integer(),
        lines: fc.array(someLine, { maxLength: 3 }),
        first: someLine,
      },
      plain,
    ),
  },
  plain,
);

const literal = fc.constantFrom(
  ' ',
  '\n',
  '  \n',
  '\n\n',
  '\r\n',
  '\t',
  'word',
  '{ ',
  ' }',
  '\u2028',
  'é😀',
  '\\ ',
  '\\{{text}}',
  '\\\\{{@root.text}}',
  '"',
  '{{! note }}',
  '\n{{!-- }} --}}\n',
);
const open = fc.constantFrom('{{', '{{~', '{{ ');
const close = fc.constantFrom('}}', '~}}', ' }}');

function further(names: Names, prefix: string): Names {
  const outer = (name: string): string =>
    name.startsWith('@')
      ? name
      : `${prefix}${name.replace(/^(?:this\.|this$|\.$)/u, '')}`.replace(/\/$/u, '');
  return {
    texts: names.texts.map(outer),
    numbers: names.numbers.map(outer),
    lists: names.lists.map(([name, items]) => [outer(name), items]),
    objects: names.objects.map(([name, fields]) => [outer(name), fields]),
  };
}

/**
 * The names of a block's context, with those around it that `../` and `@root` still reach; but no list or object that
 * could have the same context as this block, since Handlebars does not count such a block in `../`.
 */
function inside(inner: Names, around: Names): Names {
  const outer = [further(around, '../'), further(root, '@root.')];
  const lists =
    inner === word ? [] : outer.flatMap((names) => names.lists.filter(([, items]) => items === word));
  return {
    texts: [...inner.texts, ...outer.flatMap(({ texts }) => texts)],
    numbers: [...inner.numbers, ...outer.flatMap(({ numbers }) => numbers)],
    lists: [...inner.lists, ...lists],
    objects: inner.objects,
  };
}

function conditionIn(names: Names): fc.Arbitrary<string> {
  const text = fc.constantFrom(...names.texts);
  const number = fc.constantFrom('0', '-1.5', ...names.numbers);
  return fc.oneof(
    text,
    number,
    fc.constantFrom(...names.lists.map(([name]) => name), 'true', 'null'),
    fc.tuple(fc.constantFrom('eq', 'ne'), text, text).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(fc.constantFrom('gt', 'lt'), number, number).map((parts) => `(${parts.join(' ')})`),
    fc.tuple(text, number).map(([one, other]) => `(and (not ${one}) (or ${other} ${one}))`),
  );
}

function expressionIn(names: Names, loop: boolean): fc.Arbitrary<string> {
  const text = fc.constantFrom(...names.texts);
  const number = fc.constantFrom(...(names.numbers.length > 0 ? names.numbers : ['@root.number']));
  const options = [
    text,
    number,
    fc.constantFrom(...[...names.lists, ...names.objects].map(([name]) => name), '@root.words'),
    text.map((name) => `upper (trim ${name})`),
    text.map((name) => `truncate ${name} 2`),
    text.map((name) => `default ${name} 'none'`),
    text.map((name) => `json ${name}`),
    text.map((name) => `length ${name}`),
    fc.constant('join @root.words "; "'),
  ];
  return fc.oneof(...options, ...(loop ? [fc.constantFrom('@index', '@key', '@first', '@last')] : []));
}

function templateIn(names: Names, depth: number, loop: boolean, partials: boolean): fc.Arbitrary<string> {
  const mustache = fc.tuple(open, expressionIn(names, loop), close).map((parts) => parts.join(''));
  const leaf = fc.oneof(literal, literal, mustache, ...(partials ? [inclusionIn(names)] : []));
  if (depth === 0) return fc.array(leaf, { maxLength: 4 }).map((parts) => parts.join(''));
  const body = (inner: Names, looping: boolean): fc.Arbitrary<string> =>
    templateIn(inner, depth - 1, looping, partials);
  const other = fc.oneof(
    fc.constant(''),
    fc
      .tuple(fc.constantFrom('{{else}}', '{{~else}}', '\n{{else}}\n', '{{^}}'), body(names, loop))
      .map((parts) => parts.join('')),
  );
  const block = (
    name: string,
    subject: fc.Arbitrary<string>,
    inner: fc.Arbitrary<string>,
  ): fc.Arbitrary<string> =>
    fc
      .tuple(
        fc.constantFrom('{{#', '{{~#', '\n{{#'),
        subject,
        close,
        inner,
        other,
        fc.constantFrom('{{/', '{{~/', '\n  {{/'),
        close,
      )
      .map(
        ([start, about, middle, text, otherwise, end, last]) =>
          `${start}${name} ${about}${middle}${text}${otherwise}${end}${name}${last}`,
      );
  const blocks = [
    block('if', conditionIn(names), body(names, loop)),
    block('unless', conditionIn(names), body(names, loop)),
    fc
      .tuple(conditionIn(names), body(names, loop), conditionIn(names), body(names, loop))
      .map(([one, text, two, more]) => `{{#if ${one}}}${text}{{else if ${two}}}\n${more}{{/if}}`),
    ...names.lists.map(([name, items]) => block('each', fc.constant(name), body(inside(items, names), true))),
    ...names.lists.map(([name]) =>
      body(names, true).map(
        (text) => `{{#each ${name} as |item i|}}{{item}}{{i}}{{/each}}${text.slice(0, 0)}`,
      ),
    ),
    ...names.objects.map(([name, fields]) =>
      block('with', fc.constant(name), body(inside(fields, names), loop)),
    ),
  ];
  return fc.array(fc.oneof(leaf, leaf, ...blocks), { maxLength: 5 }).map((parts) => parts.join(''));
}

function inclusionIn(names: Names): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.constantFrom('', '\n', '\n  '),
      fc.constantFrom('{{>', '{{~> '),
      fc.constantFrom(...names.texts),
      close,
      fc.constantFrom('', '\n'),
    )
    .map(([before, start, name, end, after]) => `${before}${start}part value=${name}${end}${after}`);
}

/** Any template that both Handlebars and we understand, over the names of `someScope`, with the partial `part`. */
export const someTemplate = templateIn(root, 2, false, true);

/** A partial that may stand in any context, with the argument `value`. */
export const somePartial = templateIn(further(root, '@root.'), 1, false, false).map(
  (text) => `${text.replace(/[\r\n]+$/u, '')}{{value}}\n`,
);
