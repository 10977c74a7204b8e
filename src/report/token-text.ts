import { printable } from '../diagnostic/printable.ts';

/** A text that is written as its pieces come. */
export interface TokenText {
  write(piece: string): void;
  /** Ends the line that the text is in the midst of; the text may go on. */
  breakLine(): void;
  /** Ends the text and its last line. Says whether there was any since the last end. */
  end(): boolean;
}

/** Writes the text as it is, or for a terminal without what would act on it; its lines stay lines either way. */
export function createTokenText(form: 'exact' | 'printable', write: (text: string) => void): TokenText {
  // Half a pair would become a replacement character; a carriage return may be the first half of a line's end.
  const half = form === 'exact' ? /[\uD800-\uDBFF]$/ : /[\uD800-\uDBFF\r]$/;
  let held = '';
  let midLine = false;
  let any = false;

  function put(text: string): void {
    if (text === '') return;
    write(form === 'exact' ? text : printable(text, 'lines'));
    midLine = !text.endsWith('\n');
    any = true;
  }

  function breakLine(): void {
    if (midLine) write('\n');
    midLine = false;
  }

  return {
    write(piece) {
      const text = held + piece;
      held = half.exec(text)?.[0] ?? '';
      put(text.slice(0, text.length - held.length));
    },
    breakLine,
    end() {
      put(held);
      held = '';
      breakLine();
      const was = any;
      any = false;
      return was;
    },
  };
}
