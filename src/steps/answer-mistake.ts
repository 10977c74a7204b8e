import { bounded, printable } from '../diagnostic/printable.ts';
import type { CallOutcome, Completion } from '../models/contract.ts';
import type { StepError, StepErrorCode } from './step.ts';

/** Why an answer that came cannot be used. */
export interface AnswerMistake {
  readonly code: Extract<
    StepErrorCode,
    | 'refused_answer'
    | 'cut_answer'
    | 'invalid_json'
    | 'schema_mismatch'
    | 'inexact_number'
    | 'no_tool_call'
    | 'wrong_tool'
    | 'bad_tool_arguments'
  >;
  /** One sentence for people, with the remedy where there is one. */
  readonly message: string;
  /** What is wrong, a sentence a mistake, as it can be told to the model. */
  readonly problems: readonly string[];
}

type AnsweredCall = Extract<CallOutcome, { readonly ok: true }>;

/** In characters: messages are read by people, raw answers are looked into. */
const longestMessage = 1000;
const longestRaw = 2000;
const longestRefusal = 300;

/** The reasons of Mistral, OpenAI, Anthropic and Google to end an answer before the model did. */
const withheld: ReadonlySet<string> = new Set(['content_filter', 'refusal', 'safety']);
const cut: ReadonlySet<string> = new Set(['length', 'model_length', 'max_tokens']);

/** The error of a record whose step got this answer. */
export function answerError(
  { code, message }: { readonly code: StepErrorCode; readonly message: string },
  { completion, usage }: AnsweredCall,
): StepError {
  const raw = cutRaw(saidIn(completion));
  return {
    code,
    message: bounded(message, longestMessage),
    status: null,
    attempts: usage.requests,
    request_id: completion.request_id,
    scope: 'record',
    ...(raw !== '' && { raw }),
  };
}

/** Whoever looks into a raw answer is told that it goes on: a cut answer could be taken for what the model wrote. */
function cutRaw(said: string): string {
  if (said.length <= longestRaw) return said;
  return `${bounded(said, longestRaw)} (cut, ${said.length.toLocaleString('en-US')} characters)`;
}

function saidIn({ text, refusal, tool_calls }: Completion): string {
  if (tool_calls.length > 0) return tool_calls.map((call) => call.arguments).join('\n');
  return text === '' ? (refusal ?? '') : text;
}

/**
 * Why a completion is no whole answer, whatever its text looks like: it was refused, or cut off. To be asked before the
 * text is read, since what was cut off can still be read as something shorter.
 */
export function endingMistake({ refusal, finish_reason }: Completion): AnswerMistake | undefined {
  const reason = finish_reason?.toLowerCase() ?? '';
  if (refusal !== null) {
    const message = `the model refused to answer: ${bounded(printable(refusal.trim()), longestRefusal)}`;
    return { code: 'refused_answer', message, problems: [message] };
  }
  if (withheld.has(reason)) {
    const message = `the provider withheld the answer (finish reason \`${finish_reason}\`)`;
    return { code: 'refused_answer', message, problems: [message] };
  }
  if (!cut.has(reason)) return undefined;
  const remedy =
    reason === 'model_length'
      ? "shorten the prompt, or take a model with a longer context, since the model's is full"
      : 'raise `max_tokens` of the model';
  const message = `the answer was cut off before its end (finish reason \`${finish_reason}\`): ${remedy}`;
  return { code: 'cut_answer', message, problems: [message] };
}
