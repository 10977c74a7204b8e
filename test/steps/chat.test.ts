import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/json/json.ts';
import type { ModelRequest } from '../../src/models/contract.ts';
import { chat } from '../../src/steps/chat.ts';
import { stepTypes } from '../../src/steps/registry.ts';
import { answered, compileStep, script, serverError, unanswered, usage } from './support.ts';

const compile = (spec: JsonObject) => compileStep(chat, spec);

const scope = {
  input: { text: 'Bonjour', empty: '', space: ' \n' },
  vars: { language: 'English' },
  steps: {},
};

describe('the chat step', () => {
  it('is registered by its type, and says so', () => {
    expect(stepTypes.get('chat')).toBe(chat);
    expect(chat.type).toBe('chat');
  });

  it('has text for output', async () => {
    const { program } = await compile({ prompt: 'Hello' });
    expect(program.output).toEqual({ type: 'string' });
  });

  it.each<[string, JsonObject, ModelRequest['messages']]>([
    ['a prompt alone', { prompt: '{{input.text}}' }, [{ role: 'user', content: 'Bonjour' }]],
    [
      'system and prompt, in this order',
      { prompt: '{{input.text}}!', system: 'To {{vars.language}}.' },
      [
        { role: 'system', content: 'To English.' },
        { role: 'user', content: 'Bonjour!' },
      ],
    ],
    [
      'messages with examples',
      {
        messages: [
          { role: 'system', content: 'Translate.' },
          { role: 'user', content: 'Oui' },
          { role: 'assistant', content: 'Yes' },
          { role: 'user', content: '{{input.text}}' },
        ],
      },
      [
        { role: 'system', content: 'Translate.' },
        { role: 'user', content: 'Oui' },
        { role: 'assistant', content: 'Yes' },
        { role: 'user', content: 'Bonjour' },
      ],
    ],
    [
      'an answer that is begun for the model',
      {
        messages: [
          { role: 'user', content: '{{input.text}}' },
          { role: 'assistant', content: '{', prefix: true },
        ],
      },
      [
        { role: 'user', content: 'Bonjour' },
        { role: 'assistant', content: '{', prefix: true },
      ],
    ],
    [
      'no prefix where it is false',
      { messages: [{ role: 'user', content: 'Hello', prefix: false }] },
      [{ role: 'user', content: 'Hello' }],
    ],
    [
      'an empty system message as it is',
      { system: '{{input.empty}}', prompt: 'Hello' },
      [
        { role: 'system', content: '' },
        { role: 'user', content: 'Hello' },
      ],
    ],
  ])('renders %s', async (_name, spec, messages) => {
    const { program, mistakes } = await compile(spec);
    expect(mistakes).toEqual([]);
    expect(program.render(scope)).toEqual({ ok: true, value: { messages } });
  });

  it.each<[string, JsonObject, readonly string[]]>([
    [
      'system beside messages',
      { system: 'x', messages: [{ role: 'user', content: 'x' }] },
      ['system-beside-messages system (key)'],
    ],
    [
      'a system turn after another',
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'system', content: 'x' },
          { role: 'user', content: 'x' },
        ],
      },
      ['message-order messages.1.role'],
    ],
    [
      'prefix on a user turn and on an early turn',
      {
        messages: [
          { role: 'assistant', content: 'x', prefix: true },
          { role: 'user', content: 'x', prefix: true },
        ],
      },
      ['message-order messages.0.prefix (key)', 'message-order messages.1.prefix (key)'],
    ],
    [
      'an assistant turn at the end',
      {
        messages: [
          { role: 'user', content: 'x' },
          { role: 'assistant', content: 'x' },
        ],
      },
      ['message-order messages.1.role'],
    ],
    [
      'nothing but a system turn',
      { messages: [{ role: 'system', content: 'x' }] },
      ['message-order messages.0.role'],
    ],
  ])('refuses %s', async (_name, spec, mistakes) => {
    expect((await compile(spec)).mistakes).toEqual(mistakes);
  });

  it('allows several system turns at the beginning', async () => {
    const turns = ['system', 'system', 'user'].map((role) => ({ role, content: 'x' }));
    expect((await compile({ messages: turns })).mistakes).toEqual([]);
  });

  it('gives the answer, and what it used', async () => {
    const { program } = await compile({ prompt: '{{input.text}}' });
    const services = script(answered('Hello'));
    const result = await program.execute(scope, services);
    expect(services.requests).toEqual([{ messages: [{ role: 'user', content: 'Bonjour' }] }]);
    expect(result).toEqual({
      ok: true,
      value: { output: 'Hello', tool_calls: [], finish_reason: 'stop', usage },
    });
  });

  it('fails as the call fails', async () => {
    const { program } = await compile({ prompt: 'Hello' });
    const services = script(unanswered);
    expect(await program.execute(scope, services)).toEqual({ ok: false, error: serverError });
  });

  it.each([
    ['a refusal', { refusal: 'I cannot help with that.' }, 'refused to answer: I cannot help with that.'],
    ['an answer withheld', { text: 'Well', finish_reason: 'content_filter' }, 'withheld'],
  ])('fails for %s', async (_name, completion, message) => {
    const { program } = await compile({ prompt: 'Hello' });
    const result = await program.execute(scope, script(answered(completion)));
    expect(result).toMatchObject({ ok: false, error: { code: 'refused_answer' } });
    expect(result.ok ? '' : result.error.message).toContain(message);
  });

  it('fails for calls of tools that nobody has offered, but not where there is a text beside them', async () => {
    const { program } = await compile({ prompt: 'Hello' });
    const tool_calls = [{ id: 'a', name: 'rm', arguments: '{"path":"/"}' }];
    const failed = await program.execute(scope, script(answered({ text: '', tool_calls })));
    expect(failed).toMatchObject({
      ok: false,
      error: {
        code: 'wrong_tool',
        message: 'the model called `rm` where a text was asked for',
        raw: '{"path":"/"}',
      },
    });
    const said = await program.execute(scope, script(answered({ text: 'Hi', tool_calls })));
    expect(said).toMatchObject({ ok: true, value: { output: 'Hi' } });
  });

  it('keeps an answer that was cut off, with its reason', async () => {
    const { program } = await compile({ prompt: 'Hello' });
    const result = await program.execute(scope, script(answered({ text: 'Hel', finish_reason: 'length' })));
    expect(result).toMatchObject({ ok: true, value: { output: 'Hel', finish_reason: 'length' } });
  });

  it.each([
    ['an absent path', '{{input.missing}}', 'absent_path', '`input.missing` is absent'],
    ['an empty prompt', '{{input.empty}}', 'empty_prompt', 'the prompt is empty for this record'],
    ['a prompt of white space', '{{input.space}}', 'empty_prompt', 'the prompt is empty for this record'],
  ])('asks nothing for %s', async (_name, prompt, code, message) => {
    const { program } = await compile({ prompt });
    const services = script();
    const result = await program.execute(scope, services);
    expect(services.requests).toEqual([]);
    expect(result).toMatchObject({ ok: false, error: { code, status: null, attempts: 0, scope: 'record' } });
    expect(result.ok ? '' : result.error.message).toContain(message);
    expect(program.render(scope)).toEqual(result);
  });
});
