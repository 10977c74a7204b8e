import { durationPattern, parseDuration } from '../duration.ts';
import type { JsonObject } from '../json/json.ts';
import type { ToolKindBuilder } from './tool.ts';

/** What every tool is held to, whatever its kind. */
export interface Limits {
  /** For the whole of one call, in milliseconds. */
  readonly timeout: number;
  /** The largest result that is read, in bytes. */
  readonly max_bytes: number;
}

const defaultTimeout = '30s';
const defaultBytes = 100_000;

/** The longest time that a model's call may take, too. */
const longest = 24 * 3_600_000;

/** The keys of a tool that say its limits. */
export const limitProperties = {
  timeout: {
    type: 'string',
    pattern: durationPattern,
    description:
      'How long one call of the tool may take, such as `500ms`, `10s` or `2m`. A longer one is ended and told to the model as failed.',
    default: defaultTimeout,
    examples: [defaultTimeout],
    errorMessage: `write a number with ms, s, m or h, such as ${defaultTimeout}`,
    patternErrorMessage: `write a number with ms, s, m or h, such as ${defaultTimeout}`,
  },
  max_bytes: {
    type: 'integer',
    minimum: 1,
    maximum: 10_000_000,
    description:
      'The largest result of one call, in bytes. A larger one is not read to its end, and told to the model as failed: every byte of a result is paid for as input of the next request.',
    default: defaultBytes,
    examples: [defaultBytes],
  },
} satisfies { readonly [name: string]: JsonObject };

export function limitsOf(spec: JsonObject, builder: ToolKindBuilder): Limits {
  const { timeout: written = defaultTimeout, max_bytes } = spec;
  const timeout = (typeof written === 'string' ? parseDuration(written) : undefined) ?? 0;
  if (timeout < 1 || timeout > longest) {
    builder.report({
      code: 'invalid-value',
      message: `\`timeout\` must be from 1ms to 24h, found ${JSON.stringify(written)}`,
      pointer: ['timeout'],
    });
  }
  return { timeout, max_bytes: typeof max_bytes === 'number' ? max_bytes : defaultBytes };
}
