import { basename } from 'node:path';
import { bounded, printable } from '../../diagnostic/printable.ts';
import { elide, marked } from '../../difference/marks.ts';
import { diffWords } from '../../difference/words.ts';
import type { JsonValue } from '../../json/json.ts';
import type { PlanStep } from '../../plan.ts';
import { canonicalJson } from '../canonical.ts';
import { differencesOf, type Difference } from './differences.ts';
import type { RecordedEntry } from './lines.ts';
import type { Question } from './question.ts';
import type { Recordings } from './recordings.ts';
import { placeIn, type FilePlace } from './template-place.ts';

/** A call of a replayed run that was never recorded, and what was recorded in its stead. */
export interface ReplayMiss {
  readonly step: string;
  /** The tool that was called; absent where it is an answer of the model that is missing. */
  readonly tool?: string;
  /** Absolute paths of the files that the tool is made of. */
  readonly files?: readonly string[];
  /** Where in the pipeline stands what is asked otherwise; absent where the plan was made of no file. */
  readonly place?: FilePlace;
  /** The recorded entry of the step that is most like it; absent where the step has none. */
  readonly nearest?: NearestEntry;
}

export interface NearestEntry {
  /** The recording, absolute. */
  readonly path: string;
  readonly line: number;
  /** Empty where what differs is not shown, such as a text that was redacted. */
  readonly differences: readonly Pick<Difference, 'what' | 'words'>[];
}

/** A model's question that was never recorded. */
export function answerMiss(step: PlanStep, question: Question, recordings: Recordings): ReplayMiss {
  const nearest = recordings.nearest(step.id, question);
  const differences = nearest === undefined ? [] : differencesOf(nearest.question, question);
  const place = placeIn(
    step.place,
    differences[0]?.origin ?? { kind: 'message', at: question.messages.length },
  );
  return {
    step: step.id,
    ...(place !== undefined && { place }),
    ...(nearest !== undefined && { nearest: nearestEntry(nearest, differences) }),
  };
}

export interface MissedCall {
  readonly name: string;
  readonly arguments: JsonValue;
  /** Absolute paths of the files that the tool is made of. */
  readonly files: readonly string[];
}

/** A tool call whose result was never recorded. */
export function toolMiss(step: PlanStep, call: MissedCall, recordings: Recordings): ReplayMiss {
  const { name } = call;
  const place = placeIn(step.place, { kind: 'key', pointer: ['tools', name] });
  const ofTool = recordings.entries.filter(
    (entry) => entry.type === 'tool' && entry.step === step.id && entry.name === name,
  );
  const asked = textOf(call.arguments);
  const recorded = ofTool.map((entry) => (entry.type === 'tool' ? textOf(entry.arguments) : ''));
  const same = recorded.indexOf(asked);
  const nearest = ofTool[Math.max(same, 0)];
  const words = same === -1 ? diffWords(recorded[0] ?? '', asked) : [];
  const differences = words.length === 0 ? [] : [{ what: 'its arguments', words }];
  return {
    step: step.id,
    tool: name,
    files: call.files,
    ...(place !== undefined && { place }),
    ...(nearest !== undefined && { nearest: nearestEntry(nearest, differences) }),
  };
}

function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : canonicalJson(value);
}

function nearestEntry(
  { path, line }: RecordedEntry,
  differences: readonly Pick<Difference, 'what' | 'words'>[],
): NearestEntry {
  return { path, line, differences: differences.map(({ what, words }) => ({ what, words })) };
}

/** In characters of unchanged text on each side of a change, and of a whole message. */
const context = 30;
const longestChange = 300;
const longestMessage = 700;

/** What is wrong, in one line: for errors.jsonl and logs. */
export function missMessage(miss: ReplayMiss): string {
  const { step, tool, place } = miss;
  const at = place === undefined ? '' : ` (${basename(place.path)}:${place.line})`;
  const what =
    tool === undefined
      ? `this request of step \`${step}\`${at} was never recorded`
      : `this call of the tool \`${printable(tool)}\` in step \`${step}\`${at} was never recorded`;
  return bounded(`${what}${nearestInWords(miss)}`, longestMessage);
}

function nearestInWords(miss: ReplayMiss): string {
  const { nearest, tool } = miss;
  if (nearest === undefined)
    return tool !== undefined ? ', nor any other call of it' : ', nor any other of the step';
  const where = `the nearest, ${basename(nearest.path)}:${nearest.line},`;
  const [first, ...others] = nearest.differences;
  if (first === undefined) return `; ${where} ${unseen(miss, (path) => printable(basename(path)))}`;
  const change = bounded(printable(marked(elide(first.words, context))), longestChange);
  const more = others.length === 0 ? '' : ` (and in ${others.map(({ what }) => what).join(', ')})`;
  return `; ${where} differs in ${first.what}: ${change}${more}`;
}

/** What differs where nothing does that a recording shows. */
export function unseen({ tool, files = [] }: ReplayMiss, shown: (path: string) => string): string {
  if (tool === undefined) {
    return 'shows no difference: a text that was redacted may be another, or pipe is of another version';
  }
  const made =
    files.length === 0 ? '' : ` (its keys, or ${files.map((path) => `\`${shown(path)}\``).join(', ')})`;
  return `has the same arguments: the tool itself is another since${made}, or the answer that called it`;
}
