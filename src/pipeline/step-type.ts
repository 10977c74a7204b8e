import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { stepTypes } from '../steps/registry.ts';
import type { StepType } from '../steps/step.ts';
import { keysOfTypes } from './format/other-kinds.ts';
import { otherWayIn } from './format/other-ways.ts';
import { ourWord } from './format/other-words.ts';
import { commonStepKeys } from './format/step-section.ts';
import type { Report } from './report.ts';
import { listText, pathText, valueText } from './words.ts';

/** A step as the rest of it is to be read. */
export interface TypedStep {
  /** Undefined where it cannot be told. */
  readonly type?: StepType;
  /** As if its type were written as it was meant. */
  readonly step: JsonValue;
}

/** The step's type, by which the rest of it is read. One that is missing, unknown or misspelt is reported. */
export function typedStep(id: string, step: JsonValue, source: Source, report: Report): TypedStep {
  const pointer = ['steps', id];
  const misspelt = isObject(step) ? misspeltType(step) : undefined;
  if (isObject(step) && misspelt !== undefined) {
    report.add({
      severity: 'error',
      code: 'unknown-key',
      message: `\`${misspelt}\` is not a key of \`${pathText(pointer)}\``,
      hint: 'did you mean `type`?',
      place: { source, pointer: [...pointer, misspelt], part: 'key' },
    });
    const { [misspelt]: written = null, ...rest } = step;
    if (typeof written !== 'string' || !stepTypes.has(written)) {
      const place = { source, pointer: [...pointer, misspelt] };
      report.add({ severity: 'error', ...mistakeOf(id, written, step), place });
    }
    return ofType(meantType(written), rest);
  }
  const type = isObject(step) ? step['type'] : undefined;
  const known = typeof type === 'string' ? stepTypes.get(type) : undefined;
  if (known !== undefined) return { type: known, step };
  const isMissing = isObject(step) && type === undefined;
  report.add({
    severity: 'error',
    ...mistakeOf(id, type, step),
    place: isMissing
      ? { source, pointer, part: 'key' }
      : { source, pointer: type === undefined ? pointer : [...pointer, 'type'] },
  });
  return ofType(meantType(type), step);
}

function ofType(type: StepType | undefined, step: JsonValue): TypedStep {
  return type === undefined || !isObject(step) ? { step } : { type, step: { ...step, type: type.type } };
}

/** The key under which the type stands, where it is none of ours. */
function misspeltType(step: JsonObject): string | undefined {
  if (Object.hasOwn(step, 'type')) return undefined;
  const own = [...commonStepKeys, ...keysOfTypes()];
  const others = Object.keys(step).filter((key) => !own.includes(key) && !key.startsWith('x-'));
  return others.find((key) => (ourWord(key, own) ?? didYouMean(key, own)) === 'type');
}

/** The type that is written, or of which this is a slip. Another tool's word for one may mean something else. */
function meantType(written: JsonValue | undefined): StepType | undefined {
  if (typeof written !== 'string') return undefined;
  return stepTypes.get(written) ?? stepTypes.get(didYouMean(written, stepTypes.keys()) ?? '');
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
    hint:
      otherWayIn('type', type)?.hint ??
      (meant === undefined ? `the types are ${listText(names)}` : `did you mean \`${meant}\`?`),
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
