import { formatDuration } from '../../duration.ts';
import type { ContentPart, Message } from '../../models/contract.ts';
import { addUsage, zeroUsage } from '../../usage/add.ts';
import type { Usage } from '../../usage/usage.ts';
import type { ModelCall, RecordStory, RenderedMessages, StoryCall, ToolCall } from '../figures/story.ts';
import { costCell, tokenCell } from '../money.ts';
import { formatAmount, formatCount } from '../numbers.ts';
import { clipped, markup, nothing, trusted, type Html } from './html.ts';
import { jsonText, short, type SaidInLine } from './said.ts';

const longestText = 4000;
const longestFailure = 160;
const callsAtMost = 60;

/** A record as rows of the table: its figures, and below them, folded, all that is known of it. */
export function recordMarkup(
  story: RecordStory,
  messages: RenderedMessages | undefined,
  said: SaidInLine,
  columns: number,
): Html {
  const { index, line, key, outcome, calls } = story;
  const models = calls.filter((call) => call.type === 'call');
  const usage = models.reduce<Usage>((sum, call) => addUsage(sum, call.usage), zeroUsage);
  const time = calls.reduce((sum, { duration }) => sum + duration, 0);
  const id = `r${index}`;
  const numbers = `data-outcome="${outcome}" data-line="${line}" data-calls="${models.length}" data-tokens="${usage.total_tokens ?? ''}" data-cost="${usage.cost_usd ?? ''}" data-time="${time}"`;
  return markup`<tbody ${trusted(numbers)} data-key="${key}"><tr class="row"><td class="number line">${formatCount(line)}</td>
<th scope="row" class="text"><span class="plain-key">${clipped(key, 200)}</span><button type="button" class="toggle" aria-expanded="false" aria-controls="${id}">${clipped(key, 200)}</button></th>
<td>${outcomeBadge(outcome)}</td><td class="result"><div class="said text">${resultOf(story, said)}</div></td>
<td class="number calls">${formatCount(models.length)}</td><td class="number tokens">${tokenCell(usage, usage.total_tokens)}</td><td class="number cost">${costCell(usage)}</td><td class="number time">${calls.length === 0 ? '–' : formatDuration(time)}</td></tr>
<tr class="more" id="${id}"><td colspan="${columns}"><details><summary>Messages and answers of ${clipped(key, 80)}</summary>${storyMarkup(story, messages)}</details></td></tr></tbody>
`;
}

function outcomeBadge(outcome: RecordStory['outcome']): Html {
  const mood = { succeeded: 'good', failed: 'bad', skipped: 'plain' }[outcome];
  return markup`<span class="badge ${mood}">${outcome}</span>`;
}

function resultOf({ output, failure }: RecordStory, said: SaidInLine): Html {
  if (failure !== undefined) return clipped(`${failure.code}: ${failure.message}`, longestFailure);
  return output === undefined ? nothing : said(output);
}

function storyMarkup(story: RecordStory, messages: RenderedMessages | undefined): Html {
  const { calls, failure, output, isCut } = story;
  const steps = [...new Set(calls.map(({ step }) => step))];
  const shown = calls.slice(0, callsAtMost);
  const left = calls.length - shown.length;
  return markup`<div class="story">${failure === undefined ? nothing : failureMarkup(failure)}${steps.map(
    (step) =>
      stepMarkup(
        step,
        shown.filter((call) => call.step === step),
        messages,
      ),
  )}${left > 0 ? markup`<p class="note">And ${formatAmount(left, 'other call')}.</p>` : nothing}${
    isCut
      ? markup`<p class="note">There is more of this record than a page has room for: see the run's folder.</p>`
      : nothing
  }${output === undefined ? nothing : markup`<div><h3>Output</h3>${block(jsonText(output, 2))}</div>`}${
    calls.length === 0 && output === undefined && failure === undefined
      ? markup`<p class="note">Skipped by <code>input.when</code>: nothing was asked.</p>`
      : nothing
  }</div>`;
}

function failureMarkup({
  step,
  code,
  message,
  input,
  raw,
  status,
  request_id,
}: NonNullable<RecordStory['failure']>): Html {
  const details = [
    step === null ? 'the record itself' : `step ${step}`,
    ...(status === null ? [] : [`status ${status}`]),
    ...(request_id === null ? [] : [`request ${request_id}`]),
  ];
  return markup`<div><h3 class="bad-text">Failed: <code>${code}</code></h3><p class="text">${clipped(message, longestText)}</p><p class="sub text">${details.join(', ')}</p></div>
${input === null ? nothing : markup`<div><h3>Input</h3>${block(jsonText(input, 2))}</div>`}${raw === null ? nothing : markup`<div><h3>Row</h3>${block(raw)}</div>`}`;
}

function stepMarkup(step: string, calls: readonly StoryCall[], messages: RenderedMessages | undefined): Html {
  let before: readonly Message[] = [];
  const parts = calls.map((call) => {
    if (call.type === 'tool') return toolMarkup(call);
    const asked = messages?.get(call.fingerprint) ?? [];
    const isLonger = before.length > 0 && asked.length > before.length && sameBeginning(before, asked);
    const isSame = before.length > 0 && asked.length === before.length && sameBeginning(before, asked);
    const fresh = isSame ? [] : isLonger ? asked.slice(before.length) : asked;
    const note = isSame ? 'the messages above once more' : isLonger ? 'the messages above, and' : undefined;
    before = asked;
    return callMarkup(call, fresh, note);
  });
  return markup`<div><h3 class="text">${step}</h3>${parts}</div>`;
}

function sameBeginning(before: readonly Message[], asked: readonly Message[]): boolean {
  return before.every((message, at) => JSON.stringify(message) === JSON.stringify(asked[at]));
}

function callMarkup(call: ModelCall, messages: readonly Message[], note: string | undefined): Html {
  const { completion, error, usage, duration, model } = call;
  const resolved = completion?.model ?? null;
  const facts = [
    resolved === null || resolved === model ? model : `${model} (${resolved})`,
    usage.cached_requests > 0 ? "from pipe's cache" : formatDuration(duration),
    ...(usage.total_tokens === 0
      ? []
      : [`${tokenCell(usage, usage.input_tokens)} tokens in, ${tokenCell(usage, usage.output_tokens)} out`]),
    ...(usage.total_tokens === 0 ? [] : [costCell(usage)]),
    ...(usage.retries > 0 ? [formatAmount(usage.retries, 'retry').replace('retrys', 'retries')] : []),
    ...(completion?.finish_reason == null || completion.finish_reason === 'stop'
      ? []
      : [`ended by ${completion.finish_reason}`]),
  ];
  return markup`<div class="call"><p class="sub text">${facts.join(' · ')}</p>${
    note === undefined ? nothing : markup`<p class="sub">${note}</p>`
  }${messages.map(messageMarkup)}${completion === undefined ? nothing : answerMarkup(completion)}${
    error === undefined ? nothing : turn('error', 'wrong', `${error.code}: ${error.message}`)
  }</div>`;
}

function answerMarkup({ text, thinking, refusal, tool_calls }: NonNullable<ModelCall['completion']>): Html {
  return markup`${thinking === '' ? nothing : turn('thought', '', thinking)}${text === '' ? nothing : turn('answer', 'answer', text)}${
    refusal === null ? nothing : turn('refusal', 'wrong', refusal)
  }${tool_calls.map(({ name, arguments: given }) => turn('calls tool', 'answer', `${name} ${given}`))}`;
}

function toolMarkup({ name, arguments: given, result, error, duration }: ToolCall): Html {
  return markup`<div class="call"><p class="sub text">tool ${name} · ${formatDuration(duration)}</p>${turn('arguments', '', jsonText(given))}${
    error === undefined
      ? turn('result', 'answer', jsonText(result ?? null))
      : turn('error', 'wrong', `${error.code}: ${error.message}`)
  }</div>`;
}

function messageMarkup({ role, content, tool_calls = [] }: Message): Html {
  const text = typeof content === 'string' ? content : content.map(partText).join('\n');
  const calls = tool_calls.map(({ name, arguments: given }) => `calls tool ${name} ${given}`);
  return turn(role, '', [text, ...calls].filter((part) => part !== '').join('\n'));
}

function partText(part: ContentPart): string {
  if (part.type === 'text') return part.text;
  if (part.type === 'thinking') return `(thinking) ${part.thinking}`;
  return `(image) ${short(part.image_url, 200)}`;
}

function turn(role: string, mood: string, text: string): Html {
  return markup`<div class="turn ${mood}"><div class="role">${role}</div><pre dir="auto">${clipped(text, longestText)}</pre></div>`;
}

function block(text: string): Html {
  return markup`<pre dir="auto">${clipped(text, longestText)}</pre>`;
}
