import { printable, withoutCommands } from '../../diagnostic/printable.ts';
import type { RunEvent } from '../../run/events.ts';
import type { Trial, TrialListener, TrialStep } from '../../trial/trial.ts';
import { paintFor, type Output } from '../output.ts';
import { createTurns } from '../turns.ts';
import { waitInWords } from '../waits.ts';
import type { LastAnswers } from './last-answers.ts';
import { createStepView, type StepView } from './step-view.ts';

export interface TrialViewOptions {
  /** Where all of it is told: stderr. */
  readonly output: Output;
  /** Whether what is written there ends up in the log of a CI runner, or in a file. */
  readonly inLog: boolean;
  /** What the answers are held against; empty where there is nothing. */
  readonly before: LastAnswers;
}

/** Milliseconds that somebody who waits for an answer notices. */
const worthTelling = 1000;

/**
 * Tells of a trial as it happens: each step with its messages, the answer as it is written, tools and what they gave. Steps
 * may run side by side: each is told whole, the first to begin as it goes.
 */
export function createTrialView(trial: Trial, { output, inLog, before }: TrialViewOptions): TrialListener {
  const paint = paintFor(output);
  const views = new Map<string, StepView>();
  /** How many calls of each step have ended. */
  const ended = new Map<string, number>();
  /** Those that have been told. */
  const waits = new Set<string>();
  const turns = createTurns<() => void>({ heard: (tell) => tell(), ended: () => undefined });

  function viewOf(step: TrialStep): StepView {
    const { id } = step.step;
    const view = views.get(id) ?? createStepView({ trial, step, output, inLog, before: before.get(id) });
    views.set(id, view);
    return view;
  }

  function ofStep(id: string, tell: (view: StepView) => void): void {
    const step = trial.steps.find((one) => one.step.id === id);
    if (step !== undefined) turns.say(id, () => tell(viewOf(step)));
  }

  /** What is told at once, whoever is speaking. */
  function aside(words: string): void {
    for (const view of views.values()) view.interrupt();
    output.write(`${paint('yellow', withoutCommands(printable(words)))}\n`);
  }

  function on(event: RunEvent): void {
    switch (event.type) {
      case 'call_delta': {
        const { step, call, delta } = event;
        // An answer that was known is told whole after its call has ended: then it is shown with the step's end.
        if ((ended.get(step) ?? 0) < call) ofStep(step, (view) => view.delta(call, delta));
        return;
      }
      case 'call_finished':
        ended.set(event.step, (ended.get(event.step) ?? 0) + 1);
        return;
      case 'step_finished':
        ofStep(event.step, (view) => view.ended());
        turns.end(event.step);
        return;
      case 'notice':
        aside(event.message);
        return;
      case 'model_paused': {
        const { model, reason, duration, gives_up_in } = event;
        const isDown = reason === 'unavailable';
        if ((!isDown && duration < worthTelling) || waits.has(`${reason} ${model}`)) return;
        waits.add(`${reason} ${model}`);
        aside(waitInWords({ model, reason, left: isDown ? (gives_up_in ?? null) : duration }));
        return;
      }
      case 'run_finished':
        for (const { step, calls, outcome } of trial.steps) {
          if (calls.length > 0 && outcome === undefined) ofStep(step.id, (view) => view.ended());
        }
        turns.endAll();
        return;
      case 'run_started':
      case 'record_started':
      case 'tool_finished':
      case 'replay_missed':
      case 'budget_held':
      case 'record_kept':
      case 'record_finished':
      case 'run_stopping':
    }
  }

  return {
    on,
    asked: ({ step, outcome }) => {
      if (outcome === undefined) ofStep(step.id, (view) => view.asked());
    },
  };
}
