import { failure, success, type Result } from '../result.ts';
import { echoOf, wordsOf } from './echo.ts';
import { answerLikeExample } from './example.ts';
import type { Instances } from './instance/instance.ts';
import type { ChatRequest } from './request.ts';
import { cutAtStop, type Draft } from './text-answer.ts';

/**
 * JSON where the response format asks for it: an instance of the schema; where there is none, an object like an
 * earlier answer, or else one of our own. A prefix is not repeated before it, since the two together would be no
 * JSON. Null where text is asked for.
 */
export function draftJson(
  request: ChatRequest,
  print: string,
  instances: Instances,
): Result<Draft, string> | null {
  const { response_format: format, messages, stop } = request;
  if (format?.type === 'json_object') {
    const answer = answerLikeExample(messages, print) ?? { simulated: true, answer: echoOf(messages) };
    return success({ lead: '', said: cutAtStop(JSON.stringify(answer), stop) });
  }
  if (format?.type !== 'json_schema' || !format.json_schema) return null;
  const { name, schema } = format.json_schema;
  const made = instances(schema, print, wordsOf(messages));
  if (!made.ok) return failure(`to the response_format schema \`${name}\`: ${made.error}`);
  return success({ lead: '', said: cutAtStop(JSON.stringify(made.value), stop) });
}
