import { partsOfPath } from '../template/path-text.ts';
import type { TemplateProblem } from '../template/problem.ts';

/**
 * What helps where a template reads a name that a tag of Jinja declares, which is plain text here: `{% for x in list %}`
 * or `{% set x = … %}`. `text` is that of the template.
 */
export function foreignNameHint({ code, start, end }: TemplateProblem, text: string): string | undefined {
  const name = partsOfPath(text.slice(start, end))[0]?.name;
  if (code !== 'unknown-path' || name === undefined || !text.includes('{%')) return undefined;
  const declared = /\{%-?\s*(?:set\s+(\w+)\s*=|for\s+(\w+)\s+in\s+([\w.-]+))/gu;
  for (const [, variable, item, list = ''] of text.slice(0, start).matchAll(declared)) {
    if (variable === name) return '`{% set %}` is plain text here: write the value itself where it is read';
    if (item !== name) continue;
    return `\`{% for %}\` is plain text here: write {{#each ${list} as |${name}|}}…{{/each}}`;
  }
  return name === 'loop' && /\{%-?\s*for\b/u.test(text)
    ? '`{% for %}` is plain text here: within {{#each list}} the index is {{@index}}'
    : undefined;
}
