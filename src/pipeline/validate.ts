import type { Source } from '../diagnostic/source.ts';
import { isObject, type JsonObject, type JsonSchema, type JsonValue, type Pointer } from '../json/json.ts';
import type { Provider } from '../models/provider.ts';
import { stepTypes } from '../steps/registry.ts';
import type { StepType } from '../steps/step.ts';
import { formatMistakes, meantKeys } from './format/mistake.ts';
import { modelSection, stepModelSection, unknownModelSection } from './format/model-section.ts';
import { fileSection } from './format/sections.ts';
import { stepSection, untypedStepSection } from './format/step-section.ts';
import { testsSection } from './format/test-sections.ts';
import { meantProvider, namesUnknownProvider, providerOf } from './provider-of.ts';
import type { Report } from './report.ts';
import { checkOfFormat } from './schema/validator.ts';
import type { Violation } from './schema/violations.ts';
import { soundPart } from './sound-part.ts';
import { typedStep } from './step-type.ts';
import { anyTest, validateTests } from './validate-tests.ts';

/** A file as far as it is sound: what is wrong has been reported and taken out, so that the rest can be checked too. */
export interface SoundFile {
  readonly file: JsonObject;
  /** Sections that it has under another name, or with what they cannot hold: that is told, and nothing more is known of them. */
  readonly lost: ReadonlySet<string>;
  /** Every step by its id; undefined where too little is left of it to tell what it does. */
  readonly steps: ReadonlyMap<string, SoundStep | undefined>;
  /**
   * The step's own `model`, empty where there is none, of every step whose provider is known. Of another nothing can be
   * said.
   */
  readonly models: ReadonlyMap<string, JsonObject>;
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
  const find = finder(source, report);
  const check: Check = (part, value, base) => find(part, value, base).sound;
  const needsName = needsModelName(value);
  const { sound: file = {}, violations } = find(wholeFile(needsName), value, []);
  const written = isObject(value) ? Object.keys(value) : [];
  const lost = [...written, ...meantKeys(atTop(violations), source)].filter(
    (key) => !Object.hasOwn(file, key),
  );
  const isUnknown = namesUnknownProvider(file['model']);
  const provider = isUnknown ? meantProvider(file['model']) : providerOf(file['model']);
  const top = provider === undefined ? unknownModel : modelOf(provider, needsName);
  const model = file['model'] === undefined ? undefined : check(top, file['model'], ['model']);
  const steps = new Map<string, SoundStep | undefined>();
  const models = new Map<string, JsonObject>();
  const held = isObject(file['steps']) ? Object.entries(file['steps']) : [];
  checkUnnamed(value, file['steps'], (id, step) => {
    const { type, step: typed } = typedStep(id, step, source, report);
    check(stepOf(type), typed, ['steps', id]);
  });
  for (const [id, step] of held) {
    if (id.startsWith('x-')) continue;
    const { type, step: typed } = typedStep(id, step, source, report);
    // Of what is no map there is nothing more to say.
    const spec = isObject(typed) ? check(stepOf(type), typed, ['steps', id]) : undefined;
    steps.set(id, type && spec && { type, spec });
    const own = isObject(step) && isObject(step['model']) ? step['model'] : {};
    const isOther = namesUnknownProvider(own);
    const asked = isOther ? meantProvider(own) : own['provider'] === undefined ? provider : providerOf(own);
    const part = asked === undefined ? unknownModel : stepModelOf(asked, provider);
    const isEmpty = Object.keys(own).length === 0;
    const sound = isEmpty ? own : (check(part, own, ['steps', id, 'model']) ?? {});
    if (!isUnknown && !isOther) models.set(id, sound);
  }
  if (held.length > 0 && steps.size === 0) {
    const message = '`steps` has no step: keys that begin with `x-` are notes';
    report.add({
      severity: 'error',
      code: 'required-key',
      message,
      place: { source, pointer: ['steps'], part: 'key' },
    });
  }
  validateTests(file['tests'], source, report);
  return { file: { ...file, ...(model && { model }) }, lost: new Set(lost), steps, models };
}

/** Steps whose names cannot stay have their own mistakes. */
function checkUnnamed(
  file: JsonValue,
  sound: JsonValue | undefined,
  check: (id: string, step: JsonObject) => void,
): void {
  const written = isObject(file) ? file['steps'] : undefined;
  if (!isObject(written)) return;
  for (const [id, step] of Object.entries(written))
    if (isObject(step) && !(isObject(sound) && Object.hasOwn(sound, id))) check(id, step);
}

/** A part of the file that is checked by itself. */
interface Part {
  /** Parts of one name have one schema. */
  readonly name: string;
  readonly schema: () => JsonSchema;
  readonly mayLack?: readonly string[];
  /** Of a model. */
  readonly provider?: string;
}

function wholeFile(needsName: boolean): Part {
  const mayLack = ['version', 'steps', ...(needsName ? ['model'] : [])];
  return {
    name: needsName ? 'file that needs a model' : 'file',
    schema: () => ({ ...fileSection(anyModel, anyStep, testsSection(anyTest)), required: mayLack }),
    mayLack,
  };
}

function modelOf(provider: Provider, needsName: boolean): Part {
  const mayLack = needsName ? ['name'] : [];
  const schema = () => ({ ...modelSection(provider), required: mayLack });
  const name = `model ${provider.provider}${needsName ? ' with a name' : ''}`;
  return { name, schema, mayLack, provider: provider.provider };
}

/** Another provider than that at the top has no model of the name there. */
function stepModelOf(provider: Provider, above: Provider | undefined): Part {
  const mayLack = provider === above ? [] : ['name'];
  const schema = () => ({ ...stepModelSection(provider), required: mayLack });
  const name = `step model ${provider.provider}${provider === above ? '' : ' with a name'}`;
  return { name, schema, mayLack, provider: provider.provider };
}

function stepOf(type: StepType | undefined): Part {
  if (type === undefined) {
    const schema = () => untypedStepSection([...stepTypes.values()], anyModel);
    return { name: 'step of an unknown type', schema };
  }
  return { name: `step ${type.type}`, schema: () => stepSection(type, anyModel) };
}

const unknownModel: Part = { name: 'model of an unknown provider', schema: unknownModelSection };

/** A model must be named in each step, or at the top for the steps that name none and ask the same provider. */
function needsModelName(file: JsonValue): boolean {
  const held: JsonObject = isObject(file) ? file : {};
  const provider = providerOf(held['model']);
  const steps = isObject(held['steps']) ? Object.entries(held['steps']) : [];
  return steps.some(([id, step]) => {
    const model = isObject(step) ? (step['model'] ?? {}) : {};
    if (id.startsWith('x-') || !isObject(model) || namesUnknownProvider(model)) return false;
    return model['name'] === undefined && providerOf(model, provider) === provider;
  });
}

type Check = (part: Part, value: JsonValue, base: Pointer) => JsonObject | undefined;

/** Reports what is wrong with a part, and tells what is left of it. */
function finder(source: Source, report: Report) {
  return ({ name, schema, mayLack, provider }: Part, value: JsonValue, base: Pointer) => {
    const found = soundPart(checkOfFormat(name, schema), value, base, mayLack);
    for (const mistake of formatMistakes(found.violations, source, { provider })) report.add(mistake);
    return found;
  };
}

function atTop(violations: readonly Violation[]): readonly Violation[] {
  return violations.filter(({ pointer }) => pointer.length === 1);
}
