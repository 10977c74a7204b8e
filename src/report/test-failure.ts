import { codeFrame } from '../diagnostic/code-frame.ts';
import { shownPath } from '../diagnostic/placed.ts';
import { bounded, printable } from '../diagnostic/printable.ts';
import { elide, markedChange } from '../difference/marks.ts';
import { diffWords } from '../difference/words.ts';
import type { Failure } from '../testing/result.ts';
import { paintFor, type Paint } from './output.ts';
import { missLines, missTitle } from './replay-miss.ts';
import { wrap } from './text.ts';
import { turnsOf, valueText, type PlacedFailure } from './test-words.ts';

export interface TestStyle {
  readonly color: boolean;
  readonly cwd: string;
  /** Whether prompts and answers are shown whole. */
  readonly verbose: boolean;
  /** False where the same lines of the test have just been shown. */
  readonly frame?: boolean;
}

/** Of a text that is not shown whole. */
const shownCharacters = 600;
const shownLines = 12;
const width = 80;
/** Of `  expected  `. */
const labelWidth = 12;
/** What stayed around a change. */
const context = 60;

/** What is told of one failure: where it is expected, what came, and what was asked for it. */
export function failureLines({ record, failure }: PlacedFailure, style: TestStyle): readonly string[] {
  const paint = paintFor(style);
  const row = record?.record.row;
  const place = placeText(failure, style.cwd);
  const said = `${place}  ${printable(headline(failure))}${row === undefined ? '' : `  ${printable(row)}`}`;
  const [first = '', ...others] = wrap(said, width - 2);
  const isPlaced = first.startsWith(place);
  return [
    isPlaced ? `${paint('bold', place)}${first.slice(place.length)}` : first,
    ...others.map((line) => `  ${line}`),
    ...(style.frame === false ? [] : frameOf(failure, paint)),
    ...hintLines(failure, paint),
    ...labelled(failure, style, paint),
    ...missedLines(failure, style, paint),
    ...askedLines(failure, style, paint),
  ];
}

function hintLines({ hint }: Failure, paint: Paint): readonly string[] {
  if (hint === undefined) return [];
  const [first = '', ...others] = wrap(printable(hint), width - '  hint: '.length);
  return [`  ${paint('green', 'hint:')} ${first}`, ...others.map((line) => `        ${line}`)];
}

function missedLines({ miss }: Failure, { cwd }: TestStyle, paint: Paint): readonly string[] {
  if (miss === undefined) return [];
  const lines = missLines(miss, { paint, cwd }).map((line) => `  ${line}`.trimEnd());
  return lines.slice(0, lines.findLastIndex((line) => line !== '') + 1);
}

/** file:line:column of what is expected. */
export function placeText({ place }: Pick<Failure, 'place'>, cwd: string): string {
  const { line, column } = place.source.locate(place.pointer, place.part, place.span).start;
  return `${printable(shownPath(place.source.path, cwd))}:${line}:${column}`;
}

/** Where what was expected and what came are told on lines of their own, the sentence need not say them again. */
function headline({ path, expected, message, miss }: Failure): string {
  if (miss !== undefined) return missTitle(miss);
  return path === undefined || expected === undefined ? message : `\`${path}\` is not as expected`;
}

function frameOf({ place, miss }: Failure, paint: Paint): readonly string[] {
  // A question that is not recorded is no fault of the test's line.
  if (miss !== undefined) return [];
  const { source, pointer, part, span } = place;
  const style = { margin: (text: string) => paint('dim', text), caret: (text: string) => paint('red', text) };
  return codeFrame(source.text, source.locate(pointer, part, span), style);
}

function labelled(failure: Failure, style: TestStyle, paint: Paint): readonly string[] {
  const { expected, got, seen, reason, wanted } = failure;
  if (expected === undefined || failure.path === undefined) return [];
  const text = got === undefined ? undefined : valueText(got);
  const lines = [line('expected', bounded(expected, style.verbose ? Infinity : shownCharacters))];
  if (got !== undefined) lines.push(line('got', seen ?? cut(JSON.stringify(got), style)));
  if (reason !== undefined) {
    const because = wrap(printable(bounded(reason, 1000)), width - labelWidth);
    lines.push(...because.map((text, at) => line(at === 0 ? 'because' : '', text)));
  }
  if (wanted === undefined || text === undefined) return lines;
  const changes = diffWords(wanted, text);
  // Where nothing stayed, there is nothing to see in a difference.
  if (!changes.some(({ kind, text }) => kind === 'same' && /\p{L}|\p{N}/u.test(text))) return lines;
  const shown = elide(changes, context).map((change) => {
    const marked = printable(markedChange(change));
    if (change.kind === 'same') return marked;
    return paint(change.kind === 'removed' ? 'red' : 'green', marked);
  });
  return [...lines, `  change    ${shown.join('')}`];
}

function line(label: string, text: string): string {
  return `  ${label.padEnd(8)}  ${printable(text)}`;
}

function askedLines({ asked }: Failure, style: TestStyle, paint: Paint): readonly string[] {
  if (asked === undefined) return [];
  const { step, request, answer } = asked;
  const turns = turnsOf(request).flatMap(({ role, text }) =>
    [`    ${paint('dim', `${role}:`)}`].concat(indented(text, style)),
  );
  const answered = answer === undefined ? [] : [`    ${paint('dim', 'answer:')}`, ...indented(answer, style)];
  return [`  step ${step} was asked`, ...turns, ...answered];
}

function indented(text: string, style: TestStyle): readonly string[] {
  // The line break that a file ends with is nothing to see.
  const all = printable(cut(text.trimEnd(), style), 'lines').split('\n');
  const lines = style.verbose ? all : all.slice(0, shownLines);
  const left = all.length - lines.length;
  return [
    ...lines.map((line) => `      ${line}`.trimEnd()),
    ...(left > 0 ? [`      … ${left} more lines`] : []),
  ];
}

function cut(text: string, { verbose }: TestStyle): string {
  return verbose ? text : bounded(text, shownCharacters);
}
