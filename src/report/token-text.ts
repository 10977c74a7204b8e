import { printable, withoutCommands } from '../diagnostic/printable.ts';

/**
 * How a text is written: as it is; for a terminal, without what would act on it; or for the log of a CI runner, line by
 * line and without what the runner would take for a command.
 */
export type TokenForm = 'exact' | 'printable' | 'log';

/**
 * Where the end of a text begins that may become something else with the next piece: half a character, a carriage return
 * that may be the first half of a line's end, and of a log every line until it is whole.
 */
const wholeUntil: { readonly [form in TokenForm]: (text: string) => number } = {
  exact: (text) => text.length - (/[\uD800-\uDBFF]/.test(text.slice(-1)) ? 1 : 0),
  printable: (text) => text.length - (/[\uD800-\uDBFF\r]/.test(text.slice(-1)) ? 1 : 0),
  log: (text) => text.lastIndexOf('\n') + 1,
};

const rewrite: { readonly [form in TokenForm]: (text: string) => string } = {
  exact: (text) => text,
  printable: (text) => printable(text, 'lines'),
  log: (text) => withoutCommands(printable(text, 'lines')),
};

/** A text that is written as its pieces come. */
export interface TokenText {
  write(piece: string): void;
  /** Ends the line that the text is in the midst of, with what is held of it in a log; the text may go on. */
  breakLine(): void;
  /** Ends the text and its last line. Says whether there was any since the last end. */
  end(): boolean;
}

/** Writes the text in one of the forms; its lines stay lines in each. However long a line is, a piece costs its own length. */
export function createTokenText(form: TokenForm, write: (text: string) => void): TokenText {
  const held: string[] = [];
  let midLine = false;
  let any = false;

  function put(text: string): void {
    if (text === '') return;
    write(rewrite[form](text));
    midLine = !text.endsWith('\n');
    any = true;
  }

  /** What is held, and forgets it. */
  function taken(): string {
    return held.splice(0).join('');
  }

  function breakLine(): void {
    if (form === 'log') put(taken());
    if (midLine) write('\n');
    midLine = false;
  }

  return {
    write(piece) {
      const text = form === 'log' ? piece : taken() + piece;
      const whole = wholeUntil[form](text);
      if (whole > 0) put(taken() + text.slice(0, whole));
      if (whole < text.length) held.push(text.slice(whole));
    },
    breakLine,
    end() {
      put(taken());
      breakLine();
      const was = any;
      any = false;
      return was;
    },
  };
}
