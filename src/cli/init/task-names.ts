import { InvalidArgumentError } from 'commander';
import { didYouMean } from '../../diagnostic/suggest.ts';

/** Kept here as words so that `--help` loads nothing; a test holds it equal to the registry. */
export const taskNames = ['classify', 'extract', 'translate', 'chat'] as const;

export type TaskName = (typeof taskNames)[number];

/** What people call a task as well. */
const otherNames: { readonly [word: string]: TaskName } = {
  categorize: 'classify',
  categorise: 'classify',
  label: 'classify',
  tag: 'classify',
  sort: 'classify',
  sentiment: 'classify',
  parse: 'extract',
  extraction: 'extract',
  translation: 'translate',
  summarize: 'chat',
  summarise: 'chat',
  write: 'chat',
  answer: 'chat',
  reply: 'chat',
  rewrite: 'chat',
};

/** Why this is no task, with the one that was most likely meant. */
export function mistakenTask(text: string): string | undefined {
  const word = text.toLowerCase();
  if (taskNames.some((name) => name === text)) return undefined;
  const near = [word, didYouMean(word, [...taskNames, ...Object.keys(otherNames)])].flatMap((one) =>
    one === undefined ? [] : [taskNames.find((name) => name === one) ?? otherNames[one]],
  );
  const meant = near.find((one) => one !== undefined);
  const choices = `choose one of ${taskNames.join(', ')}`;
  return meant === undefined ? choices : `${choices}; did you mean \`${meant}\`?`;
}

/** For the flag. */
export function taskFlag(text: string): string {
  const why = mistakenTask(text);
  if (why !== undefined) throw new InvalidArgumentError(`${why.charAt(0).toUpperCase()}${why.slice(1)}`);
  return text;
}
