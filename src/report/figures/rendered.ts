import type { JsonObject } from '../../json/json.ts';
import type { CallOutcome, Message, ModelRequest } from '../../models/contract.ts';
import type { Plan } from '../../plan.ts';
import { failure, success } from '../../result.ts';
import type { BegunRecord } from '../../run/active-record.ts';
import { fingerprintsOf, type Fingerprint } from '../../run/fingerprint.ts';
import type { Images } from '../../run/images.ts';
import { runRecord } from '../../run/record.ts';
import { stepOrder } from '../../run/step-order.ts';
import { untraced } from '../../run/traces.ts';
import type { ToolInvocation } from '../../steps/step.ts';
import type { ToolError, ToolOutcome } from '../../tools/tool.ts';
import { zeroUsage } from '../../usage/add.ts';
import type { RecordStory, RenderedMessages, StoryError, ToolCall } from './story.ts';

/** Renders again what a record's calls asked. */
export type Renderer = (story: RecordStory, input: JsonObject) => Promise<RenderedMessages>;

/**
 * Goes through the steps of a record as its run did, with the answers and the results of tools that the journal has, and
 * notes what each call asks. No model is called, no tool is run: where the journal has no answer, the record ends.
 */
export function createRenderer(plan: Plan, images: Images): Renderer {
  const order = stepOrder(plan.steps);
  const fingerprints = plan.steps.map(({ model }) => fingerprintsOf(model));

  return async (story, input) => {
    const messages = new Map<Fingerprint, readonly Message[]>();
    const { answers, results } = known(story);

    async function call(step: number, request: ModelRequest): Promise<CallOutcome> {
      const whole = await images.embed(request);
      const fingerprint = whole.ok ? fingerprints[step]?.(whole.value) : undefined;
      if (fingerprint === undefined) return unanswered;
      // As the file has them: what an image holds says nothing to a reader.
      messages.set(fingerprint, request.messages);
      return answers.get(nameOf(plan.steps[step]?.id, fingerprint)) ?? unanswered;
    }

    async function tool(step: number, { id, name }: ToolInvocation): Promise<ToolOutcome> {
      return results.get(nameOf(plan.steps[step]?.id, id, name)) ?? unknown;
    }

    const { sequence, index, line, key } = story;
    const begun: BegunRecord = { sequence, index, line, key, value: input };
    const countedIn = { steps: new Set<string>(), models: new Set<string>() };
    await runRecord(
      { ...begun, countedIn, failed_before: false, answers: [], running: 0 },
      {
        plan,
        order,
        traces: untraced,
        signal: new AbortController().signal,
        call: (_record, step, _nth, request) => call(step, request),
        tool: (_record, step, _nth, invocation) => tool(step, invocation),
        stopped: () => false,
        stepBegins() {},
        stepEnds() {},
        moveOn() {},
        stepFinished() {},
        bug(error) {
          throw error;
        },
      },
    );
    return messages;
  };
}

const unanswered: CallOutcome = {
  ok: false,
  error: {
    code: 'aborted',
    message: 'the journal has no answer',
    status: null,
    attempts: 0,
    request_id: null,
    scope: 'record',
  },
  usage: zeroUsage,
};

const unknown: ToolOutcome = {
  ok: false,
  error: { code: 'aborted', message: 'the journal has no result' },
};

/** What the journal has; of several answers to one question, the last is the one that was gone on with. */
function known({ calls }: RecordStory): {
  readonly answers: ReadonlyMap<string, CallOutcome>;
  readonly results: ReadonlyMap<string, ToolOutcome>;
} {
  const answers = new Map<string, CallOutcome>();
  const results = new Map<string, ToolOutcome>();
  for (const call of calls) {
    if (call.type === 'tool') {
      results.set(nameOf(call.step, call.id, call.name), outcomeOf(call));
    } else if (call.completion !== undefined) {
      const { step, fingerprint, completion, usage } = call;
      answers.set(nameOf(step, fingerprint), { ok: true, completion, usage });
    }
  }
  return { answers, results };
}

function outcomeOf({ result, error }: ToolCall): ToolOutcome {
  // As it was written by a journal that knew no others.
  return error === undefined ? success(result ?? null) : failure(error as StoryError & ToolError);
}

function nameOf(...parts: readonly (string | undefined)[]): string {
  return JSON.stringify(parts);
}
