import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type JsonObject, type JsonValue, type Pointer } from '../json/json.ts';
import { valueAt } from '../json/pointer.ts';
import { failure, success, type Result } from '../result.ts';
import { checkSetting, parseSetting, parseVariable, type FlagMistake, type Setting } from './flags.ts';
import { providerOf } from './provider-of.ts';
import { listText, pathText } from './words.ts';

/** What the flags say, as given. */
export interface OverrideFlags {
  /** `--var`: `name=value`. */
  readonly vars?: readonly string[];
  /** `--set`: `path=value`. */
  readonly sets?: readonly string[];
  readonly model?: string;
  readonly concurrency?: number;
  /** `--budget-usd`: US dollars. */
  readonly budgetUsd?: number;
  /** `--no-cache`: no step uses the cache, whatever the file says. */
  readonly cache?: false;
}

/** A flag that gave the file another value at this place, or left out what stands there. */
export interface Override {
  /** As given, such as `--set model.temperature=0`. */
  readonly flag: string;
  readonly pointer: Pointer;
  readonly leftOut: boolean;
}

export interface Overridden {
  readonly value: JsonValue;
  readonly overrides: readonly Override[];
  readonly diagnostics: readonly Diagnostic[];
  /** Of variables that the file does not declare. Where its `vars` are misspelt or wrong, that tells it already. */
  readonly unknownVariables: readonly Diagnostic[];
}

/** Puts what the flags say over what the file says, before anything is checked. The flags for one thing win over `--set`. */
export function applyOverrides(file: JsonValue, flags: OverrideFlags): Overridden {
  let value = file;
  const overrides: Override[] = [];
  const diagnostics: Diagnostic[] = [];
  const unknownVariables: Diagnostic[] = [];
  const apply = (flag: string, change: Result<readonly [Pointer, JsonValue], FlagMistake>) => {
    const changed = change.ok ? withSetting(value, change.value) : change;
    if (changed.ok) {
      value = changed.value;
      if (change.ok) overrides.push({ flag, pointer: change.value[0], leftOut: leavesOut(change.value) });
    } else {
      const { message, hint, isUnknown = false } = changed.error;
      (isUnknown ? unknownVariables : diagnostics).push({
        severity: 'error',
        code: 'invalid-flag',
        message: `\`${flag}\`: ${message}`,
        ...(hint !== undefined && { hint }),
      });
    }
  };
  const before = isObject(file) && isObject(file['vars']) ? file['vars'] : {};
  for (const text of flags.sets ?? []) {
    const setting = parseSetting(text);
    const checked = setting.ok
      ? firstFailure(checkStep(setting.value[0], value), checkSetting(setting.value, before))
      : setting;
    apply(`--set ${text}`, checked.ok ? setting : checked);
  }
  const declared = isObject(value) && isObject(value['vars']) ? value['vars'] : {};
  for (const text of flags.vars ?? []) apply(`--var ${text}`, parseVariable(text, declared));
  if (flags.model !== undefined) {
    for (const pointer of modelNames(value)) apply(`--model ${flags.model}`, success([pointer, flags.model]));
  }
  const { concurrency, budgetUsd, cache } = flags;
  if (concurrency !== undefined) {
    apply(`--concurrency ${concurrency}`, success([['limits', 'concurrency'], concurrency]));
  }
  if (budgetUsd !== undefined) {
    apply(`--budget-usd ${budgetUsd}`, success([['budget', 'usd'], budgetUsd]));
  }
  if (cache === false) {
    for (const pointer of cacheKeys(value)) apply('--no-cache', success([pointer, false]));
  }
  return { value, overrides, diagnostics, unknownVariables };
}

/** The flags as given, as a run keeps them; one that resumes it has to apply them again. */
export function overrideTexts(flags: OverrideFlags): readonly string[] {
  const { sets = [], vars = [], model, concurrency, budgetUsd, cache } = flags;
  return [
    ...sets.map((text) => `--set ${text}`),
    ...vars.map((text) => `--var ${text}`),
    ...(model === undefined ? [] : [`--model ${model}`]),
    ...(concurrency === undefined ? [] : [`--concurrency ${concurrency}`]),
    ...(budgetUsd === undefined ? [] : [`--budget-usd ${budgetUsd}`]),
    ...(cache === undefined ? [] : ['--no-cache']),
  ];
}

/** A setting of a step that there is not would make one of that name, unless it begins one by its `type`. */
function checkStep([section, id, key]: Pointer, file: JsonValue): Result<undefined, FlagMistake> {
  const steps = isObject(file) ? file['steps'] : undefined;
  const isStep = section === 'steps' && typeof id === 'string' && key !== undefined && key !== 'type';
  if (!isStep || !isObject(steps) || Object.hasOwn(steps, id)) return success(undefined);
  const ids = Object.keys(steps).filter((name) => !name.startsWith('x-'));
  const meant = didYouMean(id, ids);
  return failure({
    message: `there is no step \`${id}\``,
    hint: meant === undefined ? `the steps are ${listText(ids)}` : `did you mean \`${meant}\`?`,
  });
}

function firstFailure(...checks: readonly Result<undefined, FlagMistake>[]): Result<undefined, FlagMistake> {
  return checks.find(({ ok }) => !ok) ?? success(undefined);
}

/**
 * Wherever the file may name a model: at the top, and in each step that names its own. Steps that ask another provider
 * than the `model` at the top keep theirs, which that one does not have.
 */
function modelNames(file: JsonValue): readonly Pointer[] {
  const { model: top, steps = {} }: JsonObject = isObject(file) ? file : {};
  const own = Object.entries(isObject(steps) ? steps : {}).filter(([, step]) => {
    const model = isObject(step) ? step['model'] : undefined;
    if (!isObject(model) || model['name'] === undefined) return false;
    return top === undefined || providerOf(model, providerOf(top)) === providerOf(top);
  });
  return [['model', 'name'], ...own.map(([id]) => ['steps', id, 'model', 'name'])];
}

/** Wherever the file may say whether to use the cache: at the top, and in each step that says so itself. */
function cacheKeys(file: JsonValue): readonly Pointer[] {
  const steps = isObject(file) && isObject(file['steps']) ? Object.entries(file['steps']) : [];
  const own = steps.filter(([, step]) => isObject(step) && step['cache'] !== undefined);
  return [['cache'], ...own.map(([id]) => ['steps', id, 'cache'])];
}

/** No key of the format is null: set to it, one is left out. */
function leavesOut([pointer, to]: Setting): boolean {
  return to === null && typeof pointer.at(-1) === 'string' && !holdsAnyValue(pointer);
}

/** A copy with this value at its place. */
function withSetting(file: JsonValue, setting: Setting): Result<JsonValue, FlagMistake> {
  const [pointer, to] = setting;
  if (!leavesOut(setting)) return withValue(file, pointer, to);
  const above = pointer.slice(0, -1);
  const key = String(pointer.at(-1));
  const map = valueAt(file, above);
  if (!isObject(map) || !Object.hasOwn(map, key))
    return failure({ message: `\`${pathText(pointer)}\` is not in the file, so it cannot be left out` });
  const { [key]: _, ...rest } = map;
  return withValue(file, above, rest);
}

/** Whether it is no key of the format: what stands there is the user's own. */
function holdsAnyValue(pointer: Pointer): boolean {
  const above = pointer.slice(0, -1);
  const [section = ''] = above;
  return (
    ['vars', 'output', 'tests'].includes(String(section)) ||
    above.some((part) => part === 'schema' || part === 'parameters' || String(part).startsWith('x-'))
  );
}

/** A copy with this value at this place. Maps and lists on the way there are made where there are none. */
function withValue(
  value: JsonValue | undefined,
  pointer: Pointer,
  to: JsonValue,
  above: Pointer = [],
): Result<JsonValue, FlagMistake> {
  const [part, ...rest] = pointer;
  if (part === undefined) return success(to);
  const here = [...above, part];
  if (Array.isArray(value) || (value === undefined && typeof part === 'number')) {
    const items: readonly JsonValue[] = value ?? [];
    const index = Number(part);
    // An item may be changed, or added at the end.
    if (!Number.isInteger(index) || index < 0 || index > items.length) {
      const message = `\`${pathText(above)}\` has ${items.length} items, counted from 0, so there is none numbered ${part}`;
      return failure({ message });
    }
    const changed = withValue(items[index], rest, to, here);
    return changed.ok
      ? success([...items.slice(0, index), changed.value, ...items.slice(index + 1)])
      : changed;
  }
  if (value !== undefined && value !== null && !isObject(value)) {
    return failure({ message: `\`${pathText(above)}\` is not a map, so nothing in it can be set` });
  }
  const map: JsonObject = value ?? {};
  const changed = withValue(Object.hasOwn(map, part) ? map[part] : undefined, rest, to, here);
  return changed.ok ? success({ ...map, [part]: changed.value }) : changed;
}
