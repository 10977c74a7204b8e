import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Random } from './random.ts';

/** What is run: a folder with a pipeline, its rows, and a log of the tools that ran. */
export interface Workload {
  readonly folder: string;
  readonly rows: readonly Row[];
  readonly steps: readonly string[];
}

export interface Row {
  readonly id: string;
  readonly text: string | number;
  readonly lang: string;
}

export const keyVariable = 'TORTURE_KEY';

export const shapes = ['chat', 'stream', 'chain', 'fork'] as const;
export type Shape = (typeof shapes)[number];

const chat = `  first:
    type: chat
    system: You translate. „Ümläute“ stay.
    prompt: "Translate {{input.id}}: {{input.text}}"
`;
const steps: { readonly [shape in Shape]: string } = {
  chat,
  stream: `${chat}    stream: true\n`,
  chain: `${chat}  classify:
    type: structured
    prompt: "Classify {{input.id}}: {{steps.first.output}}"
    repair: 4
    schema:
      type: object
      additionalProperties: false
      required: [topic, urgent, note]
      properties:
        topic: {enum: [order, billing, other]}
        urgent: {type: boolean}
        note: {type: string}
  lookup:
    type: tools
    prompt: "Look {{input.id}} up: {{steps.classify.output.note}}"
    max_rounds: 3
    tools:
      order_status:
        description: State of an order
        parameters:
          type: object
          required: [order_id]
          properties: {order_id: {type: string}}
        command: [sh, ./tool.sh]
`,
  fork: `${chat}  second:
    type: chat
    stream: true
    prompt: "Summarise {{input.id}}."
  joined:
    type: chat
    prompt: "Join {{input.id}}: {{steps.first.output}} and {{steps.second.output}}"
`,
};

const stepsOf: { readonly [shape in Shape]: readonly string[] } = {
  chat: ['first'],
  stream: ['first'],
  chain: ['first', 'classify', 'lookup'],
  fork: ['first', 'second', 'joined'],
};

export interface WorkloadOptions {
  readonly shape: Shape;
  readonly rows: readonly Row[];
  readonly url: string;
  /** Further lines of the pipeline file. */
  readonly settings?: string;
  /** Further parameters of the model. */
  readonly model?: string;
}

/** Writes a workload into a new folder. */
export function writeWorkload(folder: string, options: WorkloadOptions): Workload {
  const { shape, rows, url, settings = '', model = 'timeout: 1s, idle_timeout: 500ms' } = options;
  mkdirSync(folder, { recursive: true });
  writeFileSync(
    join(folder, 'work.yaml'),
    `version: 1
name: work
input:
  key: id
  when: "{{ne input.lang 'skip'}}"
  schema:
    type: object
    required: [id, text, lang]
    properties: {id: {type: string}, text: {type: string}, lang: {type: string}}
model: {name: mistral-small-latest, temperature: 0, base_url: "${url}", api_key_env: ${keyVariable}, max_tokens: 400, ${model}}
${settings}steps:
${steps[shape]}`,
  );
  writeFileSync(join(folder, 'rows.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  // One line a call, in one write: what it was asked, as it came.
  writeFileSync(
    join(folder, 'tool.sh'),
    `read -r asked\nprintf '%s\\n' "$asked" >> ${JSON.stringify(join(folder, 'tool.log'))}\nprintf '{"state":"on its way"}'\n`,
  );
  writeFileSync(join(folder, 'tool.log'), '');
  return { folder, rows, steps: stepsOf[shape] };
}

/** Rows of which most are plain, and some are skipped, refused before any call, or meet an error that does not pass. */
export function drawRows(count: number, random: Random): readonly Row[] {
  return Array.from({ length: count }, (_, index) => {
    const id = `row-${index}`;
    const lang = 'de';
    const text = `${'sentence '.repeat(random.whole(1, 12))}${index} „ß🙂“`;
    if (random.chance(0.04)) return { id, text, lang: 'skip' };
    if (random.chance(0.03)) return { id, text: index, lang };
    if (random.chance(0.03)) return { id, text: `${text} poison-s422`, lang };
    return { id, text, lang };
  });
}

/** Rows that all succeed. */
export function plainRows(count: number): readonly Row[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `row-${index}`,
    text: `sentence ${index}`,
    lang: 'de',
  }));
}

/** What the tools were asked, call by call. */
export function toolLog({ folder }: Pick<Workload, 'folder'>): readonly string[] {
  return readFileSync(join(folder, 'tool.log'), 'utf8')
    .split('\n')
    .filter((line) => line !== '');
}
