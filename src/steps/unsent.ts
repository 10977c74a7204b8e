import type { StepError } from './step.ts';

/** An error of a request that was never sent. */
export function unsent(code: StepError['code'], message: string): StepError {
  return { code, message, status: null, attempts: 0, request_id: null, scope: 'record' };
}
