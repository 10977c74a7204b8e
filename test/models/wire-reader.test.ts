import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject, JsonValue } from '../../src/json/json.ts';
import type { Attempt } from '../../src/models/attempt.ts';
import type { Exchange } from '../../src/models/collector.ts';
import type { StreamDelta } from '../../src/models/contract.ts';
import type { Server } from '../../src/models/explain.ts';
import { joinChatCompletion } from '../../src/models/chat-completion-stream.ts';
import { mistralWire } from '../../src/models/mistralai.ts';
import { createRedact } from '../../src/diagnostic/redact.ts';
import { preparePieceRedact } from '../../src/models/redact-pieces.ts';
import { judgeStream } from '../../src/models/wire-attempt.ts';
import { createWireReader } from '../../src/models/wire-reader.ts';
import type { WireStream } from '../../src/models/wire.ts';
import { defaultUsage, streamEvents } from '../support/fake-server.ts';

const key = 'k7Xq2bWmP0aRtY9s';
const server: Server = {
  host: 'api.mistral.ai',
  model: 'mistral-small-latest',
  key_name: 'MISTRAL_API_KEY',
  timeout: 60_000,
  idle_timeout: 30_000,
  max_body: 1000,
  max_stream: 1000,
  redact: createRedact(key),
  now: () => 0,
};
const textRedact = preparePieceRedact([key], server.redact);
const headers = { 'content-type': 'text/event-stream', 'x-request-id': 'r1' };
const ended: Exchange = { kind: 'response', status: 200, headers, body: Buffer.alloc(0) };
const broken: Exchange = { kind: 'fault', fault: 'cut_body', cause: null, sent: true };

/** What comes of a stream that arrives in these chunks. */
function receive(
  chunks: readonly (string | Uint8Array)[],
  exchange: Exchange = ended,
): { attempt: Attempt; deltas: readonly StreamDelta[] } {
  const deltas: StreamDelta[] = [];
  const reader = createWireReader(
    mistralWire.stream,
    (delta) => deltas.push(delta),
    server.redact,
    textRedact,
  );
  expect(reader.accepts(200, headers)).toBe(true);
  for (const chunk of chunks) {
    if (reader.take(Buffer.from(chunk)) === 'enough') break;
  }
  return { attempt: judgeStream(exchange, reader, mistralWire, server), deltas };
}

const data = (value: JsonValue): string =>
  `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const delta = (value: JsonObject, finish_reason: JsonValue = null): string =>
  data({ choices: [{ index: 0, delta: value, finish_reason }] });
const stop = delta({ content: '' }, 'stop');
const done = data('[DONE]');
const calls = (...pieces: readonly JsonObject[]): string => delta({ tool_calls: pieces });

const completionOf = ({ result }: Attempt) =>
  result.kind === 'completed' ? result.completion : { failed: result.fault };
const faultOf = ({ result }: Attempt) => (result.kind === 'failed' ? result : undefined);

describe('a stream that can be used', () => {
  it('is joined to the answer that would have come whole', () => {
    const { attempt, deltas } = receive(streamEvents({ content: 'Ich liebe Programmieren.', id: 'cmpl-1' }));
    expect(attempt).toMatchObject({
      result: {
        kind: 'completed',
        completion: {
          text: 'Ich liebe Programmieren.',
          thinking: '',
          refusal: null,
          tool_calls: [],
          finish_reason: 'stop',
          model: 'mistral-small-latest',
          request_id: 'r1',
        },
        answer: { id: 'cmpl-1' },
      },
      tokens: { input_tokens: 13, output_tokens: 7, total_tokens: 20 },
    });
    expect(deltas).toEqual([
      { type: 'began' },
      { type: 'text', text: 'Ich ' },
      { type: 'text', text: 'liebe ' },
      { type: 'text', text: 'Programmieren.' },
    ]);
  });

  it.each<[string, readonly string[], JsonObject]>([
    ['no text but an empty one', [delta({ content: '' }), stop], { text: '', finish_reason: 'stop' }],
    ['no role', [delta({ content: 'Hi' }), stop], { text: 'Hi' }],
    ['an empty role', [delta({ role: '', content: 'Hi' }), stop], { text: 'Hi' }],
    ['content of null', [delta({ content: 'Hi' }), delta({ content: null }, 'stop')], { text: 'Hi' }],
    [
      'the finish reason in an event without a delta',
      [delta({ content: 'Hi' }), data({ choices: [{ index: 0, finish_reason: 'stop' }] })],
      { text: 'Hi', finish_reason: 'stop' },
    ],
    [
      'a text that was cut at its longest',
      [delta({ content: 'Hi' }), delta({}, 'length')],
      { text: 'Hi', finish_reason: 'length' },
    ],
    [
      'a finish reason of Mistral’s own',
      [delta({ content: 'Hi' }), delta({}, 'model_length')],
      { finish_reason: 'model_length' },
    ],
    [
      'an empty finish reason before the real one',
      [delta({ content: 'Hi' }, ''), delta({}, 'stop')],
      { text: 'Hi', finish_reason: 'stop' },
    ],
    [
      'thinking, then text, in parts',
      [
        delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'H' }] }] }),
        delta({ content: [{ type: 'thinking', thinking: [{ type: 'text', text: 'm.' }] }] }),
        delta({ content: [{ type: 'text', text: '4' }] }),
        delta({ content: '2' }),
        stop,
      ],
      { text: '42', thinking: 'Hm.' },
    ],
    [
      'a refusal',
      [delta({ refusal: 'I can' }), delta({ refusal: 'not.' }), delta({}, 'stop')],
      { text: '', refusal: 'I cannot.' },
    ],
    [
      'other choices beside the first',
      [
        data({ choices: [{ index: 1, delta: { content: 'no' }, finish_reason: 'length' }] }),
        data({ choices: [{ index: 0, delta: { content: 'Hi' } }] }),
        data({
          choices: [
            { index: 1, delta: { content: 'no' } },
            { index: 0, delta: {}, finish_reason: 'stop' },
          ],
        }),
      ],
      { text: 'Hi', finish_reason: 'stop' },
    ],
    [
      'comments, empty events and events without a choice',
      [': PROCESSING\n\n', 'data:\n\n', data({ choices: [] }), data({}), delta({ content: 'Hi' }), stop],
      { text: 'Hi' },
    ],
    [
      'an error of null',
      [data({ error: null, choices: [{ delta: { content: 'Hi' } }] }), stop],
      { text: 'Hi' },
    ],
    [
      'lines that end as on Windows',
      [`${delta({ content: 'Hi' })}${stop}`.replaceAll('\n', '\r\n')],
      { text: 'Hi' },
    ],
    [
      'data in several lines',
      [`data: {"choices":\ndata:[{"delta":{"content":"Hi"},\ndata: "finish_reason":"stop"}]}\n\n`],
      { text: 'Hi', finish_reason: 'stop' },
    ],
    [
      'fields that nobody knows',
      ['id: 7\nretry: 10\nevent: message\nother: x\n', delta({ content: 'Hi' }), stop],
      { text: 'Hi' },
    ],
    ['a byte order mark', ['\uFEFF', delta({ content: 'Hi' }), stop], { text: 'Hi' }],
  ])('may have %s', (_what, events, expected) => {
    expect(completionOf(receive([...events, done]).attempt)).toMatchObject(expected);
  });

  it('says nothing more after its end', () => {
    const { attempt, deltas } = receive([delta({ content: 'Hi' }), stop + done + delta({ content: '!' })]);
    expect(completionOf(attempt)).toMatchObject({ text: 'Hi' });
    expect(deltas).toHaveLength(2);
  });

  it.each<[string, readonly JsonObject[], number | null]>([
    ['in its last event', [{}, { usage: defaultUsage }], 20],
    ['in an event of its own', [{}, {}, { choices: [], usage: defaultUsage }], 20],
    [
      'as a sum that grows',
      [{ usage: { prompt_tokens: 13, completion_tokens: 1, total_tokens: 14 } }, { usage: defaultUsage }],
      20,
    ],
    ['and later nothing', [{ usage: defaultUsage }, { usage: null }], 20],
    ['never', [{}, {}], null],
  ])('tells its usage %s', (_when, events, total) => {
    const texts = events.map((event) => data({ choices: [{ delta: { content: 'x' } }], ...event }));
    const { attempt } = receive([...texts, stop, done]);
    expect(attempt.tokens?.total_tokens ?? null).toBe(total);
    expect(attempt.charged).toBe(true);
  });
});

describe('tool calls in a stream', () => {
  const called = (events: readonly string[]) => {
    const { attempt, deltas } = receive([...events, delta({}, 'tool_calls'), done]);
    const told = deltas.flatMap((delta) => (delta.type === 'tool_call' ? [delta.name] : []));
    return { completion: completionOf(attempt), told };
  };

  it('are joined by their index, side by side', () => {
    const { completion, told } = called([
      calls({ index: 0, id: 'a', function: { name: 'add', arguments: '' } }),
      calls({ index: 1, id: 'b', function: { name: 'now', arguments: '' } }),
      calls(
        { index: 1, function: { arguments: '{"zone":' } },
        { index: 0, function: { arguments: '{"a":1,' } },
      ),
      calls({ index: 0, function: { arguments: '"b":2}' } }, { index: 1, function: { arguments: '"UTC"}' } }),
    ]);
    expect(completion).toMatchObject({
      text: '',
      tool_calls: [
        { id: 'a', name: 'add', arguments: '{"a":1,"b":2}' },
        { id: 'b', name: 'now', arguments: '{"zone":"UTC"}' },
      ],
      finish_reason: 'tool_calls',
    });
    expect(told).toEqual(['add', 'now']);
  });

  it.each<[string, readonly JsonObject[], readonly JsonObject[]]>([
    [
      'whole in one delta',
      [{ index: 0, id: 'a', function: { name: 'add', arguments: '{"a":1}' } }],
      [{ id: 'a', name: 'add', arguments: '{"a":1}' }],
    ],
    [
      'with arguments as an object',
      [{ index: 0, id: 'a', function: { name: 'add', arguments: { a: 1 } } }],
      [{ id: 'a', name: 'add', arguments: '{"a":1}' }],
    ],
    [
      'with a name that is repeated',
      [
        { index: 0, id: 'a', function: { name: 'add', arguments: '{' } },
        { index: 0, id: 'a', function: { name: 'add', arguments: '}' } },
      ],
      [{ id: 'a', name: 'add', arguments: '{}' }],
    ],
    [
      'with an id that changes from piece to piece',
      [
        { index: 0, id: 'a', function: { name: 'add', arguments: '{' } },
        { index: 0, id: 'b', function: { arguments: '}' } },
      ],
      [{ id: 'a', name: 'add', arguments: '{}' }],
    ],
    [
      'with a name before the id',
      [
        { index: 0, function: { name: 'add' } },
        { index: 0, id: 'a', function: { arguments: '{}' } },
      ],
      [{ id: 'a', name: 'add', arguments: '{}' }],
    ],
    [
      'all with the index 0',
      [
        { index: 0, id: 'a', function: { name: 'add', arguments: '{"a":1}' } },
        { index: 0, id: 'b', function: { name: 'add', arguments: '{"a":' } },
        { index: 0, function: { arguments: '2}' } },
      ],
      [
        { id: 'a', name: 'add', arguments: '{"a":1}' },
        { id: 'b', name: 'add', arguments: '{"a":2}' },
      ],
    ],
    [
      'told apart by ids alone',
      [
        { id: 'a', function: { name: 'add', arguments: '{"a":' } },
        { id: 'b', function: { name: 'add', arguments: '{"a":' } },
        { id: 'a', function: { arguments: '1}' } },
        { id: 'b', function: { arguments: '2}' } },
      ],
      [
        { id: 'a', name: 'add', arguments: '{"a":1}' },
        { id: 'b', name: 'add', arguments: '{"a":2}' },
      ],
    ],
    [
      'told apart by names alone',
      [
        { function: { name: 'add', arguments: '{' } },
        { function: { arguments: '}' } },
        { function: { name: 'now', arguments: '{}' } },
      ],
      [
        { id: 'call00000', name: 'add', arguments: '{}' },
        { id: 'call00001', name: 'now', arguments: '{}' },
      ],
    ],
    [
      'with the id `null`, as in Mistral’s schema',
      [{ index: 0, id: 'null', function: { name: 'add', arguments: '{}' } }],
      [{ id: 'call00000', name: 'add', arguments: '{}' }],
    ],
    [
      'without arguments',
      [{ index: 0, id: 'a', function: { name: 'now' } }],
      [{ id: 'a', name: 'now', arguments: '{}' }],
    ],
    [
      'with arguments that the model broke off itself, as it wrote them',
      [{ index: 0, id: 'a', function: { name: 'add', arguments: '{"a":' } }],
      [{ id: 'a', name: 'add', arguments: '{"a":' }],
    ],
  ])('may come %s', (_how, pieces, expected) => {
    expect(called(pieces.map((piece) => calls(piece))).completion).toMatchObject({ tool_calls: expected });
    // The same, where the deltas are fewer.
    expect(called([calls(...pieces)]).completion).toMatchObject({ tool_calls: expected });
  });

  it.each<[string, JsonValue, string]>([
    ['that are no list', {}, 'with tool calls that are no list'],
    ['that are no objects', ['add'], 'with a tool call that is no object'],
    [
      'with arguments that are a list',
      [{ index: 0, function: { name: 'add', arguments: [1] } }],
      'with arguments of a tool call that are no object',
    ],
    ['without a name', [{ index: 0, function: { arguments: '{}' } }], 'with a tool call without a name'],
  ])('are malformed %s', (_how, tool_calls, message) => {
    const { attempt } = receive([delta({ tool_calls }), delta({}, 'tool_calls'), done]);
    expect(faultOf(attempt)).toMatchObject({
      fault: { code: 'malformed_answer', message: `api.mistral.ai answered ${message}` },
      retry: true,
    });
  });
});

describe('a stream that cannot be used', () => {
  const hi = delta({ content: 'Hi' });

  it.each<[string, readonly (string | Uint8Array)[], string, string]>([
    ['no event', [], 'cut_body', 'ended its stream before the answer was whole'],
    ['comments only', [': hello\n\n'], 'cut_body', 'ended its stream before the answer was whole'],
    ['no finish reason', [hi, done], 'cut_body', 'ended its stream before the answer was whole'],
    ['no [DONE]', [hi, stop], 'cut_body', 'ended its stream before the answer was whole'],
    ['half a [DONE]', [hi, stop, 'data: [DONE]'], 'cut_body', 'ended its stream before the answer was whole'],
    [
      'broken JSON',
      [hi, 'data: {"choices":[{\n\n'],
      'malformed_answer',
      'answered with an event that is no JSON object',
    ],
    ['a list', [hi, data([])], 'malformed_answer', 'answered with an event that is no JSON object'],
    ['text', ['data: Hello\n\n'], 'malformed_answer', 'answered with an event that is no JSON object'],
    [
      'bytes that are no UTF-8',
      [hi, Buffer.from([0x64, 0xff])],
      'malformed_answer',
      'answered with a stream that is not UTF-8',
    ],
    [
      'choices that are no list',
      [data({ choices: {} })],
      'malformed_answer',
      'answered with choices that are no list',
    ],
    [
      'a choice that is no object',
      [data({ choices: ['Hi'] })],
      'malformed_answer',
      'answered with a choice that is no object',
    ],
    [
      'a delta that is no object',
      [data({ choices: [{ delta: 'Hi' }] })],
      'malformed_answer',
      'answered with a delta that is no object',
    ],
    [
      'a part of unknown type',
      [delta({ content: [{ type: 'audio' }] })],
      'malformed_answer',
      'answered with a content part of type `audio`',
    ],
    [
      'a message from someone else',
      [delta({ role: 'user', content: 'Hi' })],
      'malformed_answer',
      'answered with a message that is not from the assistant',
    ],
    [
      'a finish reason that is a number',
      [delta({ content: 'Hi' }, 1)],
      'malformed_answer',
      'answered with a finish reason that is no text',
    ],
    [
      'a generation that broke off',
      [hi, delta({}, 'error'), done],
      'malformed_answer',
      'answered with a message that broke off (finish reason `error`)',
    ],
    [
      'nothing said',
      [delta({}, 'stop'), done],
      'empty_answer',
      'answered with neither a text nor a tool call',
    ],
    [
      'an error of Mistral’s',
      [hi, data({ object: 'error', message: 'Service unavailable', type: 'overloaded' })],
      'server_error',
      'broke its stream off with an error: Service unavailable',
    ],
    [
      'an error of others',
      [hi, data({ error: { message: 'No capacity', code: 503 } })],
      'server_error',
      'broke its stream off with an error: No capacity',
    ],
    [
      'an error by its name',
      [hi, 'event: error\ndata: upstream gone\n\n'],
      'server_error',
      'broke its stream off with an error: upstream gone',
    ],
    [
      'an error without a word',
      [hi, data({ error: {} })],
      'server_error',
      'broke its stream off with an error',
    ],
    [
      'an error that tells the key',
      [data({ error: `No such key: ${key}` })],
      'server_error',
      'broke its stream off with an error: No such key: [redacted]',
    ],
  ])('has %s', (_what, chunks, code, message) => {
    const { attempt } = receive(chunks);
    expect(attempt).toMatchObject({
      result: {
        kind: 'failed',
        fault: {
          code,
          message: `api.mistral.ai ${message}`,
          status: 200,
          request_id: 'r1',
          scope: 'record',
        },
        retry: true,
      },
      sent: true,
      charged: true,
      tokens: null,
    });
  });
});

describe('the bytes of a stream', () => {
  const recorded = [
    ': keep-alive\n\n',
    ...streamEvents({
      content: [
        { type: 'thinking', thinking: [{ type: 'text', text: 'Größe?' }] },
        { type: 'text', text: 'Grüße an 🐙' },
        { type: 'text', text: ` und ${key}` },
      ],
      tool_calls: [{ id: 'D681PevKs', name: 'add', arguments: '{"näme":"Ann","age":7}' }],
    }),
  ];
  const whole = Buffer.from(recorded.join(''));
  const told = completionOf(receive([whole]).attempt);

  it('say what they say', () => {
    expect(told).toMatchObject({
      thinking: 'Größe?',
      text: 'Grüße an 🐙 und [redacted]',
      tool_calls: [{ id: 'D681PevKs', name: 'add', arguments: '{"näme":"Ann","age":7}' }],
      finish_reason: 'tool_calls',
    });
  });

  it.each(['\n', '\r\n', '\r'])('say the same wherever they are split, with line ends %j', (end) => {
    const bytes = Buffer.from(recorded.join('').replaceAll('\n', end));
    fc.assert(
      fc.property(fc.array(fc.nat({ max: bytes.length }), { maxLength: 40 }), (cuts) => {
        const at = [0, ...cuts.sort((a, b) => a - b), bytes.length];
        const { attempt, deltas } = receive(at.slice(1).map((to, index) => bytes.subarray(at[index], to)));
        expect(completionOf(attempt)).toEqual(told);
        const said = deltas.map((delta) => (delta.type === 'text' ? delta.text : '')).join('');
        expect(said).toBe('Grüße an 🐙 und [redacted]');
      }),
    );
  });

  it.each(['\n', '\r\n', '\r'])('want no more behind the last, with line ends %j', (end) => {
    const bytes = Buffer.from(recorded.join('').replaceAll('\n', end));
    const reader = createWireReader(mistralWire.stream, () => undefined, server.redact, textRedact);
    reader.accepts(200, headers);
    // The connection may stay open: it is not its end that ends the answer.
    expect(reader.take(bytes)).toBe('enough');
    expect(reader.end?.kind).toBe('whole');
  });

  it('are an answer only when all of them have come', () => {
    for (const exchange of [ended, broken]) {
      for (let length = 0; length < whole.length; length += 1) {
        const { attempt, deltas } = receive([whole.subarray(0, length)], exchange);
        expect(faultOf(attempt), `after ${length} bytes`).toMatchObject({
          fault: { code: 'cut_body' },
          retry: true,
        });
        expect(JSON.stringify([attempt, deltas])).not.toContain(key);
      }
      expect(receive([whole], exchange).attempt.result.kind).toBe('completed');
    }
  });
});

describe('a response that is no stream', () => {
  it.each([
    [200, { 'content-type': 'application/json' }],
    [200, {}],
    [200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }],
    [100, headers],
    [201, headers],
    [429, headers],
  ])('is not read as one: %d, %j', (status, received) => {
    const reader = createWireReader(mistralWire.stream, () => undefined, server.redact, textRedact);
    expect(reader.accepts(status, received)).toBe(false);
    expect(reader.headers).toBeUndefined();
  });
});

describe('a stream of lines', () => {
  const lines: WireStream = {
    events: 'lines',
    end: ({ done }) => done === true,
    join: () => ({ ...joinChatCompletion(), finished: true }),
  };
  const line = (content: string): string => JSON.stringify({ choices: [{ delta: { content } }] });

  function readLines(chunks: readonly string[], stream: WireStream = lines) {
    const deltas: StreamDelta[] = [];
    const reader = createWireReader(stream, (delta) => deltas.push(delta), server.redact, textRedact);
    reader.accepts(200, { 'content-type': 'application/x-ndjson' });
    const wanted = chunks.map((chunk) => reader.take(Buffer.from(chunk)));
    reader.close();
    return {
      end: reader.end,
      wanted,
      text: deltas.map((delta) => ('text' in delta ? delta.text : '')).join(''),
    };
  }

  it.each([
    ['ends with a line break', '{"done":true}\n'],
    ['ends with its last line', '{"done":true}'],
    ['ends with lines as on Windows', '{"done":true}\r\n\r\n'],
  ])('%s', (_how, last) => {
    const { end, text } = readLines([`${line('Hal')}\n${line('lo')}`, `\n\n${last}`]);
    expect({ end, text }).toEqual({ end: { kind: 'whole' }, text: 'Hallo' });
  });

  it('is cut where its last line is not the last', () => {
    expect(readLines([line('Hallo')])).toMatchObject({ end: { kind: 'cut' }, text: 'Hallo' });
  });

  it('ends with its connection where it has no mark', () => {
    const unmarked: WireStream = { ...lines, end: 'connection' };
    expect(readLines([line('Hallo')], unmarked)).toMatchObject({ end: { kind: 'whole' }, text: 'Hallo' });
  });

  it('reads a line that comes in thousands of pieces, put together once', () => {
    const text = 'x'.repeat(24 * 1024 * 1024);
    const whole = `${line(text)}\n{"done":true}\n`;
    const chunks = Array.from({ length: Math.ceil(whole.length / 8192) }, (_, n) =>
      whole.slice(n * 8192, (n + 1) * 8192),
    );
    const read = readLines(chunks);
    expect(read.end).toEqual({ kind: 'whole' });
    expect(read.text === text).toBe(true);
  });

  it('wants no more of a line that does not end', () => {
    const chunks = Array.from({ length: 33 }, () => 'x'.repeat(1024 * 1024));
    const { end, wanted } = readLines(chunks);
    expect(end).toMatchObject({
      kind: 'malformed',
      problem: { code: 'malformed_answer', message: 'with an event that does not end' },
    });
    expect(wanted).toEqual([...Array.from({ length: 32 }, () => 'more'), 'enough']);
  });

  it('is malformed, and no mistake of ours, where joining it throws', () => {
    const odd: WireStream = {
      ...lines,
      join: () => ({
        ...joinChatCompletion(),
        finished: true,
        add() {
          throw new RangeError('Maximum call stack size exceeded');
        },
      }),
    };
    expect(readLines([`${line('Hallo')}\n`], odd).end).toMatchObject({
      kind: 'malformed',
      problem: { message: 'with an event that cannot be read: Maximum call stack size exceeded' },
    });
  });
});

describe('an event that does not end', () => {
  it('is not gathered', () => {
    const reader = createWireReader(mistralWire.stream, () => undefined, server.redact, textRedact);
    reader.accepts(200, headers);
    reader.take(Buffer.from('data: '));
    const piece = Buffer.alloc(1024 * 1024, 'x');
    const wanted = Array.from({ length: 33 }, () => reader.take(piece));
    expect(wanted.indexOf('enough')).toBe(31);
    reader.close();
    expect(reader.end).toMatchObject({ kind: 'malformed' });
  });
});
