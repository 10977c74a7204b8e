import { describe, expect, it } from 'vitest';
import type { JsonObject, Pointer } from '../../src/json/json.ts';
import type { CallOutcome, ModelRequest } from '../../src/models/contract.ts';
import { chat } from '../../src/steps/chat.ts';
import { stepTypes } from '../../src/steps/registry.ts';
import type { StepProgram } from '../../src/steps/step.ts';
import { compileTemplate } from '../../src/template/compile.ts';

interface Compiled {
  readonly program: StepProgram;
  readonly mistakes: readonly string[];
}

function compile(spec: JsonObject): Compiled {
  const mistakes: string[] = [];
  const program = chat.compile(spec, {
    id: 'reply',
    template(pointer) {
      const compiled = compileTemplate(textAt(spec, pointer), new Map());
      if (!compiled.ok) throw new Error(compiled.error[0]?.message);
      return compiled.value;
    },
    report: ({ code, pointer, part }) =>
      mistakes.push(`${code} ${pointer.join('.')}${part === 'key' ? ' (key)' : ''}`),
  });
  return { program, mistakes };
}

function textAt(spec: JsonObject, pointer: Pointer): string {
  let here: unknown = spec;
  for (const part of pointer) here = (here as { readonly [part: string | number]: unknown })[part];
  return String(here);
}

const scope = {
  input: { text: 'Bonjour', empty: '', space: ' \n' },
  vars: { language: 'English' },
  steps: {},
};

const usage = {
  requests: 1,
  retries: 0,
  cached_requests: 0,
  unmetered_requests: 0,
  input_tokens: 10,
  cached_input_tokens: 0,
  output_tokens: 2,
  reasoning_tokens: null,
  total_tokens: 12,
  cost_usd: null,
};

const answered: CallOutcome = {
  ok: true,
  usage,
  completion: { text: 'Hello', tool_calls: [], finish_reason: 'stop', model: 'm', request_id: null },
};

const { signal } = new AbortController();

describe('the chat step', () => {
  it('is registered by its type, and says so', () => {
    expect(stepTypes.get('chat')).toBe(chat);
    expect(chat.type).toBe('chat');
  });

  it('has text for output', () => {
    expect(compile({ prompt: 'Hello' }).program.output).toEqual({ type: 'string' });
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
  ])('renders %s', (_name, spec, messages) => {
    const { program, mistakes } = compile(spec);
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
  ])('refuses %s', (_name, spec, mistakes) => {
    expect(compile(spec).mistakes).toEqual(mistakes);
  });

  it('allows several system turns at the beginning', () => {
    const turns = ['system', 'system', 'user'].map((role) => ({ role, content: 'x' }));
    expect(compile({ messages: turns }).mistakes).toEqual([]);
  });

  it('gives the answer, and what it used', async () => {
    const requests: ModelRequest[] = [];
    const { program } = compile({ prompt: '{{input.text}}' });
    const result = await program.execute(scope, {
      signal,
      call(request) {
        requests.push(request);
        return Promise.resolve(answered);
      },
    });
    expect(requests).toEqual([{ messages: [{ role: 'user', content: 'Bonjour' }] }]);
    expect(result).toEqual({
      ok: true,
      value: { output: 'Hello', tool_calls: [], finish_reason: 'stop', usage },
    });
  });

  it('fails as the call fails', async () => {
    const error = {
      code: 'server_error',
      message: 'the server said 500',
      status: 500,
      attempts: 3,
      request_id: 'r1',
      scope: 'record',
    } as const;
    const { program } = compile({ prompt: 'Hello' });
    const call = () => Promise.resolve({ ok: false, error, usage } as const);
    expect(await program.execute(scope, { signal, call })).toEqual({ ok: false, error });
  });

  it.each([
    ['an absent path', '{{input.missing}}', 'absent_path', '`input.missing` is absent'],
    ['an empty prompt', '{{input.empty}}', 'empty_prompt', 'the prompt is empty for this record'],
    ['a prompt of white space', '{{input.space}}', 'empty_prompt', 'the prompt is empty for this record'],
  ])('asks nothing for %s', async (_name, prompt, code, message) => {
    let calls = 0;
    const { program } = compile({ prompt });
    const result = await program.execute(scope, {
      signal,
      call() {
        calls += 1;
        return Promise.resolve(answered);
      },
    });
    expect(calls).toBe(0);
    expect(result).toMatchObject({ ok: false, error: { code, status: null, attempts: 0, scope: 'record' } });
    expect(result.ok ? '' : result.error.message).toContain(message);
    expect(program.render(scope)).toEqual(result);
  });
});
