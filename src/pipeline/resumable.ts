import { failure, success, type Result } from '../result.ts';
import { parseSetting, type FlagMistake } from './flags.ts';
import { listText, pathText } from './words.ts';

/** Sections of the file that say how a run is done. All others say what its calls say, or what becomes of the answers. */
const resumable: readonly string[] = ['limits', 'budget', 'retry', 'fail', 'cache', 'prices'];

/** Whether a run that has begun may go on with this `--set path=value`: it has to ask what it would have asked. */
export function resumableSetting(text: string): Result<undefined, FlagMistake> {
  const setting = parseSetting(text);
  if (!setting.ok) return setting;
  const [pointer] = setting.value;
  if (resumable.includes(String(pointer[0]))) return success(undefined);
  return failure({
    message: `\`${pathText(pointer)}\` is part of what a run is, which a resume does not change`,
    hint: `set something of ${listText(resumable)}, or begin a new run with \`pipe run\``,
  });
}
