import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import { isObject } from '../../src/json/json.ts';
import type { ToolCall } from '../../src/models/contract.ts';
import { answered } from './support.ts';
import { call, calling, errorOf, listed, run, toolTurn, withTools } from './tools-support.ts';

const done = answered('It was sent.');

/** The ids of the first answer's calls: as the model is told of them, as their results name them, as they are listed. */
async function idsOf(calls: readonly ToolCall[]): Promise<readonly string[]> {
  const { added, result } = await run(withTools({ find: 'echo' }), [calling(calls), done]);
  const [answer, ...results] = added[1] ?? [];
  const ids = answer?.tool_calls?.map(({ id }) => id) ?? [];
  expect(results.map(({ tool_call_id }) => tool_call_id)).toEqual(ids);
  expect(result).toMatchObject({ ok: true, value: { tool_calls: ids.map((id) => ({ id })) } });
  return ids;
}

function errorText(result: JsonObject | undefined): string {
  const error = result?.['error'];
  return typeof error === 'string' ? error : '';
}

describe('the id of a call', () => {
  it.each([
    'D681PevKs',
    'call_Vx8n2PqRstUvWxYz0123456789abcdef',
    'toolu_01A09q90qw90lq917835lq9',
    'chatcmpl-tool-4f1a2b3c4d5e6f708192a3b4c5d6e7f8',
    'functions.find:0',
    '0',
    ' ',
    '__proto__',
    'é/{{input.id}}"',
    'x'.repeat(500),
  ])('comes back as the provider gave it: %s', async (id) => {
    expect(await idsOf([call('find', '{}', id)])).toEqual([id]);
  });

  it.each<[string, readonly string[], readonly string[]]>([
    ['none is given', ['', ''], ['call00000', 'call00001']],
    ['one is given twice', ['a', 'a', 'b', 'a'], ['a', 'call00001', 'b', 'call00003']],
    ['what we would give is taken', ['call00001', 'call00001', ''], ['call00001', 'call00002', 'call00003']],
  ])('is another where %s', async (_name, given, ids) => {
    expect(await idsOf(given.map((id) => call('find', '{}', id)))).toEqual(ids);
  });

  it('is another where an earlier round had it', async () => {
    const round = calling([call('find', '{}', 'call_0')]);
    const { services } = await run(withTools({ find: 'echo' }), [round, round, done]);
    const told = services.requests[2]?.messages.flatMap(({ tool_calls, tool_call_id }) => [
      ...(tool_calls ?? []).map(({ id }) => id),
      ...(tool_call_id === undefined ? [] : [tool_call_id]),
    ]);
    expect(told).toEqual(['call_0', 'call_0', 'call00001', 'call00001']);
    expect(services.invocations.map(({ id }) => id)).toEqual(['call_0', 'call00001']);
  });

  it('is never there twice, and the same each time', async () => {
    const ids = fc.array(fc.constantFrom('', 'a', 'b', 'call00000', 'call00001', 'call00002'), {
      minLength: 1,
    });
    await fc.assert(
      fc.asyncProperty(ids, async (given) => {
        const calls = given.map((id) => call('find', '{}', id));
        const told = await idsOf(calls);
        expect(new Set(told).size).toBe(given.length);
        expect(await idsOf(calls)).toEqual(told);
      }),
      { numRuns: 50 },
    );
  });
});

const parameters = {
  type: 'object',
  required: ['id'],
  additionalProperties: false,
  properties: { id: { type: 'integer' } },
};

describe('the arguments of a call', () => {
  const find = (given: string, tool: JsonObject = { fake: 'echo', parameters: { type: 'object' } }) =>
    run(withTools({ find: tool }), [calling([call('find', given)]), done]);

  it.each<[string, string, JsonObject]>([
    ['an object', '{"id":1}', { id: 1 }],
    ['an object amid white space', ' {"id": 1}\n', { id: 1 }],
    ['nothing', '', {}],
    ['white space', ' \n', {}],
    ['names that objects inherit', '{"constructor":1,"toString":2}', { constructor: 1, toString: 2 }],
    ['a template', '{"id":"{{input.secret}}"}', { id: '{{input.secret}}' }],
  ])('are read: %s', async (_name, text, given) => {
    const ran = await find(text);
    expect(listed(ran)).toEqual([{ name: 'find', arguments: given, result: given, error: null }]);
    const told = text.trim() === '' ? '{}' : text;
    expect(ran.added[1]?.[0]?.tool_calls).toEqual([call('find', told)]);
  });

  it('are read where they name the prototype, and change none', async () => {
    const [result] = listed(await find('{"__proto__":{"admin":true}}'));
    expect(JSON.stringify(result?.['result'])).toBe('{"__proto__":{"admin":true}}');
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
  });

  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`;
  const long = `{"a":"${'x'.repeat(1_000_000)}"`;

  it.each<[string, string, string]>([
    ['null', 'null', 'no object'],
    ['a list', '[1]', 'no object'],
    ['a text', '"find it"', 'no object'],
    ['a number', '5', 'no object'],
    ['no JSON', 'id=1', 'cannot be read: expected a value, found "id"'],
    ['an object that was cut off', '{"id":', 'cannot be read: expected a value, found the end of the text'],
    ['two objects', '{"id":1}{"id":2}', 'cannot be read'],
    ['a number that would lose digits', '{"id":12345678901234567890}', 'put it in quotes to keep its digits'],
    ['a name that stands twice', '{"id":1,"id":2}', 'stands twice'],
    ['half a character', '{"id":"\\ud800"}', 'surrogate pair'],
    ['nesting deeper than any stack', deep, 'nested deeper than 500 levels'],
    ['a megabyte that has no end', long, 'cannot be read'],
    ['control sequences', '\u001b[31m', 'They begin with: \\x1b[31m'],
  ])('are told to the model as wrong: %s', async (_name, text, words) => {
    const ran = await find(text);
    const [result] = listed(ran);
    expect(result).toMatchObject({ name: 'find', result: null });
    expect(result?.['arguments']).toBe(text);
    const error = errorText(result);
    expect(error).toContain(words);
    expect(error.length).toBeLessThanOrEqual(1000);
    // What goes back to the provider is a call that it takes.
    expect(ran.added[1]).toEqual([
      { role: 'assistant', content: '', tool_calls: [call('find', '{}')] },
      toolTurn('find', JSON.stringify({ error })),
    ]);
    expect(ran.services.invocations).toMatchObject([{ id: 'find', name: 'find', arguments: text }]);
  });

  it.each<[string, string, JsonValue, readonly string[]]>([
    ['a wrong type', '{"id":"A1"}', { id: 'A1' }, ['`id` must be a whole number, found "A1"']],
    ['a missing one', '{}', {}, ['`id` is missing']],
    ['several mistakes', '{"id":"A1","no":1}', { id: 'A1', no: 1 }, ['`id` must be', '`no` is not']],
  ])('that `parameters` does not allow are told: %s', async (_name, text, given, words) => {
    const ran = await find(text, { fake: 'echo', parameters });
    const [result] = listed(ran);
    expect(result).toMatchObject({ arguments: given, result: null });
    const error = errorText(result);
    expect(error).toMatch(/^the arguments do not fit the tool's parameters: /);
    for (const word of words) expect(error).toContain(word);
    // It is an object, so the model sees what it wrote.
    expect(ran.added[1]?.[0]?.tool_calls).toEqual([call('find', text)]);
  });

  it('are none where the tool has no parameters', async () => {
    const none = { fake: 'echo' };
    expect(listed(await find('{}', none))).toMatchObject([{ result: {}, error: null }]);
    expect(listed(await find('{"id":1}', none))).toMatchObject([
      { result: null, error: expect.stringContaining('this tool takes no arguments') },
    ]);
  });

  it('have a bounded message, however much is wrong', async () => {
    const properties = Object.fromEntries(
      Array.from({ length: 60 }, (_, index) => [
        `a_rather_long_name_of_an_argument_${index}`,
        { type: 'integer' },
      ]),
    );
    const given = JSON.stringify(Object.fromEntries(Object.keys(properties).map((name) => [name, 'no'])));
    const [result] = listed(await find(given, { fake: 'echo', parameters: { type: 'object', properties } }));
    const error = errorText(result);
    expect(error.length).toBeLessThanOrEqual(1000);
    expect(error).toContain('a_rather_long_name_of_an_argument_0');
  });

  it('whatever they are, come to a result or an error, and back as an object', async () => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), async (text) => {
        const ran = await find(text);
        const [result] = listed(ran);
        expect(isObject(result?.['arguments'])).toBe(result?.['error'] === null);
        const [told] = ran.added[1]?.[0]?.tool_calls ?? [];
        expect(isObject(JSON.parse(told?.arguments ?? ''))).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});

describe('a call of a tool that there is not', () => {
  it.each<[string, string, string]>([
    ['another name', 'lose', 'lose'],
    ['the prototype', '__proto__', '__proto__'],
    ['what objects inherit', 'constructor', 'constructor'],
    ['a note of the file', 'x-note', 'x-note'],
    ['a name in another case', 'Find', 'Find'],
    ['a name that no provider takes', 'find it, {{now}}', 'find_it____now__'],
    ['a name beyond all bounds', 'n'.repeat(10_000), 'n'.repeat(64)],
    ['a name of other letters', 'найти😀', '______'],
    ['no name', '', '_'],
  ])('is told so, with the tools that there are: %s', async (_name, name, told) => {
    const spec = withTools({ find: 'echo', 'x-note': 'echo', count: 'number' });
    const ran = await run(spec, [calling([call(name, '{"id":1}', 'one')]), done]);
    const [result] = listed(ran);
    const error = errorText(result);
    expect(result).toMatchObject({ name, arguments: { id: 1 }, result: null });
    expect(error).toMatch(/^there is no tool `.*`; the tools are `find`, `count`$/);
    expect(error.length).toBeLessThanOrEqual(1000);
    expect(ran.added[1]).toEqual([
      { role: 'assistant', content: '', tool_calls: [call(told, '{"id":1}', 'one')] },
      toolTurn('one', JSON.stringify({ error })),
    ]);
    expect(ran.services.invocations).toMatchObject([{ name }]);
  });

  it('fails the record where the step says so', async () => {
    const spec = withTools({ find: { fake: 'echo', on_error: 'tell' } }, { on_error: 'fail' });
    const ran = await run(spec, [calling([call('lose')])]);
    expect(errorOf(ran)).toMatchObject({
      code: 'wrong_tool',
      message: 'the tool `lose` failed: there is no tool `lose`; the tools are `find`',
    });
  });

  it('leaves the others of its round alone', async () => {
    const calls = [call('lose', '{}', 'a'), call('find', '{"id":1}', 'b'), call('find', '[', 'c')];
    const ran = await run(withTools({ find: 'echo' }), [calling(calls), done]);
    expect(listed(ran)).toMatchObject([
      { name: 'lose', result: null },
      { name: 'find', result: { id: 1 }, error: null },
      { name: 'find', result: null },
    ]);
    expect(ran.services.invocations).toHaveLength(3);
  });
});

describe('a tool named as what objects inherit', () => {
  it.each(['__proto__', 'constructor', 'hasOwnProperty'])('%s is a tool as any other', async (name) => {
    const ran = await run(withTools({ [name]: 'number' }), [calling([call(name)]), done]);
    expect(listed(ran)).toMatchObject([{ name, result: 42 }]);
  });
});
