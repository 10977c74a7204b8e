import { graphemesOf } from '../diagnostic/graphemes.ts';
import { displayWidth, graphemeWidth } from '../diagnostic/printable.ts';

/** Printable text that comes in pieces and stands to the right of a margin. */
export interface Inset {
  write(text: string): void;
  /** Ends the line that the text is in the midst of; the text may go on. */
  end(): void;
}

export interface InsetOptions {
  readonly write: (text: string) => void;
  readonly margin: number;
  /** Lines are broken between words to so many, the margin included. Absent: as the text has them. */
  readonly columns?: number;
  readonly paint?: (text: string) => string;
}

/** Narrower columns would break every word. */
const narrowest = 20;

/** More of a word than this is not waited for: some scripts write no spaces. */
const longestWait = 40;

/** Scripts in which a line may break between any two characters. */
const loose = '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}';
const parts = new RegExp(`(\\n|[ \\t]+|[${loose}])`, 'u');

/** A word is written when it is whole, since only then is it known whether it has room on its line. */
export function createInset({ write, margin, columns, paint = (text) => text }: InsetOptions): Inset {
  const room = columns === undefined ? Infinity : Math.max(narrowest, columns - margin);
  // Where nothing is broken, no width matters.
  const widthOf = columns === undefined ? () => 0 : displayWidth;
  let used = 0;
  let isOpen = false;
  let spaces = '';
  let word = '';

  function breakLine(): void {
    write('\n');
    used = 0;
    isOpen = false;
    spaces = '';
  }

  function put(text: string, width: number): void {
    write((isOpen ? '' : ' '.repeat(margin)) + paint(text));
    isOpen = true;
    used += width;
  }

  function flush(): void {
    if (word === '') return;
    const width = widthOf(word);
    if (used > 0 && used + spaces.length + width > room) breakLine();
    if (spaces !== '') put(spaces, spaces.length);
    spaces = '';
    if (used + width <= room) put(word, width);
    else putLong(word);
    word = '';
  }

  function putLong(text: string): void {
    let fitting = '';
    let fittingWidth = 0;
    for (const grapheme of graphemesOf(text)) {
      const width = graphemeWidth(grapheme);
      if (used + fittingWidth + width > room) {
        if (fitting !== '') put(fitting, fittingWidth);
        [fitting, fittingWidth] = ['', 0];
        breakLine();
      }
      fitting += grapheme;
      fittingWidth += width;
    }
    if (fitting !== '') put(fitting, fittingWidth);
  }

  return {
    write(text) {
      for (const part of text.split(parts)) {
        if (part === '') continue;
        if (part === '\n') {
          flush();
          breakLine();
        } else if (/^[ \t]/u.test(part)) {
          flush();
          // A tab is as wide as the terminal likes: a few spaces are not.
          spaces += part.replaceAll('\t', '  ');
        } else {
          word += part;
          if (room === Infinity || word.length > longestWait || parts.test(part)) flush();
        }
      }
    },
    end() {
      flush();
      if (isOpen) breakLine();
      spaces = '';
    },
  };
}

/** A text that is there whole, as lines to the right of a margin. */
export function insetText(text: string, options: Omit<InsetOptions, 'write'>): string {
  let inset = '';
  const writer = createInset({ ...options, write: (part) => (inset += part) });
  writer.write(text);
  writer.end();
  return inset;
}

/** A text whose lines are indented themselves, such as JSON: what is broken off a line begins where the line does. */
export function insetLines(text: string, options: Omit<InsetOptions, 'write'>): string {
  return text
    .split('\n')
    .map((line) => {
      const lead = /^ */u.exec(line)?.[0].length ?? 0;
      return insetText(line.slice(lead), { ...options, margin: options.margin + lead });
    })
    .join('');
}
