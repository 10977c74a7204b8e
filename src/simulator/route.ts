import type { IncomingMessage } from 'node:http';
import { largestBody } from './body.ts';
import { fingerprint } from './chance.ts';
import type { Chat } from './chat.ts';
import { errors } from './errors.ts';
import { listModels } from './models.ts';
import type { Settings } from './options.ts';
import { replyOutcome } from './outcome.ts';
import type { Outcome } from './outcome.ts';

const methods: ReadonlyMap<string, 'GET' | 'POST'> = new Map([
  ['/v1/chat/completions', 'POST'],
  ['/v1/models', 'GET'],
]);

/** What to do about a request; a body of null is one that was too large to keep. */
export function route(
  request: IncomingMessage,
  body: string | null,
  settings: Settings,
  chat: Chat,
): Outcome {
  const { method = '', url = '' } = request;
  const path = url.split('?', 1)[0] ?? '';
  const allowed = methods.get(path);
  const requestId = () => fingerprint(settings.seed, `${method} ${path}`).slice(0, 32);
  if (allowed === undefined) return replyOutcome(errors.notFound(), requestId());
  if (method !== allowed) return replyOutcome(errors.methodNotAllowed(allowed), requestId());
  if (settings.require_key && !/^Bearer \S/i.test(request.headers.authorization ?? '')) {
    return replyOutcome(errors.unauthorized(), requestId());
  }
  if (body === null) return replyOutcome(errors.tooLarge(largestBody), requestId());
  if (allowed === 'POST') return chat(body);
  return replyOutcome({ status: 200, headers: [], body: listModels() }, requestId());
}
