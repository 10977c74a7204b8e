/**
 * The words that have a model correct its answer. What is wrong with it stands between them; what is shown there of the
 * answer's own values is data.
 */

const opening = 'This answer cannot be used:';

export const correctText = 'Answer again with the corrected JSON alone: no other words, no Markdown.';

export function correctCall(name: string): string {
  return `Call \`${name}\` again, once, with the corrected arguments.`;
}

export function correctionWords(problems: readonly string[], closing: string): string {
  return [opening, ...problems.map((problem) => `- ${problem}`), closing].join('\n');
}
