import { stringify } from 'yaml';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import type { StepType } from '../../steps/step.ts';
import type { ToolKind } from '../../tools/tool.ts';

/**
 * Pieces of a file that editors insert whole: `defaultSnippets`, which VS Code's YAML extension and yaml-language-server
 * know. `${1:text}` is a stop of the cursor with a text that is typed over.
 */
export interface Snippet extends JsonObject {
  readonly label: string;
  readonly markdownDescription: string;
  readonly body: JsonValue;
}

/**
 * They are inserted as they stand, so the texts in one bring the quotes that they need: put there when an editor's schema is
 * written, and not whenever a file is checked.
 */
export function snippet(label: string, description: string, body: JsonValue): Snippet {
  return {
    label,
    markdownDescription: description,
    get body() {
      return quoted(body);
    },
  };
}

function quoted(value: JsonValue): JsonValue {
  if (typeof value === 'string') return stringify(value, { lineWidth: 0 }).trimEnd();
  if (Array.isArray(value)) return value.map(quoted);
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, held]) => [key, quoted(held)]));
}

const ticket = { type: 'object', required: ['text'], properties: { text: { type: 'string', minLength: 1 } } };

export const pipelineSnippets = [
  snippet(
    'whole pipeline',
    'A pipeline of one step: its records, its model, its prompt and its result rows.',
    {
      version: 1,
      name: '${1:translate}',
      input: {
        key: '${2:id}',
        schema: {
          ...ticket,
          required: ['${2:id}', 'text'],
          properties: { '${2:id}': { type: 'string' }, ...ticket.properties },
        },
      },
      model: { name: '${3:mistral-small-latest}', temperature: 0, max_tokens: 800 },
      steps: {
        '${1:translate}': {
          type: 'chat',
          system: '${4:You translate to English. Answer with the translation alone.}',
          prompt: '{{input.text}}',
        },
      },
      output: { '${2:id}': '{{input.${2:id}}}', '${1:translate}': '{{steps.${1:translate}.output}}' },
    },
  ),
] as const;

export const inputSnippets = [
  snippet(
    'key and schema',
    'What names a record, and what each must hold: checked before anything is paid for.',
    {
      key: '${1:id}',
      schema: {
        type: 'object',
        required: ['${1:id}', '${2:text}'],
        properties: { '${1:id}': { type: 'string' }, '${2:text}': { type: 'string', minLength: 1 } },
      },
    },
  ),
] as const;

/** For a step that has `messages`: example turns show the model what an answer looks like. */
export const messagesSnippet = snippet(
  'few-shot messages',
  'A system turn, an example question with its answer, and the question itself.',
  {
    messages: [
      { role: 'system', content: '${1:Name the topic of the ticket: order, billing or other.}' },
      { role: 'user', content: '${2:Where is my parcel?}' },
      { role: 'assistant', content: '${3:order}' },
      { role: 'user', content: '{{input.text}}' },
    ],
  },
);

/** The body of a step: its type, a prompt, and the examples of all other keys that it needs. */
function stepBody({ type, required = [], properties }: StepType): JsonObject {
  const needed = required.map((key) => [key, exampleOf(properties[key])] as const);
  return { type, prompt: '{{input.text}}', ...Object.fromEntries(needed) };
}

/** Inside of a step. */
export function stepSnippets(step: StepType): readonly Snippet[] {
  return [
    snippet(`${step.type} step`, step.description, stepBody(step)),
    ...(step.properties['messages'] === undefined ? [] : [messagesSnippet]),
  ];
}

/** Among the steps, each with an id. */
export function stepsSnippets(types: Iterable<StepType>): readonly Snippet[] {
  return [...types].map((step) =>
    snippet(`${step.type} step`, step.description, { [`\${1:${step.type}_1}`]: stepBody(step) }),
  );
}

/** Among the tools of a step, each with a name. */
export function toolsSnippets(kinds: Iterable<ToolKind>): readonly Snippet[] {
  return [...kinds].map(({ kind, description, properties }) => {
    const run = exampleOf(properties[kind]);
    const read = /\{\{args\.(\w+)/u.exec(JSON.stringify(run))?.[1];
    const argument = read ?? '${3:id}';
    return snippet(`${kind} tool`, description, {
      '${1:look_up}': {
        description: '${2:What the tool does, and when to call it}',
        parameters: { type: 'object', required: [argument], properties: { [argument]: { type: 'string' } } },
        [kind]: run,
      },
    });
  });
}

export const testSnippets = [
  snippet('test of one record', 'A record of its own, and what is expected of its answers.', {
    name: '${1:a late parcel is an order}',
    input: { '${2:text}': '${3:Where is my parcel?}' },
    assert: [{ path: '${4:output}', contains: '${5:order}' }],
  }),
  snippet('test of each row', 'The same expectation of each row of a file.', {
    name: '${1:every ticket is answered}',
    rows: '${2:./tickets.csv}',
    assert: [{ path: '${3:output}', min_length: 1 }],
  }),
  snippet('test of a classifier', 'How often the right class is found, held against labelled rows.', {
    name: '${1:topics}',
    classify: {
      rows: '${2:./labelled.csv}',
      label: '${3:topic}',
      prediction: '${4:output.topic}',
      at_least: { accuracy: 0.9 },
    },
  }),
] as const;

export const testFileSnippets = [
  snippet('whole file of tests', 'A file of tests with its first one.', {
    version: 1,
    tests: [
      {
        name: '${1:a late parcel is an order}',
        input: { '${2:text}': '${3:Where is my parcel?}' },
        assert: [{ path: '${4:output}', contains: '${5:order}' }],
      },
    ],
  }),
] as const;

function exampleOf(schema: JsonObject | undefined): JsonValue {
  const examples = schema?.['examples'];
  return Array.isArray(examples) ? ((examples as readonly JsonValue[])[0] ?? null) : null;
}
