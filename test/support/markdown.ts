/** A fenced block of a Markdown file. */
export interface Block {
  readonly language: string;
  /** The file that the block is, from `title=` in its fence. */
  readonly title: string | undefined;
  readonly text: string;
  /** Offsets of the text in the file. */
  readonly start: number;
  readonly end: number;
}

export function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(\w+)(?: title=(\S+))?\n([\s\S]*?)^```$/gm)].map((match) => {
    const text = match[3] ?? '';
    const end = match.index + match[0].length - 3;
    return { language: match[1] ?? '', title: match[2], text, start: end - text.length, end };
  });
}

/** A command of a console block and what the page says that it prints. */
export interface Exchange {
  readonly command: string;
  readonly output: string;
}

export function exchangesOf(block: Block): readonly Exchange[] {
  return block.text
    .split(/^(?=\$ )/m)
    .filter((part) => part.startsWith('$ '))
    .map((part) => {
      const [first = '', ...rest] = part.split('\n');
      return { command: first.slice(2), output: rest.join('\n') };
    });
}
