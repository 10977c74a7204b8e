import type { JsonObject } from '../../json/json.ts';
import type { StepType } from '../../steps/step.ts';
import { section } from './section.ts';

/** The keys that every step has, whatever its type. */
const commonKeys = {
  when: {
    type: 'string',
    minLength: 1,
    description:
      'Whether to run the step for this record: a template of exactly one expression. Where it is false, null, empty or absent the step is skipped at no cost, and what reads its output must allow for that: by `{{#if …}}`, `default` or the same `when`. The texts `"true"` and `"false"` are refused. Default: it always runs.',
    examples: ["{{eq steps.classify.output 'order'}}"],
    errorMessage: `write an expression, such as "{{eq steps.classify.output 'order'}}"`,
  },
  needs: {
    type: 'array',
    items: { type: 'string' },
    uniqueItems: true,
    description:
      'Steps to wait for although no template here reads them, such as one whose tools change something. Steps that a template reads are waited for anyway.',
    examples: [['translate']],
  },
  stream: {
    type: 'boolean',
    default: false,
    description:
      'Whether answers come as streams, token by token. The result is the same; a silence longer than `model.idle_timeout` then ends an attempt, where a whole answer may take all of `model.timeout`. `pipe run --stream` prints the tokens as they come.',
    examples: [true],
  },
  cache: {
    type: 'boolean',
    description:
      'Whether an answer to the same question is taken from the cache, at no cost. `false` for a step that should answer anew each time. Default: what `cache` at the top says.',
    examples: [false],
  },
} satisfies JsonObject;

/** The keys that every step has. */
export const commonStepKeys: readonly string[] = ['type', ...Object.keys(commonKeys), 'model'];

/** One step of this type. `model` is the schema of the step's own `model`. */
export function stepSection(step: StepType, model: JsonObject): JsonObject {
  return section(
    step.description,
    {
      type: {
        type: 'string',
        const: step.type,
        description: `What the step does. \`${step.type}\`: ${step.description}`,
      },
      ...commonKeys,
      ...step.properties,
      model,
    },
    { required: ['type', ...(step.required ?? [])], ...step.schema },
  );
}

/** A step of which it is not known what it does: whatever holds for each of these types holds for it. */
export function untypedStepSection(types: readonly StepType[], model: JsonObject): JsonObject {
  const keys = new Set(types.flatMap(({ properties }) => Object.keys(properties)));
  const shared = Array.from(keys, (key) => {
    const all = types.flatMap(({ properties }) => properties[key] ?? []);
    const isShared = new Set(all.map((one) => JSON.stringify(one))).size === 1;
    return [key, (isShared ? all[0] : undefined) ?? {}] as const;
  });
  return section('', { type: {}, ...commonKeys, ...Object.fromEntries(shared), model });
}
