import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importFile } from '../../src/importing/import-file.ts';
import { temporaryFolder } from '../support/pipe.ts';

const length = 150_000;

/** Far above what these take, and far below what one way through the text for each of its characters does. */
const mostMilliseconds = 3000;

describe('a text made to be slow to read', () => {
  it.each([
    ['a line of spaces', 'a.prompty', `---\nname: a\n---\nuser:\n${' '.repeat(length)}x`],
    ['images that are begun', 'a.prompty', `---\nname: a\n---\nuser:\n${'!['.repeat(length)}{{a}}`],
    [
      'addresses that are begun',
      'a.prompty',
      `---\nname: a\n---\nuser:\n${'![a](b'.repeat(length / 4)}{{a}}`,
    ],
    ['quotation marks', 'a.prompty', `---\nname: a\n---\nuser:\n${String.raw`{{\'}}`.repeat(length / 4)}`],
    ['empty lines', 'a.prompty', `${'\n'.repeat(length)}x`],
    ['halves of tokens', 'a.prompty', `---\nname: a\n---\n${'-eyJ'.repeat(length)}`],
    ['braces', 'a.prompty', `---\nname: a\n---\n{% raw %}${'{'.repeat(length)} {% endraw %}{{a}}`],
    ['many messages', 'a.prompty', `---\nname: a\n---\n${'{{a}}\nuser:\n'.repeat(length / 20)}`],
    ['spaces before the end', 'a.yaml', `prompts: ["{{a}}${' '.repeat(length)}x"]\nproviders: mistral:m\n`],
    ['many roles', 'a.prompt', '{{role "user"}}{{x}}'.repeat(length / 30)],
  ])('%s', async (_, name, text) => {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, text);
    const before = performance.now();
    await importFile(path, name);
    expect(performance.now() - before).toBeLessThan(mostMilliseconds);
  });
});
