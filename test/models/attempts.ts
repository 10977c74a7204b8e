import type { Attempt, Fault } from '../../src/models/attempt.ts';
import type { Completion } from '../../src/models/contract.ts';

/** Attempts at a request, as the transport tells of them. */

/** What is the same of all but answers. */
export const common = { sent: true, charged: false, tokens: null, retry_after: null, quota: null };

export function faultOf(code: Fault['code'], others: Partial<Fault> = {}): Fault {
  return { code, message: `fault ${code}`, status: null, request_id: null, scope: 'record', ...others };
}

export const completion: Completion = {
  text: 'Hi',
  thinking: '',
  refusal: null,
  tool_calls: [],
  finish_reason: 'stop',
  model: null,
  request_id: null,
};

/** An attempt of 2 tokens in and 3 out, with this for an answer. */
export function answeredBy(answer: Completion): Attempt {
  const tokens = {
    input_tokens: 2,
    cached_input_tokens: null,
    output_tokens: 3,
    reasoning_tokens: null,
    total_tokens: 5,
  };
  return {
    ...common,
    charged: true,
    tokens,
    result: { kind: 'completed', completion: answer, answer: { ...answer, id: null } },
  };
}
