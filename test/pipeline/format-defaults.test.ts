import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../src/duration.ts';
import { isObject, type JsonObject, type JsonValue } from '../../src/json/json.ts';
import { providers } from '../../src/models/registry.ts';
import { modelSection } from '../../src/pipeline/format/model-section.ts';
import { fileSection } from '../../src/pipeline/format/sections.ts';
import { stepSection } from '../../src/pipeline/format/step-section.ts';
import { assertionSection, testSection } from '../../src/pipeline/format/test-sections.ts';
import { loadPipeline } from '../../src/pipeline/pipeline.ts';
import { stepTypes } from '../../src/steps/registry.ts';
import { loadTests } from '../../src/testing/load.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

interface Piece {
  readonly path: string;
  readonly schema: JsonObject;
}

/** Every schema with words of its own, by where its value stands. */
function piecesOf(schema: JsonValue | undefined, path: string): readonly Piece[] {
  if (!isObject(schema)) return [];
  const properties = isObject(schema['properties']) ? Object.entries(schema['properties']) : [];
  return [
    { path, schema },
    ...properties.flatMap(([name, property]) => piecesOf(property, `${path}.${name}`)),
    ...piecesOf(schema['additionalProperties'], `${path}.*`),
    ...piecesOf(schema['items'], `${path}.*`),
  ];
}

const pieces = [
  ...piecesOf(fileSection({}, {}, {}), 'file'),
  ...[...providers.values()].flatMap((provider) =>
    piecesOf(modelSection(provider), `model ${provider.provider}`),
  ),
  ...[...stepTypes.values()].flatMap((type) => piecesOf(stepSection(type, {}), type.type)),
  ...piecesOf(testSection(assertionSection), 'test'),
];

const schema = '{type: object, required: [a], properties: {a: {type: string}}}';
const bare = `version: 1
model: {name: mistral-small-latest}
steps:
  chat: {type: chat, prompt: hello}
  structured: {type: structured, prompt: hello, schema: ${schema}}
  tools:
    type: tools
    prompt: hello
    tools: {order: {http: {url: "https://a.example"}}}
`;

/** What the code makes of a file that sets nothing. */
async function used(): Promise<ReadonlyMap<string, JsonValue | undefined>> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'p.yaml'), bare);
  writeFileSync(join(folder, 'p.test.yaml'), 'version: 1\ntests: [{name: a, input: {}}]\n');
  const { plan, diagnostics } = await loadPipeline('p.yaml', { cwd: folder });
  expect(diagnostics).toEqual([]);
  const { suite } = await loadTests('p.yaml', { cwd: folder });
  const step = (id: string) => plan?.steps.find((step) => step.id === id);
  const request = (id: string) => {
    const rendered = step(id)?.program.render({ input: {}, vars: {}, steps: {} });
    return rendered?.ok === true ? rendered.value : undefined;
  };
  const rounds = (step('tools')?.program.outlook?.most_calls ?? 0) - 1;
  return new Map<string, JsonValue | undefined>([
    ['file.retry.attempts', plan?.retry.attempts],
    ['file.retry.max_delay', plan?.retry.max_delay],
    ['file.retry.outage', plan?.retry.outage],
    ['file.limits.concurrency', plan?.limits.concurrency],
    ['file.cache', step('chat')?.cache],
    ['file.fail.error_rate', plan?.fail.error_rate],
    ['model mistralai.provider', step('chat')?.model.provider],
    ['model mistralai.timeout', step('chat')?.model.timeout],
    ['model mistralai.idle_timeout', step('chat')?.model.idle_timeout],
    ['chat.stream', step('chat')?.stream],
    ['structured.method', request('structured')?.response_format?.type],
    ['structured.repair', (step('structured')?.program.outlook?.most_calls ?? 0) - 1],
    ['tools.max_rounds', rounds],
    ['test.outcome', suite?.tests[0]?.outcomes[0]],
  ]);
}

describe('the format', () => {
  it('has examples and defaults that it allows itself', () => {
    const ajv = new Ajv2020({ strict: false });
    const given = pieces.flatMap(({ path, schema }) => {
      const { examples = [], default: fallback } = schema;
      const values = [...(examples as readonly JsonValue[]), ...(fallback === undefined ? [] : [fallback])];
      return values.map((value) => ({ path, schema, value }));
    });
    expect(given.length).toBeGreaterThan(150);
    const invalid = given.filter(
      ({ schema, value }) => !ajv.validate({ ...schema, anyOf: schema['anyOf'] ?? [true] }, value),
    );
    expect(invalid.map(({ path, value }) => [path, value])).toEqual([]);
  });

  it('tells the defaults that the code uses', async () => {
    const defaults = new Map(pieces.map(({ path, schema }) => [path, schema['default']]));
    const inMilliseconds = (value: JsonValue | undefined) =>
      typeof value === 'string' ? (parseDuration(value) ?? value) : value;
    for (const [path, value] of await used())
      expect([path, inMilliseconds(defaults.get(path))]).toEqual([path, value]);
  });
});
