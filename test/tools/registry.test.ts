import { describe, expect, it } from 'vitest';
import { isObject, type JsonObject, type JsonValue } from '../../src/json/json.ts';
import { compileValidator } from '../../src/pipeline/schema/validator.ts';
import { toolKinds } from '../../src/tools/registry.ts';

/** Every key that a kind has, with the path to it. */
function keysOf(properties: JsonObject, path = ''): readonly (readonly [string, JsonObject])[] {
  return Object.entries(properties).flatMap(([name, schema]) => {
    if (!isObject(schema)) return [];
    const inner = isObject(schema['properties']) ? keysOf(schema['properties'], `${path}${name}.`) : [];
    return [[`${path}${name}`, schema] as const].concat(inner);
  });
}

const kinds = [...toolKinds.values()];

describe('the kinds of tools', () => {
  it('are three', () => {
    expect([...toolKinds.keys()]).toEqual(['command', 'module', 'http']);
  });

  it.each(kinds)('have a key that names them: $kind', ({ kind, properties, description }) => {
    expect(Object.keys(properties)[0]).toBe(kind);
    expect(description).toMatch(/^[A-Z].*\.$/su);
  });

  it.each(kinds)(
    'say of every key what it is, with an example that is valid: $kind',
    async ({ properties }) => {
      for (const [key, schema] of keysOf(properties)) {
        expect([key, schema['description']]).toEqual([key, expect.stringMatching(/^[A-Z].*\.$/su)]);
        const validate = await compileValidator(schema, '2020-12');
        const examples = [schema['examples'] ?? []].flat() as readonly JsonValue[];
        expect([key, examples.length > 0, examples.filter((example) => !validate(example))]).toEqual([
          key,
          true,
          [],
        ]);
      }
    },
  );

  it('have the same limits', () => {
    for (const { properties } of kinds)
      expect([properties['timeout']?.['default'], properties['max_bytes']?.['default']]).toEqual([
        '30s',
        100_000,
      ]);
  });
});
