import { resumableSections } from '../plan.ts';
import { failure, success, type Result } from '../result.ts';
import { parseSetting, type FlagMistake } from './flags.ts';
import { listText, pathText } from './words.ts';

/** Whether a run that has begun may go on with this `--set path=value`: it has to ask what it would have asked. */
export function resumableSetting(text: string): Result<undefined, FlagMistake> {
  const setting = parseSetting(text);
  if (!setting.ok) return setting;
  const [pointer] = setting.value;
  if (resumableSections.some((section) => section === pointer[0])) return success(undefined);
  return failure({
    message: `\`${pathText(pointer)}\` is part of what a run is, which a resume does not change`,
    hint: `set something of ${listText(resumableSections)}, or begin a new run with \`pipe run\``,
  });
}
