/** The blocks there are; Handlebars has no others, and our helpers are none. */
export const blockNames = ['if', 'unless', 'each', 'with'] as const;

export type BlockName = (typeof blockNames)[number];

export function isBlockName(name: string): name is BlockName {
  return blockNames.some((known) => known === name);
}

/** The blocks for the format reference. */
export const blockReference: readonly {
  readonly name: BlockName;
  readonly signature: string;
  readonly description: string;
}[] = [
  {
    name: 'if',
    signature: '{{#if value}}…{{else if value}}…{{else}}…{{/if}}',
    description: 'Writes the first part whose value is not absent, null, false, 0, "" or an empty list.',
  },
  {
    name: 'unless',
    signature: '{{#unless value}}…{{else}}…{{/unless}}',
    description: 'The opposite of `if`.',
  },
  {
    name: 'each',
    signature: '{{#each list as |item index|}}…{{else}}…{{/each}}',
    description:
      'Writes its body for every item of a list or value of an object, the `else` part where there is none; without `else` an absent list fails the record.',
  },
  {
    name: 'with',
    signature: '{{#with value as |name|}}…{{else}}…{{/with}}',
    description:
      'Writes its body, in which names are looked up in the value, where `if` would; 0 counts as a value.',
  },
];
