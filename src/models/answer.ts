import { redactValue } from '../diagnostic/redact-value.ts';
import type { Completion } from './contract.ts';
import { readName } from './provider-text.ts';
import type { Redact } from '../diagnostic/redact.ts';

/** What a 200 says, whatever the wire. As it is read, it still has whatever the server sent, of any length. */
export interface Answer extends Omit<Completion, 'request_id'> {
  readonly id: string | null;
}

/**
 * An answer fit for files and traces: without the key, its names within bounds. The one place for both, once its parts
 * are joined: of a name that is cut before, or a text in pieces, half a key would pass.
 */
export function withoutKey(answer: Answer, redact: Redact): Answer {
  return {
    id: readName(answer.id, redact),
    model: readName(answer.model, redact),
    text: redact(answer.text),
    thinking: redact(answer.thinking),
    refusal: answer.refusal === null ? null : redact(answer.refusal),
    tool_calls: answer.tool_calls.map((call) => ({
      id: redact(call.id),
      name: redact(call.name),
      arguments: redact(call.arguments),
      ...(call.echo !== undefined && { echo: redactValue(call.echo, redact) }),
    })),
    finish_reason: readName(answer.finish_reason, redact),
  };
}
