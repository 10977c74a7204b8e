import { withoutCommands } from '../diagnostic/printable.ts';
import { formatDuration } from '../duration.ts';
import type { CallDelta, RunEvent } from '../run/events.ts';
import { paintFor, type Output } from './output.ts';
import { clip } from './text.ts';
import { createTokenText } from './token-text.ts';
import { createTurns } from './turns.ts';

export interface AnswerStreamOptions {
  /** Where the answers go: stdout. */
  readonly answers: Output;
  /** Whether what is written there ends up in the log of a CI runner. */
  readonly inLog: boolean;
  /** Where it is told what they are: stderr. Absent where nothing but the answers is wanted. */
  readonly notes?: Output;
  /** Whether several steps answer, so that it is told which of them speaks. */
  readonly severalSteps: boolean;
}

/** Prints the answers of one record as they are written. */
export interface AnswerStream {
  on(event: RunEvent): void;
  /** To be called before another writes where the notes go: ends the line that an answer is in the midst of. */
  interrupt(): void;
}

const longestName = 60;

/**
 * Steps may answer side by side: each answer is printed whole, the first to begin as it is written. Thoughts are for
 * people, so they are shown on a terminal only. Where an answer has to be asked for again, what was printed of it stays.
 */
export function createAnswerStream({
  answers,
  inLog,
  notes,
  severalSteps,
}: AnswerStreamOptions): AnswerStream {
  const paint = paintFor(notes ?? { color: false });
  const forPeople = notes?.isTerminal === true ? notes : undefined;
  // A CI runner may give its jobs a terminal: its log reads commands from there as well.
  const shown = inLog ? 'log' : 'printable';
  const answer = createTokenText(answers.isTerminal ? shown : inLog ? 'log' : 'exact', (text) =>
    answers.write(text),
  );
  const thought = createTokenText(shown, (text) => forPeople?.write(paint('dim', text)));
  /** Attempts of the present call that have begun. */
  let attempts = 0;

  const turns = createTurns<CallDelta | string>({
    heard: (piece) => (typeof piece === 'string' ? note(piece) : show(piece)),
    ended() {
      endAttempt();
      attempts = 0;
    },
  });

  function interrupt(): void {
    thought.breakLine();
    if (answers.isTerminal && forPeople !== undefined) answer.breakLine();
  }

  function note(words: string): void {
    interrupt();
    notes?.write(`${paint('dim', withoutCommands(words))}\n`);
  }

  function show({ step, call, delta }: CallDelta): void {
    switch (delta.type) {
      case 'began':
        begin(step, call);
        return;
      case 'text':
        thought.breakLine();
        answer.write(delta.text);
        return;
      case 'thinking':
        if (forPeople === undefined) return;
        if (answers.isTerminal) answer.breakLine();
        thought.write(delta.text);
        return;
      case 'tool_call':
        note(`${step} calls ${clip(delta.name, longestName)}`);
    }
  }

  function begin(step: string, call: number): void {
    const brokeOff = endAttempt();
    attempts += 1;
    if (brokeOff) note('the answer broke off, asking again');
    else if (attempts > 1) return;
    else if (call > 1) note(`${step}, call ${call}`);
    else if (severalSteps) note(step);
  }

  /** Whether anything was shown of it. */
  function endAttempt(): boolean {
    const thoughtWas = thought.end();
    return answer.end() || thoughtWas;
  }

  return {
    interrupt,
    on(event) {
      switch (event.type) {
        case 'call_delta':
          turns.say(event.step, event);
          return;
        case 'call_finished':
          turns.end(event.step);
          return;
        case 'tool_finished': {
          const how = event.ok ? 'answered' : `failed (${event.code})`;
          const tool = clip(event.tool, longestName);
          turns.sayBetween(`${tool} ${how} after ${formatDuration(event.duration)}`);
          return;
        }
        case 'step_finished':
          if (event.outcome === 'skipped') turns.sayBetween(`${event.step} is skipped by its \`when\``);
          return;
        case 'run_finished':
          turns.endAll();
          return;
        case 'run_started':
        case 'record_started':
        case 'notice':
        case 'model_paused':
        case 'budget_held':
        case 'replay_missed':
        case 'record_kept':
        case 'record_finished':
        case 'run_stopping':
      }
    },
  };
}
