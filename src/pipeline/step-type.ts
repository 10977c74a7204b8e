import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonValue } from '../json/json.ts';
import { stepTypes } from '../steps/registry.ts';
import type { StepType } from '../steps/step.ts';
import { keysOfTypes } from './format/other-kinds.ts';
import { ourWord } from './format/other-words.ts';
import type { Report } from './report.ts';
import { listText, pathText, valueText } from './words.ts';

/** The step's type, by which the rest of it is read; undefined where there is none, which is reported. */
export function stepType(id: string, step: JsonValue, source: Source, report: Report): StepType | undefined {
  const type = isObject(step) ? step['type'] : undefined;
  const known = typeof type === 'string' ? stepTypes.get(type) : undefined;
  if (known !== undefined) return known;
  const pointer = ['steps', id];
  const isMissing = isObject(step) && type === undefined;
  report.add({
    severity: 'error',
    ...mistakeOf(id, type, step),
    place: isMissing
      ? { source, pointer, part: 'key' }
      : { source, pointer: type === undefined ? pointer : [...pointer, 'type'] },
  });
  return undefined;
}

function mistakeOf(id: string, type: JsonValue | undefined, step: JsonValue): Omit<Diagnostic, 'severity'> {
  const names = [...stepTypes.keys()];
  const path = pathText(['steps', id, 'type']);
  const likely = likelyTypes(step);
  const hint = `write \`type: ${(likely.length > 0 ? likely : names).join('` or `type: ')}\``;
  if (type === undefined) {
    return { code: 'required-key', message: `\`${pathText(['steps', id])}\` has no \`type\``, hint };
  }
  if (typeof type !== 'string') {
    return { code: 'wrong-type', message: `\`${path}\` must be a string, found ${valueText(type)}`, hint };
  }
  const meant = ourWord(type, names) ?? didYouMean(type, names);
  return {
    code: 'invalid-value',
    message: `${valueText(type)} is not a type of step`,
    hint: meant === undefined ? `the types are ${listText(names)}` : `did you mean \`${meant}\`?`,
  };
}

/** The types that a step with these keys can be of. */
function likelyTypes(step: JsonValue): readonly string[] {
  if (!isObject(step)) return [];
  const keys = keysOfTypes().filter((key) => Object.hasOwn(step, key));
  return [...stepTypes.values()]
    .filter(
      ({ properties, required = [] }) =>
        keys.every((key) => Object.hasOwn(properties, key)) && required.every((key) => keys.includes(key)),
    )
    .map(({ type }) => type);
}
