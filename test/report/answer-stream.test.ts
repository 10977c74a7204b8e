import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { StreamDelta } from '../../src/models/contract.ts';
import { createAnswerStream } from '../../src/report/answer-stream.ts';
import type { RunEvent } from '../../src/run/events.ts';
import { called, createOutput, finished, usageOf } from './samples.ts';

interface Scene {
  readonly stdout?: boolean;
  readonly stderr?: boolean;
  readonly quiet?: boolean;
  readonly severalSteps?: boolean;
  readonly inLog?: boolean;
}

/** What comes out at each end, and at a terminal that shows both. */
function scene({
  inLog = false,
  stdout = true,
  stderr = true,
  quiet = false,
  severalSteps = false,
}: Scene = {}) {
  let screen = '';
  const output = (isTerminal: boolean) => {
    const kept = createOutput({ isTerminal, color: isTerminal });
    return {
      ...kept,
      write(text: string) {
        kept.write(text);
        screen += text;
      },
    };
  };
  const [answers, notes] = [output(stdout), output(stderr)];
  const stream = createAnswerStream({ answers, inLog, ...(!quiet && { notes }), severalSteps });
  const tell = (...events: readonly RunEvent[]) => {
    for (const event of events) stream.on(event);
  };
  return {
    tell,
    stream,
    answers: () => answers.text(),
    notes: () => stripVTControlCharacters(notes.text()),
    screen: () => stripVTControlCharacters(screen),
  };
}

const began: StreamDelta = { type: 'began' };
const text = (words: string): StreamDelta => ({ type: 'text', text: words });
const thinking = (words: string): StreamDelta => ({ type: 'thinking', text: words });

function deltas(step: string, call: number, ...pieces: readonly StreamDelta[]): readonly RunEvent[] {
  return pieces.map((delta) => ({ type: 'call_delta', index: 0, step, call, delta }));
}

function ended(step: string): RunEvent {
  return { ...called(usageOf()), step };
}

function used(step: string, tool: string, code?: 'timed_out'): RunEvent {
  const event = { type: 'tool_finished', index: 0, step, tool, duration: 40 } as const;
  return code === undefined ? { ...event, ok: true } : { ...event, ok: false, code };
}

describe('createAnswerStream', () => {
  it('keeps commands of a CI runner out of its log, but not out of a file', () => {
    for (const [inLog, printed] of [
      [true, '\\x3a:error::x\n'],
      [false, '::error::x\n'],
    ] as const) {
      const { tell, answers } = scene({ inLog, stdout: false });
      tell(...deltas('reply', 1, began, text(':'), text(':error::x')), ended('reply'));
      expect(answers()).toBe(printed);
    }
  });

  it('keeps them out of the log of a job that has a terminal as well', () => {
    const { tell, screen } = scene({ inLog: true });
    const words = [
      thinking('::stop-'),
      thinking('commands::x'),
      text(':'),
      text(':error::x'),
      thinking('::y'),
    ];
    tell(...deltas('reply', 1, began, ...words), ended('reply'));
    expect(screen()).toBe('\\x3a:stop-commands::x\n\\x3a:error::x\n\\x3a:y\n');
  });

  it('prints the answer of a single step and nothing else', () => {
    const { tell, answers, notes } = scene();
    tell(...deltas('one', 1, began, text('Hal')));
    expect(answers()).toBe('Hal');
    tell(...deltas('one', 1, text('lo')), ended('one'));
    expect(answers()).toBe('Hallo\n');
    expect(notes()).toBe('');
  });

  it('names each of several steps', () => {
    const { tell, screen, answers } = scene({ severalSteps: true });
    tell(...deltas('one', 1, began, text('Hallo')), ended('one'));
    tell(...deltas('two', 1, began, text('Welt\n')), ended('two'));
    expect(screen()).toBe('one\nHallo\ntwo\nWelt\n');
    expect(answers()).toBe('Hallo\nWelt\n');
  });

  it('prints answers that come side by side one after the other', () => {
    const { tell, screen } = scene({ severalSteps: true });
    tell(...deltas('one', 1, began, text('a')), ...deltas('two', 1, began, text('x')));
    tell(...deltas('one', 1, text('b')), ...deltas('two', 1, text('y')), ended('two'));
    expect(screen()).toBe('one\nab');
    tell({ type: 'step_finished', index: 0, step: 'three', outcome: 'skipped' }, ended('one'));
    expect(screen()).toBe('one\nab\ntwo\nxy\nthree is skipped by its `when`\n');
  });

  it('tells of tools, and of the calls after them', () => {
    const { tell, screen } = scene();
    tell(...deltas('one', 1, began, { type: 'tool_call', name: 'look' }), ended('one'));
    tell(used('one', 'look'), used('one', 'evil\x1b[2J\n::error::', 'timed_out'));
    tell(...deltas('one', 2, began, text('It is sent.')), ended('one'));
    expect(screen()).toBe(
      'one calls look\nlook answered after 40 ms\nevil\\x1b[2J\\n::error:: failed (timed_out) after 40 ms\none, call 2\nIt is sent.\n',
    );
  });

  it('says that it asks again where an answer broke off, and keeps what was printed', () => {
    const { tell, screen, answers } = scene();
    tell(...deltas('one', 1, began, text('Hal'), began, text('Hallo')), ended('one'));
    expect(screen()).toBe('Hal\nthe answer broke off, asking again\nHallo\n');
    expect(answers()).toBe('Hal\nHallo\n');
  });

  it('says nothing of it where nothing had been printed', () => {
    const { tell, screen } = scene();
    tell(...deltas('one', 1, began, began, text('Hallo')), ended('one'));
    expect(screen()).toBe('Hallo\n');
  });

  it('shows thoughts on a terminal, on lines of their own', () => {
    const { tell, screen, answers, notes } = scene();
    tell(...deltas('one', 1, began, thinking('Let me '), thinking('see\x1b.'), text('42')), ended('one'));
    expect(screen()).toBe('Let me see\\x1b.\n42\n');
    expect([answers(), notes()]).toEqual(['42\n', 'Let me see\\x1b.\n']);
  });

  it('puts a thought in the midst of an answer on lines of its own', () => {
    const { tell, screen } = scene();
    tell(...deltas('one', 1, began, text('4'), thinking('hm'), text('2')), ended('one'));
    expect(screen()).toBe('4\nhm\n2\n');
  });

  it('keeps thoughts from a log', () => {
    const { tell, notes } = scene({ stderr: false });
    tell(...deltas('one', 1, began, thinking('hm'), text('42')), ended('one'));
    expect(notes()).toBe('');
  });

  it('gives a pipe the text as it is, whatever stands on stderr', () => {
    const { tell, answers, stream } = scene({ stdout: false });
    tell(...deltas('one', 1, began, text('\x1b[31m')));
    stream.interrupt();
    tell(...deltas('one', 1, thinking('hm'), text('red')), ended('one'));
    expect(answers()).toBe('\x1b[31mred\n');
  });

  it('gives a terminal no control sequence, also in pieces', () => {
    const { tell, answers } = scene();
    tell(
      ...deltas('one', 1, began, text('\x1b'), text(']0;title\x07'), text('\r'), text('\n')),
      ended('one'),
    );
    expect(answers()).toBe('\\x1b]0;title\\x07\n');
  });

  it('lets another begin a line of its own', () => {
    const { tell, answers, stream } = scene();
    tell(...deltas('one', 1, began, text('Hal')));
    stream.interrupt();
    stream.interrupt();
    expect(answers()).toBe('Hal\n');
    tell(...deltas('one', 1, text('lo')), ended('one'));
    expect(answers()).toBe('Hal\nlo\n');
  });

  it('is nothing but the answer where it is to be quiet', () => {
    const { tell, screen } = scene({ quiet: true, severalSteps: true });
    tell(...deltas('one', 1, began, thinking('hm'), { type: 'tool_call', name: 'look' }), ended('one'));
    tell(used('one', 'look'), ...deltas('one', 2, began, text('a'), began, text('b')), ended('one'));
    expect(screen()).toBe('a\nb\n');
  });

  it('ends the line of an answer that never came to its end', () => {
    const { tell, answers } = scene();
    tell(...deltas('one', 1, began, text('Hal')), finished());
    expect(answers()).toBe('Hal\n');
  });
});
