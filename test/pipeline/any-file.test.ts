import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { formatDiagnostics } from '../../src/diagnostic/format.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../../src/json/json.ts';
import { keyPlaces } from '../../src/pipeline/format/key-places.ts';
import { loadPipeline } from '../../src/pipeline/pipeline.ts';
import { loadText } from './load-text.ts';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file with every place of the format that has fixed keys. */
const whole = {
  version: 1,
  name: 'whole',
  vars: { language: 'English' },
  input: { key: 'id', when: '{{input.id}}' },
  model: {
    name: 'mistral-small-latest',
    temperature: 0,
    max_tokens: 100,
    stop: ['END'],
    prediction: { type: 'content', content: 'Hello' },
  },
  retry: { attempts: 2, max_delay: '5s' },
  limits: { concurrency: 2, requests_per_second: 0.5 },
  budget: { usd: 5, tokens: 1000 },
  cache: false,
  prices: { date: '2026-08-01', mine: { input: 1, output: 2 } },
  steps: {
    one: { type: 'chat', system: '{{vars.language}}', prompt: '{{input.text}}', model: { max_tokens: 5 } },
    two: {
      type: 'chat',
      when: '{{steps.one.output}}',
      needs: ['one'],
      messages: [
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'So.' }] },
        { role: 'user', content: [{ type: 'text', text: 'Hello' }] },
      ],
      stream: true,
      model: { prediction: { type: 'content', content: 'Hello' } },
    },
    three: {
      type: 'structured',
      prompt: '{{input.text}}',
      schema: { type: 'object', properties: { topic: { enum: ['order', 'other'] } } },
      repair: 1,
    },
    four: {
      type: 'tools',
      prompt: '{{steps.three.output.topic}}',
      tools: {
        order: { description: 'State of an order', command: ['node'], timeout: '5s' },
        rate: {
          parameters: { type: 'object', properties: { currency: { type: 'string' } } },
          http: { url: 'https://rates.example.com/{{args.currency}}', headers: { token: '{{env.TOKEN}}' } },
        },
      },
    },
  },
  output: {
    text: '{{default steps.two.output "none"}}',
    list: [1, '{{steps.one.output}}'],
    calls: '{{steps.four.tool_calls}}',
  },
  fail: { error_rate: 0.5 },
} satisfies JsonObject;

/** The places that only models of another provider have. */
const ofAnotherProvider = {
  version: 1,
  model: { provider: 'anthropic', name: 'claude', max_tokens: 5000, thinking: { type: 'enabled' } },
  steps: {
    one: { type: 'chat', prompt: '{{input.text}}', model: { thinking: { type: 'disabled' } } },
  },
} satisfies JsonObject;

/** The pointers in a file of a place of the format. */
function pointersOf(path: readonly string[], value: JsonValue, above: Pointer = []): readonly Pointer[] {
  const [part, ...rest] = path;
  if (part === undefined) return isObject(value) ? [above] : [];
  if (Array.isArray(value)) {
    return part === '*'
      ? value.flatMap((item: JsonValue, index) => pointersOf(rest, item, [...above, index]))
      : [];
  }
  if (!isObject(value)) return [];
  const names = part === '*' ? Object.keys(value) : Object.hasOwn(value, part) ? [part] : [];
  return names.flatMap((name) => pointersOf(rest, value[name] ?? null, [...above, name]));
}

function withKey(value: JsonValue, pointer: Pointer, key: string): JsonValue {
  const [part, ...rest] = pointer;
  if (part === undefined) return { ...(value as JsonObject), [key]: 'value' };
  const changed = withKey((value as JsonObject)[part] ?? null, rest, key);
  return Array.isArray(value)
    ? value.with(Number(part), changed)
    : { ...(value as JsonObject), [part]: changed };
}

const files: readonly JsonObject[] = [whole, ofAnotherProvider];

/** Without `prices`, whose keys are the names of models. */
const places = files.flatMap((file) => {
  const pointers = keyPlaces('pipeline').flatMap(({ path }) => pointersOf(path, file));
  const distinct = new Map(pointers.map((pointer) => [pointer.join('.'), pointer]));
  distinct.delete('prices');
  return [...distinct].map(([name, pointer]) => [name, pointer, file] as const);
});

describe('every place of the format', () => {
  it('is met by the test', async () => {
    for (const file of files) expect((await loadText(stringify(file))).told).toEqual([]);
    for (const { path } of keyPlaces('pipeline')) {
      expect(
        files.flatMap((file) => pointersOf(path, file)),
        path.join('.'),
      ).not.toEqual([]);
    }
  });

  it.each(places)('refuses an unknown key, at that key: %s', async (_name, pointer, file) => {
    const text = stringify(withKey(file, pointer, 'zzzzzz'));
    const line = text.slice(0, text.indexOf('zzzzzz')).split('\n');
    const { told } = await loadText(text);
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(
      new RegExp(
        `^${line.length}:${(line.at(-1)?.length ?? 0) + 1} unknown-key \`zzzzzz\` is not a key of .*; the (only )?keys? here (are|is) `,
      ),
    );
  });

  // A prediction is sent to the provider as it stands, and so are its like.
  it.each(places.filter(([, pointer]) => !['prediction', 'thinking'].includes(String(pointer.at(-1)))))(
    'leaves x-… to the user: %s',
    async (_name, pointer, file) => {
      const { told, plan } = await loadText(stringify(withKey(file, pointer, 'x-note')));
      expect(told).toEqual([]);
      // Their places lead to the file itself, for messages.
      const steps = JSON.stringify(plan?.steps, (name, value: unknown) =>
        name === 'place' ? undefined : value,
      );
      expect(steps).not.toContain('x-note');
    },
  );
});

describe('any file', () => {
  const text = stringify(whole);
  const edit = fc.record({
    at: fc.nat({ max: text.length }),
    removed: fc.nat({ max: 12 }),
    inserted: fc.constantFrom(
      '',
      ' ',
      '\n',
      ':',
      '{{',
      '}}',
      '"',
      '[',
      ']',
      '{',
      '}',
      '- ',
      '&a ',
      '*a',
      '<<: ',
      '#',
      '|',
      'x-',
      'null',
      '5',
      '{{#if input.a}}',
      '{{/if}}',
      '{{steps.one.output}}',
      '{{> p}}',
      '\t',
      '\u0000',
      '\ud800',
      'é',
      '\r\n',
    ),
  });

  it('has a plan if, and only if, none of its mistakes is an error, whatever was done to it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipe-test-'));
    try {
      await fc.assert(
        fc.asyncProperty(fc.array(edit, { minLength: 1, maxLength: 4 }), async (edits) => {
          const changed = edits.reduce(
            (before, { at, removed, inserted }) =>
              before.slice(0, at) + inserted + before.slice(at + removed),
            text,
          );
          writeFileSync(join(folder, 'pipeline.yaml'), changed);
          const { plan, diagnostics } = await loadPipeline('pipeline.yaml', { cwd: folder });
          expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
          for (const { message } of diagnostics) expect(message).not.toMatch(/undefined|\[object/);
          formatDiagnostics(diagnostics, { format: 'text', color: false, cwd: folder });
        }),
        { numRuns: 100 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('of any values is refused without a crash', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'pipe-test-'));
    const key = fc.constantFrom(
      ...keyPlaces('pipeline').flatMap(({ keys }) => keys),
      'x-a',
      '__proto__',
      'constructor',
      'one',
    );
    const { value } = fc.letrec<{ value: JsonValue }>((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.constantFrom<JsonValue>(
          null,
          true,
          0,
          1,
          -1,
          'chat',
          '',
          '{{input.a}}',
          '{{steps.one.output}}',
          'one',
          '5s',
        ),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(key, tie('value'), { maxKeys: 5 }),
      ),
    }));
    try {
      await fc.assert(
        fc.asyncProperty(value, fc.constantFrom(...Object.keys(whole)), async (generated, section) => {
          writeFileSync(join(folder, 'pipeline.yaml'), JSON.stringify({ ...whole, [section]: generated }));
          const { plan, diagnostics } = await loadPipeline('pipeline.yaml', { cwd: folder });
          expect(plan === undefined).toBe(diagnostics.some(({ severity }) => severity === 'error'));
          for (const { message } of diagnostics) expect(message).not.toMatch(/undefined|\[object/);
        }),
        { numRuns: 100 },
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
