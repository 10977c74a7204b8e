import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json/json.ts';
import type { CallOutcome, Message } from '../../src/models/contract.ts';
import { success } from '../../src/result.ts';
import { answered, script, serverError, unanswered, usage } from './support.ts';
import {
  asked,
  call,
  calling,
  compileTools,
  errorOf,
  failed,
  listed,
  run,
  toolTurn,
  withTools,
  type Acts,
} from './tools-support.ts';

const done = answered('It was sent.');

describe('a step with tools', () => {
  it('ends at once where the model calls none', async () => {
    const { result, services } = await run(withTools({ find: 'echo' }), [done]);
    expect(services.invocations).toEqual([]);
    expect(result).toEqual({
      ok: true,
      value: { output: 'It was sent.', tool_calls: [], finish_reason: 'stop', usage },
    });
  });

  it('tells the model each answer and result, round by round', async () => {
    const spec = withTools(
      { find: 'echo', count: 'number' },
      { system: 'Be kind.', parallel_tool_calls: true },
    );
    const rounds = [
      calling([call('find', '{ "id": "A1" }', 'one')]),
      calling([call('count', '{}', 'two'), call('find', '{"id":2}', 'three')], { text: 'I count.' }),
      done,
    ];
    const { result, services } = await run(spec, rounds);
    const [first, second, third] = services.requests;
    const turns: readonly Message[] = [
      { role: 'system', content: 'Be kind.' },
      asked,
      { role: 'assistant', content: '', tool_calls: [call('find', '{ "id": "A1" }', 'one')] },
      toolTurn('one', '{"id":"A1"}'),
      {
        role: 'assistant',
        content: 'I count.',
        tool_calls: [call('count', '{}', 'two'), call('find', '{"id":2}', 'three')],
      },
      toolTurn('two', '42'),
      toolTurn('three', '{"id":2}'),
    ];
    const offered = {
      tools: ['find', 'count'].map((name) => ({ name, parameters: { type: 'object' } })),
      parallel_tool_calls: true,
    };
    expect(first).toEqual({ messages: turns.slice(0, 2), ...offered });
    expect(second).toEqual({ messages: turns.slice(0, 4), ...offered });
    expect(third).toEqual({ messages: turns, ...offered });
    expect(result).toMatchObject({
      ok: true,
      value: {
        output: 'It was sent.',
        tool_calls: [
          { id: 'one', name: 'find', arguments: { id: 'A1' }, result: { id: 'A1' }, error: null },
          { id: 'two', name: 'count', arguments: {}, result: 42, error: null },
          { id: 'three', name: 'find', arguments: { id: 2 }, result: { id: 2 }, error: null },
        ],
        finish_reason: 'stop',
        usage: { requests: 3, input_tokens: 30, output_tokens: 6, total_tokens: 36 },
      },
    });
  });

  it('sends the first request as it is rendered', async () => {
    const { program } = await compileTools(withTools({ find: 'echo' }, { tool_choice: 'find' }));
    const scope = { input: {}, vars: {}, steps: {} };
    const services = script(calling([call('find')]), done);
    await program.execute(scope, services);
    expect(program.render(scope)).toEqual({ ok: true, value: services.requests[0] });
  });

  it.each<[string, string, JsonObject, Acts, string]>([
    [
      'a text as it is',
      'act',
      {},
      { act: () => success('sent, {{input.id}} "now"') },
      'sent, {{input.id}} "now"',
    ],
    ['an empty text', 'empty', {}, {}, ''],
    ['null', 'null', {}, {}, 'null'],
    ['a list', 'act', {}, { act: () => success([1, 'a', null]) }, '[1,"a",null]'],
    ['an error', 'fail', {}, {}, '{"error":"no such order"}'],
  ])('tells the model %s', async (_name, act, other, acts, content) => {
    const { added } = await run(withTools({ find: act }, other), [calling([call('find')]), done], acts);
    expect(added[1]?.[1]).toEqual(toolTurn('find', content));
  });

  it.each<[string, string, string, Message['content']]>([
    [
      'before its text',
      'Hm.',
      'Wait.',
      [
        { type: 'thinking', thinking: 'Hm.' },
        { type: 'text', text: 'Wait.' },
      ],
    ],
    ['alone', 'Hm.', '', [{ type: 'thinking', thinking: 'Hm.' }]],
  ])('keeps what the model thought, %s', async (_name, thinking, text, content) => {
    const thought = calling([call('find')], { thinking, text });
    const { added } = await run(withTools({ find: 'echo' }), [thought, done]);
    expect(added[1]?.[0]).toEqual({ role: 'assistant', content, tool_calls: [call('find')] });
  });

  it.each<[string, CallOutcome, unknown]>([
    ['an empty text', answered(''), { output: '', finish_reason: 'stop' }],
    [
      'a text that was cut off, as it says',
      answered({ text: 'It wa', finish_reason: 'length' }),
      { output: 'It wa', finish_reason: 'length' },
    ],
    ['a text, whatever was thought', answered({ text: 'Yes', thinking: 'Hm.' }), { output: 'Yes' }],
  ])('has for output %s', async (_name, outcome, value) => {
    const { result } = await run(withTools({ find: 'echo' }), [calling([call('find')]), outcome]);
    expect(result).toMatchObject({ ok: true, value });
  });

  it('fails as a call to the model fails', async () => {
    const { result } = await run(withTools({ find: 'echo' }), [calling([call('find')]), unanswered]);
    expect(result).toEqual({ ok: false, error: serverError });
  });

  it('asks nothing where a template fails', async () => {
    const { result, services } = await run({ ...withTools({ find: 'echo' }), prompt: '{{input.gone}}' }, []);
    expect(result).toMatchObject({ ok: false, error: { code: 'absent_path' } });
    expect(services.requests).toEqual([]);
  });
});

describe('tool_choice', () => {
  it.each(['any', 'required', 'find'])(
    '%s asks for a call once, then leaves it to the model',
    async (tool_choice) => {
      const rounds = [calling([call('find')]), calling([call('find', '{}', 'again')]), done];
      const { services } = await run(withTools({ find: 'echo' }, { tool_choice }), rounds);
      expect(services.requests.map((request) => request.tool_choice)).toEqual([tool_choice, 'auto', 'auto']);
    },
  );

  it('auto stays, and is not sent where it is not set', async () => {
    const rounds = [calling([call('find')]), done];
    const { services } = await run(withTools({ find: 'echo' }, { tool_choice: 'auto' }), rounds);
    expect(services.requests.map((request) => request.tool_choice)).toEqual(['auto', 'auto']);
    const unset = await run(withTools({ find: 'echo' }), rounds);
    expect(unset.services.requests.some((request) => 'tool_choice' in request)).toBe(false);
  });

  it.each<[string, string, CallOutcome, string, string]>([
    ['any', 'a text', done, 'no_tool_call', 'asks for a tool call'],
    ['required', 'a text', done, 'no_tool_call', 'asks for a tool call'],
    ['find', 'a text', done, 'no_tool_call', 'asks for a call of `find`'],
    ['find', 'a call of another tool', calling([call('count')]), 'wrong_tool', 'called `count` where'],
    ['none', 'a call', calling([call('find')]), 'wrong_tool', 'called `find`, though'],
  ])('%s is held against a server that answers with %s', async (tool_choice, _name, outcome, code, words) => {
    const ran = await run(withTools({ find: 'echo', count: 'number' }, { tool_choice }), [outcome]);
    expect(errorOf(ran)).toMatchObject({ code, attempts: 1, scope: 'record' });
    expect(errorOf(ran).message).toContain(words);
    expect(ran.services.invocations).toEqual([]);
  });

  it('that names a tool allows calls of others beside it', async () => {
    const rounds = [calling([call('count'), call('find')]), done];
    const ran = await run(withTools({ find: 'echo', count: 'number' }, { tool_choice: 'find' }), rounds);
    expect(listed(ran).map(({ name }) => name)).toEqual(['count', 'find']);
  });

  it('none takes the text', async () => {
    const { result } = await run(withTools({ find: 'echo' }, { tool_choice: 'none' }), [done]);
    expect(result).toMatchObject({ ok: true, value: { output: 'It was sent.' } });
  });
});

describe('calls of one answer', () => {
  it('run side by side, and are told in their order', async () => {
    const began: string[] = [];
    const ends = new Map<string, () => void>();
    const acts: Acts = {
      wait: ({ arguments: { id: given } }) =>
        new Promise((resolve) => {
          const id = given as string;
          began.push(id);
          ends.set(id, () => resolve(success(`result ${id}`)));
          // Only when all three have begun do they end, the last first.
          if (ends.size === 3) for (const name of ['c', 'b', 'a']) ends.get(name)?.();
        }),
    };
    const calls = ['a', 'b', 'c'].map((id) => call('find', JSON.stringify({ id }), id));
    const { added, result } = await run(withTools({ find: 'wait' }), [calling(calls), done], acts);
    expect(began).toEqual(['a', 'b', 'c']);
    expect(added[1]?.slice(1)).toEqual(['a', 'b', 'c'].map((id) => toolTurn(id, `result ${id}`)));
    expect(result).toMatchObject({
      ok: true,
      value: { tool_calls: [{ result: 'result a' }, { result: 'result b' }, { result: 'result c' }] },
    });
  });

  it('give the tool what the run gives, and the scope of the step', async () => {
    const seen: unknown[] = [];
    const acts: Acts = {
      see: ({ arguments: given, scope }, { signal, env }) => {
        seen.push(given, scope, signal.aborted, env);
        return success(null);
      },
    };
    await run(withTools({ find: 'see' }), [calling([call('find', '{"id":1}')]), done], acts);
    expect(seen).toEqual([{ id: 1 }, { input: {}, vars: {}, steps: {} }, false, {}]);
  });

  it('come to what the run says of them', async () => {
    const { program } = await compileTools(withTools({ find: 'echo' }));
    const services = script(calling([call('find')]), done);
    const journaled = { ...services, tool: () => Promise.resolve(success('as before')) };
    const result = await program.execute({ input: {}, vars: {}, steps: {} }, journaled);
    expect(result).toMatchObject({ ok: true, value: { tool_calls: [{ result: 'as before' }] } });
    expect(services.requests[1]?.messages.at(-1)).toEqual(toolTurn('find', 'as before'));
  });
});

describe('more calls of one answer than are run', () => {
  const many = Array.from({ length: 40 }, (_, at) => call('find', '{}', `id${at}`));
  const words = 'an answer may make 32 tool calls, and this one came after them';

  it('are each told so, in the order of the calls', async () => {
    let runs = 0;
    const count: Acts = { count: () => success((runs += 1)) };
    const ran = await run(withTools({ find: 'count' }), [calling(many), done], count);
    expect(runs).toBe(32);
    expect(ran.services.invocations.map(({ id }) => id)).toEqual(many.map(({ id }) => id));
    const results = listed(ran);
    expect(results.map(({ result }) => result).slice(0, 33)).toEqual([
      ...Array.from({ length: 32 }, (_, at) => at + 1),
      null,
    ]);
    expect(results.filter(({ error }) => error !== null)).toHaveLength(8);
    expect(results[32]).toMatchObject({ result: null, error: expect.stringContaining(words) });
    expect(ran.added[1]?.[33]).toEqual(toolTurn('id32', JSON.stringify({ error: results[32]?.['error'] })));
    expect(ran.added[1]).toHaveLength(41);
  });

  it('are counted anew for each answer', async () => {
    const round = calling(many.slice(0, 32));
    const ran = await run(withTools({ find: 'number' }), [round, round, done]);
    expect(listed(ran).filter(({ error }) => error === null)).toHaveLength(64);
  });

  it('fail the record where the step says so', async () => {
    const ran = await run(withTools({ find: 'number' }, { on_error: 'fail' }), [calling(many)]);
    expect(errorOf(ran)).toMatchObject({ code: 'too_many_calls' });
    expect(errorOf(ran).message).toContain(`the tool \`find\` failed: ${words}`);
  });

  it('are collected where none is run', async () => {
    const ran = await run(withTools({ find: 'number' }, { max_rounds: 0 }), [calling(many)]);
    expect(listed(ran).filter(({ error }) => error === null)).toHaveLength(40);
  });
});

describe('a call that fails', () => {
  it.each<[string, JsonObject]>([
    ['by default', {}],
    ['where the step says so', { on_error: 'tell' }],
  ])('is told to the model %s', async (_name, other) => {
    const ran = await run(withTools({ find: 'fail' }, other), [calling([call('find')]), done]);
    expect(listed(ran)).toEqual([{ name: 'find', arguments: {}, result: null, error: 'no such order' }]);
    expect(ran.result).toMatchObject({ ok: true, value: { output: 'It was sent.' } });
  });

  const find = (on_error?: string): JsonObject => ({
    fake: 'fail',
    parameters: { type: 'object', required: [] },
    ...(on_error !== undefined && { on_error }),
  });

  it.each<[string, JsonObject, JsonObject]>([
    ['the step says `fail`', find(), { on_error: 'fail' }],
    ['the tool says `fail`', find('fail'), {}],
    ['the tool says `fail` and the step `tell`', find('fail'), { on_error: 'tell' }],
  ])('stops the record where %s', async (_name, tool, other) => {
    const ran = await run(withTools({ find: tool }, other), [calling([call('find')])]);
    expect(errorOf(ran)).toMatchObject({
      code: 'tool_failed',
      message: 'the tool `find` failed: no such order',
      scope: 'record',
    });
  });

  it('stops the record by a code of its own where it was the call that was wrong', async () => {
    const spec = withTools({ find: 'echo' }, { on_error: 'fail' });
    const ran = await run(spec, [calling([call('find', '[')])]);
    expect(errorOf(ran)).toMatchObject({ code: 'bad_tool_arguments' });
  });

  it('is told to the model where the tool says `tell` and the step `fail`', async () => {
    const spec = withTools({ find: find('tell') }, { on_error: 'fail' });
    const ran = await run(spec, [calling([call('find')]), done]);
    expect(listed(ran)).toMatchObject([{ error: 'no such order' }]);
  });

  it('stops the record whatever `on_error` says where the model could do nothing about it', async () => {
    const ran = await run(withTools({ find: 'fatal' }, { on_error: 'tell' }), [calling([call('find')])]);
    expect(errorOf(ran)).toMatchObject({
      code: 'tool_failed',
      message: 'the tool `find` failed: there is no `node`',
    });
  });

  it('ends the others where it fails the record, and waits for their end', async () => {
    let ended = false;
    const acts: Acts = {
      quick: () => failed('gone'),
      slow: async (_call, { signal }) => {
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
        // Well behind the failure: whoever did not wait has gone on by then.
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        ended = true;
        return failed('stopped', 'aborted');
      },
    };
    const tools = withTools({ slow: 'slow', quick: 'quick' }, { on_error: 'fail' });
    const ran = await run(tools, [calling([call('slow'), call('quick')])], acts);
    expect(errorOf(ran).message).toBe('the tool `quick` failed: gone');
    expect(ended).toBe(true);
  });

  it('lets the others be where the model is told', async () => {
    const acts: Acts = {
      slow: async (_call, { signal }) => {
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        return success(signal.aborted);
      },
    };
    const ran = await run(
      withTools({ slow: 'slow', quick: 'fail' }),
      [calling([call('slow'), call('quick')]), done],
      acts,
    );
    expect(listed(ran)[0]).toMatchObject({ name: 'slow', result: false });
  });

  it('begins none that still waits for its turn', async () => {
    const begun: string[] = [];
    const acts: Acts = {
      quick: () => failed('gone'),
      later: () => {
        begun.push('later');
        return success(1);
      },
    };
    const { program } = await compileTools(
      withTools({ quick: 'quick', later: 'later' }, { on_error: 'fail' }),
      acts,
    );
    const services = script(calling([call('quick'), call('later')]));
    let turn: Promise<unknown> = Promise.resolve();
    const result = await program.execute(
      { input: {}, vars: {}, steps: {} },
      {
        ...services,
        tool: (invocation) => {
          const outcome = turn.then(() => services.tool(invocation));
          turn = outcome;
          return outcome;
        },
      },
    );
    expect(result).toMatchObject({ ok: false, error: { code: 'tool_failed' } });
    expect(begun).toEqual([]);
  });

  it('is told of the first that stops the record, in the order of the calls', async () => {
    const tools = withTools({ first: 'fail', second: 'fatal' }, { on_error: 'fail' });
    const ran = await run(tools, [calling([call('first'), call('second')])]);
    expect(errorOf(ran).message).toContain('`first`');
  });

  it('is `aborted` where the run ended it', async () => {
    const tools = withTools({ first: 'fail', second: 'aborted' });
    const ran = await run(tools, [calling([call('first'), call('second')])]);
    expect(errorOf(ran)).toMatchObject({ code: 'aborted', message: 'the run is stopping' });
  });

  it('tells why the record failed, not what was ended for that', async () => {
    const tools = withTools({ first: 'aborted', second: 'fatal' });
    const ran = await run(tools, [calling([call('first'), call('second')])]);
    expect(errorOf(ran)).toMatchObject({ code: 'tool_failed', message: expect.stringContaining('`second`') });
  });
});

describe('max_rounds', () => {
  const endless = (rounds: number) =>
    Array.from({ length: rounds }, (_, index) => calling([call('find', '{}', `id${index}`)]));

  it.each([1, 3])('%i allows so many rounds and an answer', async (max_rounds) => {
    const spec = withTools({ find: 'echo' }, { max_rounds });
    const ran = await run(spec, [...endless(max_rounds), done]);
    expect(listed(ran)).toHaveLength(max_rounds);
    expect(ran.services.requests).toHaveLength(max_rounds + 1);
  });

  it.each<[number, string]>([
    [
      1,
      'the model called `find` after the one round of tool calls that it had; raise `max_rounds`, or tell it in the prompt when to answer',
    ],
    [
      2,
      'the model called `find` after all 2 rounds of tool calls that it had; raise `max_rounds`, or tell it in the prompt when to answer',
    ],
  ])('%i fails the record where the model still calls tools', async (max_rounds, message) => {
    const spec = withTools({ find: 'echo' }, { max_rounds });
    const last = calling([call('find', '{"id":"last"}', 'last')]);
    const ran = await run(spec, [...endless(max_rounds), last]);
    expect(errorOf(ran)).toMatchObject({
      code: 'max_rounds',
      message,
      attempts: 1,
      raw: '{"id":"last"}',
    });
    expect(ran.services.invocations).toHaveLength(max_rounds);
  });

  it('is 8 by default', async () => {
    expect(errorOf(await run(withTools({ find: 'echo' }), endless(9))).message).toContain('all 8 rounds');
  });

  it('names a few of many tools', async () => {
    const calls = ['a', 'b', 'c', 'd', 'e', 'f', 'a'].map((name) => call(name));
    const ran = await run(withTools({ find: 'echo' }, { max_rounds: 1 }), [calling(calls), calling(calls)]);
    expect(errorOf(ran).message).toContain('called `a`, `b`, `c`, `d`, `e` and others after');
  });

  it('0 collects the calls of the first answer and runs none', async () => {
    const parameters = { type: 'object', properties: { id: { type: 'integer' } } };
    const spec = withTools({ find: { fake: 'echo', parameters } }, { max_rounds: 0 });
    const calls = [
      call('find', '{"id":1}', 'a'),
      call('find', '{"id":"x"}', 'b'),
      call('find', '{"id":', 'c'),
      call('lose', '{}', 'd'),
    ];
    const ran = await run(spec, [calling(calls, { text: 'Let me see.' })]);
    expect(ran.services.invocations).toEqual([]);
    expect(ran.result).toMatchObject({
      ok: true,
      value: { output: 'Let me see.', finish_reason: 'tool_calls', usage },
    });
    expect(listed(ran)).toMatchObject([
      { name: 'find', arguments: { id: 1 }, result: null, error: null },
      { name: 'find', arguments: { id: 'x' }, result: null, error: expect.stringContaining('`id`') },
      { name: 'find', arguments: '{"id":', result: null, error: expect.stringContaining('cannot be read') },
      { name: 'lose', arguments: {}, result: null, error: expect.stringContaining('no tool `lose`') },
    ]);
  });

  it('0 collects nothing where the model answers', async () => {
    const ran = await run(withTools({ find: 'echo' }, { max_rounds: 0 }), [done]);
    expect(ran.result).toMatchObject({ ok: true, value: { output: 'It was sent.', tool_calls: [] } });
  });

  it('0 fails the record for a bad call where `on_error` is `fail`', async () => {
    const spec = withTools({ find: 'echo' }, { max_rounds: 0, on_error: 'fail' });
    const ran = await run(spec, [calling([call('lose')])]);
    expect(errorOf(ran)).toMatchObject({ code: 'wrong_tool' });
  });
});

describe('an answer that is none', () => {
  it.each<[string, CallOutcome, string]>([
    ['a refusal', answered({ refusal: 'I will not.' }), 'refused_answer'],
    ['a refusal beside calls', calling([call('find')], { refusal: 'I will not.' }), 'refused_answer'],
    ['one that was withheld', answered({ finish_reason: 'content_filter' }), 'refused_answer'],
    [
      'calls that were cut off',
      calling([call('find', '{"id":"A')], { finish_reason: 'length' }),
      'cut_answer',
    ],
    [
      'calls cut off by the context',
      calling([call('find')], { finish_reason: 'model_length' }),
      'cut_answer',
    ],
  ])('fails the record: %s', async (_name, outcome, code) => {
    const ran = await run(withTools({ find: 'echo' }), [calling([call('find')]), outcome]);
    expect(errorOf(ran)).toMatchObject({ code, attempts: 1 });
    expect(ran.services.invocations).toHaveLength(1);
  });
});
