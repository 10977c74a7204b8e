import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isObject, type JsonValue } from '../../src/json/json.ts';
import { pipelineSchema, testSchema } from '../../src/pipeline/format.ts';
import { loadTests } from '../../src/testing/load.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { mark, startEditor, type Editor } from './language-server.ts';

const schemas = fileURLToPath(new URL('../../schemas', import.meta.url));
const modeline = (name: string) => `# yaml-language-server: $schema=${join(schemas, `${name}.schema.json`)}\n`;
const model = 'version: 1\nmodel: {name: mistral-small-latest}\n';
const step = `${model}steps:\n  ask: {type: chat, prompt: "{{input.text}}"}\n`;
const inStep = `${model}steps:\n  ask:\n    ${mark}\n`;
const inTools = `${model}steps:\n  ask:\n    type: tools\n    prompt: "{{input.text}}"\n    tools:\n      ${mark}\n`;

/** Each piece, where it is offered, and what is around it there. */
const pieces: readonly (readonly [label: string, around: string])[] = [
  ['whole pipeline', mark],
  ['key and schema', `${step}input:\n  ${mark}\n`],
  ['chat step', `${model}steps:\n  ${mark}\n`],
  ['structured step', `${model}steps:\n  ${mark}\n`],
  ['tools step', `${model}steps:\n  first: {type: chat, prompt: "{{input.text}}"}\n  ${mark}\n`],
  ['chat step', inStep],
  ['structured step', inStep],
  ['tools step', inStep],
  ['few-shot messages', `${model}steps:\n  ask:\n    type: chat\n    ${mark}\n`],
  ['command tool', inTools],
  ['module tool', inTools],
  ['http tool', inTools],
  ['test of one record', `${step}tests:\n  - ${mark}\n`],
];

const ofTests: readonly (readonly [label: string, around: string])[] = [
  ['whole file of tests', mark],
  ['test of one record', `version: 1\ntests:\n  - ${mark}\n`],
  ['test of each row', `version: 1\ntests:\n  - {name: first, input: {text: a}}\n  - ${mark}\n`],
  ['test of a classifier', `version: 1\ntests:\n  - ${mark}\n`],
];

/** What an editor makes of a piece: its lines are indented as the line that it is inserted in, its stops filled. */
function inserted(around: string, text: string): string {
  const line = around.slice(0, around.indexOf(mark)).split('\n').at(-1) ?? '';
  const [indent = ''] = /^ */u.exec(line) ?? [];
  const filled = text.replaceAll(/\$\{\d+:((?:[^\\}]|\\.)*)\}/gu, '$1').replaceAll(/\\([$}\\])/gu, '$1');
  return around.replace(mark, () => filled.replaceAll('\n', `\n${indent}`));
}

function project(): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, 'tools'));
  writeFileSync(join(folder, 'tools/order-status.mjs'), '');
  writeFileSync(join(folder, 'tools/convert.mjs'), '');
  writeFileSync(join(folder, 'tickets.csv'), 'text\na\n');
  writeFileSync(join(folder, 'labelled.csv'), 'text,topic\na,order\n');
  return folder;
}

describe('a snippet', () => {
  let editor: Editor;
  beforeAll(async () => {
    editor = await startEditor('/project');
  });
  afterAll(() => editor.close());

  async function take(name: string, around: string, label: string): Promise<string> {
    const offered = await editor.complete(name, around);
    const piece = offered.find((completion) => completion.label === label);
    expect(offered.map((completion) => completion.label)).toContain(label);
    expect(piece?.documentation).toMatch(/\S/u);
    const text = inserted(around, piece?.insertText ?? '');
    expect(await editor.open(name, text)).toEqual([]);
    return text;
  }

  it.each(pieces)('%s makes a pipeline without a mistake: %j', async (label, around) => {
    const text = await take('p.yaml', modeline('pipeline') + around, label);
    const folder = project();
    writeFileSync(join(folder, 'p.yaml'), text);
    expect((await loadTests('p.yaml', { cwd: folder })).diagnostics, text).toEqual([]);
  });

  it.each(ofTests)('%s makes tests without a mistake: %j', async (label, around) => {
    const text = await take('p.test.yaml', modeline('test') + around, label);
    const folder = project();
    const schema = '{type: object, required: [topic], properties: {topic: {enum: [order, other]}}}';
    const classify = `  classify: {type: structured, prompt: "{{input.text}}", schema: ${schema}}\n`;
    const output = label.includes('classifier') ? 'output: {topic: "{{steps.classify.output.topic}}"}\n' : '';
    writeFileSync(join(folder, 'p.yaml'), `${model}steps:\n${classify}${output}`);
    writeFileSync(join(folder, 'p.test.yaml'), text);
    expect((await loadTests('p.yaml', { cwd: folder })).diagnostics, text).toEqual([]);
  });

  it('is tried above, each of them', () => {
    const tried = new Set([...pieces, ...ofTests].map(([label]) => label));
    const labels = [...labelsIn(pipelineSchema()), ...labelsIn(testSchema())];
    expect(labels.filter((label) => !tried.has(label) && !label.endsWith(' of your own'))).toEqual([]);
  });
});

/** Of the pieces, wherever in a schema they are offered. */
function labelsIn(schema: JsonValue): readonly string[] {
  if (Array.isArray(schema)) return schema.flatMap((item: JsonValue) => labelsIn(item));
  if (!isObject(schema)) return [];
  return Object.entries(schema).flatMap(([key, value]) =>
    key === 'defaultSnippets' && Array.isArray(value) ? value.map(({ label }: { label: string }) => label) : labelsIn(value),
  );
}
