/** Words of other template languages for what is written in another way here. */
const otherWords: ReadonlyMap<string, string> = new Map([
  ...['elif', 'elseif', 'elsif', 'else_if'].map((word) => [word, 'write {{else if …}}'] as const),
  ...['gte', 'ge'].map((word) => [word, 'at least is not less: write (not (lt a b))'] as const),
  ...['lte', 'le'].map((word) => [word, 'at most is not greater: write (not (gt a b))'] as const),
  ['endif', 'write {{/if}}'],
  ['endfor', 'write {{/each}}'],
]);

/** What to write instead of a word that is no name here. */
export function otherWordHint(word: string): string | undefined {
  return otherWords.get(word.toLowerCase());
}
