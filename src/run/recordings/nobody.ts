import type { ModelClient } from '../../models/contract.ts';

/** Stands where a model would be asked, in a run that is answered by recordings: it is asked by mistake only. */
export function openNobody(): Promise<ModelClient> {
  return Promise.resolve({
    call: () => Promise.reject(new Error('a replayed run has asked a model')),
    close: async () => {},
  });
}
