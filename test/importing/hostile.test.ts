import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { importFile } from '../../src/importing/import-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const length = 150_000;

/** Far above what these take, and far below what one way through the text for each of its characters does. */
const mostMilliseconds = 6000;

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
    ['many messages', 'a.prompty', `---\nname: a\n---\n${'{{a}}\nuser:\n'.repeat(length / 8)}`],
    ['spaces before the end', 'a.yaml', `prompts: ["{{a}}${' '.repeat(length)}x"]\nproviders: mistral:m\n`],
    ['many roles', 'a.prompt', '{{role "user"}}{{x}}'.repeat(length / 12)],
  ])('%s', async (_, name, text) => {
    const path = join(temporaryFolder(), name);
    writeFileSync(path, text);
    const before = performance.now();
    await importFile(path, name);
    expect(performance.now() - before).toBeLessThan(mostMilliseconds);
  });

  const levels = Array.from({ length: 18 }, (_, at) => at);
  it.each<[string, string, Readonly<Record<string, string>>]>([
    [
      'files that each include the next one twice',
      'a.prompty',
      {
        'a.prompty': "{% include 'b0.jinja2' %}",
        ...Object.fromEntries(
          levels.map((at) => [`b${at}.jinja2`, `{% include 'b${at + 1}.jinja2' %}`.repeat(2)]),
        ),
        'b18.jinja2': 'end',
      },
    ],
    [
      'partials that each have the next one twice',
      'a.prompt',
      {
        'a.prompt': '{{>b0}}',
        ...Object.fromEntries(levels.map((at) => [`_b${at}.prompt`, `{{>b${at + 1}}}`.repeat(2)])),
        '_b18.prompt': 'end',
      },
    ],
    [
      'prompts of a flow that each have the next one twice',
      'flow.dag.yaml',
      {
        'flow.dag.yaml': `nodes:\n${levels
          .map(
            (at) =>
              `- {name: n${at}, type: prompt, source: {path: a.jinja2}, inputs: {x: '\${n${at + 1}.output}'}}\n`,
          )
          .join(
            '',
          )}- {name: n18, type: prompt, source: {path: end.jinja2}}\n- {name: a, type: llm, source: {path: a.jinja2}, inputs: {x: '\${n0.output}'}}\n`,
        'a.jinja2': '{{x}}{{x}}',
        'end.jinja2': 'end',
      },
    ],
  ])('%s', async (_, name, files) => {
    const cwd = temporaryFolder();
    for (const [each, text] of Object.entries(files)) writeFileSync(join(cwd, each), text);
    const before = performance.now();
    const imported = await importFile(join(cwd, name), name);
    expect(performance.now() - before).toBeLessThan(mostMilliseconds);
    const messages = (imported.ok ? imported.value.notes : imported.error).map(({ message }) => message);
    expect(messages.join('\n')).toMatch(/more than 500|after 500/);
  });
});
