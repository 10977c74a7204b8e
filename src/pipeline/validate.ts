import type { ValidateFunction } from 'ajv';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonObject, type JsonSchema, type JsonValue, type Pointer } from '../json/json.ts';
import type { Provider } from '../models/contract.ts';
import { providers } from '../models/registry.ts';
import { stepTypes } from '../steps/registry.ts';
import type { StepType } from '../steps/step.ts';
import { formatMistakes } from './format/mistake.ts';
import { isLaterType } from './format/later.ts';
import { defaultProvider, modelSection, stepModelSection } from './format/model-section.ts';
import { ourWord } from './format/other-words.ts';
import type { Report } from './report.ts';
import { compileOwn } from './schema/validator.ts';
import { fileSection } from './format/sections.ts';
import { soundPart } from './sound-part.ts';
import { stepSection } from './format/step-section.ts';
import { listText, pathText, valueText } from './words.ts';

/** A file as far as it is sound: what is wrong has been reported and taken out, so that the rest can be checked too. */
export interface SoundFile {
  readonly file: JsonObject;
  /** Every step by its id; undefined where too little is left of it to tell what it does. */
  readonly steps: ReadonlyMap<string, SoundStep | undefined>;
}

export interface SoundStep {
  readonly type: StepType;
  readonly spec: JsonObject;
}

/** Stand-ins for the sections that are checked by themselves, once it is known of which kind they are. */
const anyModel = {
  type: 'object',
  properties: { name: true },
  examples: [{ name: 'mistral-small-latest', temperature: 0 }],
};
const anyStep = { type: 'object', examples: [{ type: 'chat', prompt: '{{input.text}}' }] };

/** Checks the file against the format: the whole first, then each model by its provider and each step by its type. */
export function validateFile(value: JsonValue, source: Source, report: Report): SoundFile {
  const check = checker(source, report);
  const file = check(wholeFile, value, []) ?? {};
  const provider = providerOf(file['model']) ?? defaultProvider;
  const model = file['model'] === undefined ? undefined : check(modelOf(provider), file['model'], ['model']);
  const steps = Object.entries(isObject(file['steps']) ? file['steps'] : {})
    .filter(([id]) => !id.startsWith('x-'))
    .map(([id, step]): [string, SoundStep | undefined] => {
      const type = stepType(id, step, source, report);
      if (type === undefined) return [id, undefined];
      const spec = check(stepOf(type), step, ['steps', id]);
      const own = isObject(step) && isObject(step['model']) ? step['model'] : undefined;
      const part = stepModelOf(providerOf(own) ?? provider);
      const model = own && check(part, own, ['steps', id, 'model']);
      return [id, spec && { type, spec: { ...spec, ...(model && { model }) } }];
    });
  return { file: { ...file, ...(model && { model }) }, steps: new Map(steps) };
}

/** A part of the file that is checked by itself. */
interface Part {
  readonly name: string;
  readonly schema: () => JsonSchema;
  readonly mayLack?: readonly string[];
}

const wholeFile: Part = {
  name: 'file',
  schema: () => fileSection(anyModel, anyStep),
  mayLack: ['version', 'steps'],
};

function modelOf(name: string): Part {
  return { name: `model ${name}`, schema: () => modelSection(providerNamed(name)) };
}

function stepModelOf(name: string): Part {
  return { name: `step model ${name}`, schema: () => stepModelSection(providerNamed(name)) };
}

function stepOf(type: StepType): Part {
  return { name: `step ${type.type}`, schema: () => stepSection(type, anyModel) };
}

/** Compiles the schema of a part when the first of its kind is met: compiling is most of what a check costs. */
function checker(source: Source, report: Report) {
  const validators = new Map<string, ValidateFunction>();
  return ({ name, schema, mayLack }: Part, value: JsonValue, base: Pointer): JsonObject | undefined => {
    const validate = validators.get(name) ?? compileOwn(schema());
    validators.set(name, validate);
    const { sound, violations } = soundPart(validate, value, base, mayLack);
    for (const mistake of formatMistakes(violations, source)) report.add(mistake);
    return sound;
  };
}

/** The provider that a `model` names; undefined where it names none that there is. */
function providerOf(model: JsonValue | undefined): string | undefined {
  const name = isObject(model) ? model['provider'] : undefined;
  return typeof name === 'string' && providers.has(name) ? name : undefined;
}

function providerNamed(name: string): Provider {
  const provider = providers.get(name);
  if (provider === undefined) throw new Error(`No provider ${name}`);
  return provider;
}

/** The step's type, by which the rest of it is read; undefined where there is none, which is reported. */
function stepType(id: string, step: JsonValue, source: Source, report: Report): StepType | undefined {
  const type = isObject(step) ? step['type'] : undefined;
  const known = typeof type === 'string' ? stepTypes.get(type) : undefined;
  if (known === undefined) {
    const pointer = type === undefined ? ['steps', id] : ['steps', id, 'type'];
    report.add({ severity: 'error', ...typeMistake(id, type), place: { source, pointer } });
  }
  return known;
}

function typeMistake(id: string, type: JsonValue | undefined): Omit<Diagnostic, 'severity'> {
  const names = [...stepTypes.keys()];
  const path = pathText(['steps', id, 'type']);
  const add = `write \`type: ${names.join('` or `type: ')}\``;
  if (type === undefined) {
    return { code: 'missing-key', message: `\`${pathText(['steps', id])}\` has no \`type\``, hint: add };
  }
  if (typeof type !== 'string') {
    return {
      code: 'wrong-type',
      message: `\`${path}\` must be a string, found ${valueText(type)}`,
      hint: add,
    };
  }
  if (isLaterType(type)) {
    const message = `steps of type \`${type}\` are not in this version of pipe yet`;
    return { code: 'not-yet', message, hint: `this version has ${listText(names)}` };
  }
  const meant = ourWord(type, names) ?? didYouMean(type, names);
  return {
    code: 'invalid-value',
    message: `${valueText(type)} is not a type of step`,
    hint: meant === undefined ? `the types are ${listText(names)}` : `did you mean \`${meant}\`?`,
  };
}
