// What the paid server answers: made of the question alone, so that the same question has the same answer in every run,
// and a run that was disturbed can be compared with one that was not, byte by byte.
import { createHash } from 'node:crypto';

const words =
  'sea stone „Brücke“ river naïve light 雪 tall winter "quoted" bread back\\slash green road 🙂 morning salt'.split(
    ' ',
  );
const topics = ['order', 'billing', 'other'];
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The name of a question: the same body is the same question, whether or not it is to be streamed. */
export function nameOf(body) {
  const { stream: _stream, ...asked } = body;
  return createHash('sha256').update(JSON.stringify(asked)).digest('hex').slice(0, 16);
}

/** A whole number below `bound`, drawn by these texts. */
export function draw(bound, ...of) {
  return createHash('sha256').update(of.join('\n')).digest().readUInt32LE(0) % bound;
}

/** A chat.completion; `nth` counts the times that the question was asked, and its id tells which of them it answers. */
export function completionOf(body, name, nth) {
  const message = messageOf(body, name);
  const prompt_tokens = Math.ceil(JSON.stringify(body.messages).length / 4);
  const completion_tokens = Math.ceil(JSON.stringify(message).length / 4);
  return {
    id: `q-${name}-${nth}`,
    object: 'chat.completion',
    created: 1_780_000_000,
    model: 'mistral-small-2603',
    choices: [{ index: 0, message, finish_reason: message.tool_calls === null ? 'stop' : 'tool_calls' }],
    usage: { prompt_tokens, completion_tokens, total_tokens: prompt_tokens + completion_tokens },
  };
}

function messageOf(body, name) {
  const calls = body.tools !== undefined && body.messages.at(-1).role === 'user' ? callsOf(body, name) : null;
  return { role: 'assistant', content: calls === null ? contentOf(body, name) : '', tool_calls: calls };
}

/** Structured answers are wrong now and then, so that they are asked for again: always the same ones. */
function contentOf(body, name) {
  if (body.response_format !== undefined) {
    const topic = draw(8, name, 'wrong') === 0 ? 'nonsense' : topics[draw(topics.length, name, 'topic')];
    return JSON.stringify({ topic, urgent: draw(2, name, 'urgent') === 1, note: `note ${name}` });
  }
  const length = 1 + draw(30, name, 'length');
  const said = Array.from({ length }, (_, nth) => words[draw(words.length, name, 'word', nth)]);
  return `${name}: ${said.join(' ')}`;
}

function callsOf(body, name) {
  const [tool] = body.tools;
  return Array.from({ length: 1 + draw(2, name, 'calls') }, (_, nth) => ({
    id: Array.from({ length: 9 }, (_, at) => letters[draw(letters.length, name, nth, at)]).join(''),
    type: 'function',
    function: { name: tool.function.name, arguments: JSON.stringify({ order_id: `${name}-${nth}` }) },
    index: nth,
  }));
}

/** The completion as the events of a stream, `[DONE]` included. */
export function eventsOf({ choices, usage, ...head }) {
  const [{ message, finish_reason }] = choices;
  const event = (delta, reason = null, rest = {}) =>
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: reason }], ...rest })}\n\n`;
  const pieces = message.content.match(/[^]{1,12}/gu) ?? [];
  return [
    event({ role: 'assistant', content: '' }),
    ...pieces.map((content) => event({ content })),
    ...(message.tool_calls ?? []).map((call) => event({ tool_calls: [call] })),
    event({ content: '' }, finish_reason, { usage }),
    'data: [DONE]\n\n',
  ];
}
