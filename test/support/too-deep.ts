import type { JsonObject } from '../../src/json/json.ts';

/** As what is nested too deeply for JSON.stringify, which is how deep the Node that runs the tests says: the newer bear more. */
export const tooDeep = {
  toJSON() {
    throw new RangeError('Maximum call stack size exceeded');
  },
} as unknown as JsonObject;
