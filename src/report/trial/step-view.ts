import { isDeepStrictEqual } from 'node:util';
import { printable, withoutCommands } from '../../diagnostic/printable.ts';
import { formatDuration } from '../../duration.ts';
import type { JsonValue } from '../../json/json.ts';
import type { Message, StreamDelta } from '../../models/contract.ts';
import type { Trial, TrialCall, TrialStep, TrialTool } from '../../trial/trial.ts';
import { createInset, insetText, type Inset } from '../inset.ts';
import { paintFor, type Output, type Style } from '../output.ts';
import { turnsOf } from '../test-words.ts';
import { clip } from '../text.ts';
import { createTokenText, type TokenForm, type TokenText } from '../token-text.ts';
import { changeLines } from './change.ts';
import { callFacts, stepFacts } from './facts.ts';
import { asksTheSame, isSameAnswer, type LastAnswer } from './last-answers.ts';

/** Tells of one step while it runs; what has been told is not told again. */
export interface StepView {
  /** The step has asked the model for the nth time. */
  asked(): void;
  /** A piece of the answer to its nth call, as the model writes it. */
  delta(nth: number, delta: StreamDelta): void;
  /** The step has ended, or been cut off. */
  ended(): void;
  /** To be called before another writes: ends the line that an answer is in the midst of. */
  interrupt(): void;
}

export interface StepViewOptions {
  readonly trial: Trial;
  readonly step: TrialStep;
  readonly output: Output;
  /** Whether what is written ends up in the log of a CI runner, or in a file. */
  readonly inLog: boolean;
  /** What it is held against; absent: all of it is told. */
  readonly before?: LastAnswer | undefined;
}

const longestName = 60;
const label = 2;
const text = 4;

export function createStepView({ trial, step, output, inLog, before }: StepViewOptions): StepView {
  const paint = paintFor(output);
  const form: TokenForm = inLog ? 'log' : 'printable';
  const { id } = step.step;
  let hasTitle = false;
  /** Calls whose question has been told, and those whose end has. */
  let askedTold = 0;
  let endsTold = 0;
  let speaking:
    | { readonly kind: 'thinking' | 'answer'; readonly inset: Inset; readonly tokens: TokenText }
    | undefined;
  /** Whether anything of the present call's answer has been told as it came. */
  let heard = false;

  /** In a log lines stay whole: broken between words, one could begin with what its runner takes for a command. */
  function columns(): { readonly columns?: number } {
    return output.isTerminal && !inLog ? { columns: output.columns } : {};
  }

  function write(line: string): void {
    output.write(withoutCommands(line));
  }

  function labelled(name: string, style: Style = 'dim'): void {
    quiet();
    write(`${' '.repeat(label)}${paint(style, name)}\n`);
  }

  function block(body: string): void {
    write(insetText(printable(body.replace(/\n+$/u, ''), 'lines'), { margin: text, ...columns() }));
  }

  function title(): void {
    if (hasTitle) return;
    hasTitle = true;
    write(`\n${paint('bold', id)}  ${paint('dim', stepFacts(step))}\n`);
  }

  /** Ends what is being said. */
  function quiet(): void {
    if (speaking === undefined) return;
    speaking.tokens.end();
    speaking.inset.end();
    speaking = undefined;
  }

  function speak(kind: 'thinking' | 'answer', words: string): void {
    if (speaking?.kind !== kind) {
      labelled(`${kind}:`);
      const inset = createInset({
        write: (part) => output.write(part),
        margin: text,
        ...columns(),
        ...(kind === 'thinking' && { paint: (part: string) => paint('dim', part) }),
      });
      speaking = { kind, inset, tokens: createTokenText(form, (part) => inset.write(part)) };
    }
    heard = true;
    speaking.tokens.write(words);
  }

  function question(nth: number): void {
    if (nth <= askedTold) return;
    for (let earlier = endsTold + 1; earlier < nth; earlier += 1) answer(earlier);
    askedTold = nth;
    heard = false;
    title();
    const call = step.calls[nth - 1];
    if (call === undefined) return;
    if (nth === 1) return first(call.request.messages);
    const added = addedBy(call, step.calls[nth - 2]);
    if (added.length === 0) return;
    labelled(step.step.type === 'structured' ? `asked again (${nth - 1}):` : 'asked:');
    for (const { text } of turnsOf({ messages: added })) block(text);
  }

  function first(messages: readonly Message[]): void {
    const then = before === undefined ? [] : turnsOf({ messages: before.messages });
    const now = turnsOf({ messages });
    for (const [at, turn] of now.entries()) {
      const old = then[at];
      if (old === undefined || old.role !== turn.role) {
        labelled(`${turn.role}:`);
        block(turn.text);
      } else if (old.text !== turn.text) {
        labelled(`${turn.role}, changed:`);
        changes(old.text, turn.text);
      }
    }
    if (then.length > now.length) labelled(`without ${then.length - now.length} of the last messages`);
  }

  function changes(old: string, now: string): void {
    const { columns: wide } = columns();
    const lines = changeLines(old, now, paint, wide === undefined ? undefined : wide - text);
    write(lines.map((line) => `${' '.repeat(text)}${line}`.trimEnd() + '\n').join(''));
  }

  /** What came of the nth call, as far as it has not been told, and of the tools that were called after it. */
  function answer(nth: number): void {
    if (nth <= endsTold) return;
    question(nth);
    endsTold = nth;
    const call = step.calls[nth - 1];
    if (call === undefined) return;
    if (!heard && call.outcome?.ok === true) unheard(call.outcome.completion);
    quiet();
    if (call.outcome?.ok === true && call.outcome.completion.refusal !== null) {
      labelled('refusal:');
      block(call.outcome.completion.refusal);
    }
    write(`${' '.repeat(label)}${paint('dim', callFacts(call, step, trial))}\n`);
    step.tools.filter(({ after }) => after === nth).forEach(tool);
    collected(call, nth);
  }

  function unheard({ thinking, text }: { readonly thinking: string; readonly text: string }): void {
    if (thinking !== '') speak('thinking', thinking);
    if (text !== '') speak('answer', text);
  }

  function tool({ call, outcome, duration = 0 }: TrialTool): void {
    const time = duration === 0 || trial.started?.replayed === true ? '' : `, ${formatDuration(duration)}`;
    labelled(`tool ${clip(call.name, longestName)}${time}:`);
    block(`called with ${jsonText(call.arguments)}`);
    if (outcome === undefined) block('cut off');
    else if (outcome.ok) block(`gave ${jsonText(outcome.value)}`);
    else block(`failed: ${outcome.error.message} [${outcome.error.code}]`);
  }

  /** Calls of tools that were not run, but for one that is the answer itself. */
  function collected({ outcome }: TrialCall, nth: number): void {
    if (outcome?.ok !== true || step.tools.some(({ after }) => after === nth)) return;
    for (const { name, arguments: given } of outcome.completion.tool_calls) {
      if (step.value !== undefined && isSaid(given, step.value.output)) continue;
      labelled(`calls ${clip(name, longestName)} with:`);
      block(given);
    }
  }

  function conclusion(): void {
    const { value } = step;
    if (value === undefined) return;
    if (before !== undefined) {
      if (isSameAnswer(step, before)) labelled('the same answer as before');
      else {
        labelled('against the last answer:');
        changes(outputText(before.output), outputText(value.output));
      }
      return;
    }
    const last = step.calls.at(-1)?.outcome;
    const said = last?.ok === true ? last.completion.text : undefined;
    if (said === undefined || isSaid(said, value.output)) return;
    labelled('output:');
    block(outputText(value.output));
  }

  return {
    interrupt: quiet,
    asked() {
      if (!isAskedAgain()) question(step.calls.length);
    },
    delta(nth, delta) {
      if (isAskedAgain()) return;
      question(nth);
      switch (delta.type) {
        case 'began':
          if (heard) labelled('the answer broke off, asking again');
          return;
        case 'text':
          speak('answer', delta.text);
          return;
        case 'thinking':
          speak('thinking', delta.text);
          return;
        case 'tool_call':
          labelled(`calls ${clip(delta.name, longestName)}`);
          heard = true;
      }
    },
    ended() {
      if (step.outcome === 'skipped') {
        const condition = step.step.when?.text.trim() ?? '';
        write(
          `\n${paint('bold', id)}  ${paint('dim', `skipped by its \`when\`: ${clip(condition, 200)}`)}\n`,
        );
        return;
      }
      if (!hasTitle && isUnchanged()) {
        write(`\n${paint('bold', id)}  ${paint('dim', unchangedWords())}\n`);
        return;
      }
      for (let nth = endsTold + 1; nth <= step.calls.length; nth += 1) answer(nth);
      quiet();
      conclusion();
    },
  };

  /** What was asked before is told when it is known whether the answer is another: most likely it is not. */
  function isAskedAgain(): boolean {
    return before !== undefined && asksTheSame(step, before);
  }

  function isUnchanged(): boolean {
    return isAskedAgain() && before !== undefined && isSameAnswer(step, before);
  }

  function unchangedWords(): string {
    const isCached = step.calls.every(({ outcome }) => (outcome?.usage.cached_requests ?? 0) > 0);
    if (trial.started?.replayed === true) return 'as before: the recorded answer';
    return isCached ? 'as before: cached, not called again' : 'as before: called again, the same answer';
  }
}

/** The messages of a call that an earlier one of its step had not, without the answer between them and results of tools. */
function addedBy(call: TrialCall, earlier: TrialCall | undefined): readonly Message[] {
  const { messages } = call.request;
  const old = earlier?.request.messages ?? [];
  let same = 0;
  while (same < old.length && isDeepStrictEqual(old[same], messages[same])) same += 1;
  return messages.slice(same).filter(({ role }) => role === 'user' || role === 'system');
}

function jsonText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function outputText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, 2);
}

/** Whether an output is what the answer says already. */
function isSaid(said: string, output: JsonValue): boolean {
  if (said === output) return true;
  try {
    return isDeepStrictEqual(JSON.parse(said), output);
  } catch {
    return false;
  }
}
