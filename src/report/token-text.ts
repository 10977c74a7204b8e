import { printable, withoutCommands } from '../diagnostic/printable.ts';

/**
 * How a text is written: as it is; for a terminal, without what would act on it; or for the log of a CI runner, line by
 * line and without what the runner would take for a command.
 */
export type TokenForm = 'exact' | 'printable' | 'log';

/** What may become something else with the next piece, at the end of a text. */
const unfinished: { readonly [form in TokenForm]: RegExp } = {
  exact: /[\uD800-\uDBFF]$/,
  // A carriage return may be the first half of a line's end.
  printable: /[\uD800-\uDBFF\r]$/,
  log: /[^\n]+$/,
};

const rewrite: { readonly [form in TokenForm]: (text: string) => string } = {
  exact: (text) => text,
  printable: (text) => printable(text, 'lines'),
  log: (text) => withoutCommands(printable(text, 'lines')),
};

/** A text that is written as its pieces come. */
export interface TokenText {
  write(piece: string): void;
  /** Ends the line that the text is in the midst of; the text may go on. */
  breakLine(): void;
  /** Ends the text and its last line. Says whether there was any since the last end. */
  end(): boolean;
}

/** Writes the text in one of the forms; its lines stay lines in each. */
export function createTokenText(form: TokenForm, write: (text: string) => void): TokenText {
  let held = '';
  let midLine = false;
  let any = false;

  function put(text: string): void {
    if (text === '') return;
    write(rewrite[form](text));
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
      held = unfinished[form].exec(text)?.[0] ?? '';
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
