import type { Grade, GradeQuestion, JudgeServices } from '../assertions/assertion.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import type { Plan } from '../plan.ts';
import { recordsOfValues } from '../records/values.ts';
import { failure, success, type Result } from '../result.ts';
import type { RunEvent, StopReason } from '../run/events.ts';
import type { RunOptions } from '../run/options.ts';
import { runPipeline } from '../run/run.ts';
import { graderId } from './planner.ts';
import type { TestSuite } from './suite.ts';

export interface Graders extends JudgeServices {
  /** Resolves when all that was asked is answered. Nothing may be asked after it. */
  close(): Promise<readonly StopReason[]>;
}

/** Asks the models that judge, each by one run of its pipeline, whose records are the questions as they come. */
export function openGraders(
  { graders }: Pick<TestSuite, 'graders'>,
  optionsOf: (nth: number) => RunOptions,
  on: (event: RunEvent) => void,
): Graders {
  const open = new Map<string, Grader>();
  return {
    grade(question) {
      const id = graderId(question.model);
      const plan = graders.get(id);
      if (plan === undefined) throw new Error('the model of a judge was not compiled');
      const grader = open.get(id) ?? openGrader(plan, optionsOf([...graders.keys()].indexOf(id)), on);
      open.set(id, grader);
      return grader.ask(question);
    },
    async close() {
      const reasons = await Promise.all([...open.values()].map((grader) => grader.close()));
      return reasons.flatMap((reason) => reason ?? []);
    },
  };
}

type Told = Result<Grade, string>;

interface Grader {
  ask(question: GradeQuestion): Promise<Told>;
  close(): Promise<StopReason | undefined>;
}

function openGrader(plan: Plan, options: RunOptions, on: (event: RunEvent) => void): Grader {
  const questions = createQueue<JsonObject>();
  const waiting: ((told: Told) => void)[] = [];
  const told = (index: number, grade: Told) => waiting[index]?.(grade);
  const run = async (): Promise<StopReason | undefined> => {
    let reason: StopReason | undefined;
    for await (const event of runPipeline(plan, recordsOfValues(questions), options)) {
      on(event);
      if (event.type === 'record_finished') {
        if (event.outcome === 'succeeded') told(event.index, gradeIn(event.output));
        if (event.outcome === 'failed') told(event.index, failure(event.error.message));
      }
      if (event.type === 'run_finished') ({ reason } = event);
    }
    // A promise that is resolved stays so: these are the questions that the run did not come to.
    for (const tell of waiting) tell(failure(reason?.message ?? 'it was not asked'));
    return reason;
  };
  const ended = run();
  return {
    ask: ({ rubric, answer }) =>
      new Promise((resolve) => {
        waiting.push(resolve);
        questions.push({ rubric, answer });
      }),
    close() {
      questions.close();
      return ended;
    },
  };
}

/** The pipeline that asks has checked its form. */
function gradeIn(row: JsonValue): Told {
  const { reason = '', pass = false } = isObject(row) ? row : {};
  return success({ reason: typeof reason === 'string' ? reason : '', pass: pass === true });
}

/** What is pushed comes out, in its order, until it is closed. */
function createQueue<Item>() {
  const items: Item[] = [];
  let closed = false;
  let wake: () => void = () => undefined;
  return {
    push(item: Item) {
      items.push(item);
      wake();
    },
    close() {
      closed = true;
      wake();
    },
    async *[Symbol.asyncIterator](): AsyncGenerator<Item, void, undefined> {
      for (;;) {
        const item = items.shift();
        if (item !== undefined) yield item;
        else if (closed) return;
        else {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
      }
    },
  };
}
