import { imageTokens } from '../models/chat-template.ts';
import type { Plan } from '../plan.ts';
import { priceOf } from '../usage/prices.ts';
import type { Earlier } from './earlier.ts';
import { marginOf, type StepForecast } from './forecast.ts';
import { mostShapes, type Seconds } from './seconds.ts';
import type { StepTally } from './tally.ts';
import { tokenizerOf } from './tokenizer.ts';

export interface AssumptionsInput {
  readonly plan: Plan;
  readonly records: { readonly total: number; readonly failing: number };
  readonly tallies: readonly StepTally[];
  readonly forecasts: readonly StepForecast[];
  readonly earlier: Earlier;
  readonly sampled: boolean;
  readonly seconds: Seconds;
}

/** What an estimate builds on and does not know, a sentence each, without a final full stop. */
export function assumptionsOf(input: AssumptionsInput): readonly string[] {
  const asking = input.forecasts.filter(({ calls }) => calls.max !== 0);
  if (asking.length === 0) return failingRecords(input);
  return [
    ...failingRecords(input),
    ...tokenizers(asking),
    ...(input.sampled
      ? ['of many requests, a sample is counted by the tokenizer; the others by their characters']
      : []),
    ...images(input.tallies),
    ...schemas(input.tallies),
    ...earlierRuns(input, asking),
    ...openSteps(input, asking),
    ...unboundedAnswers(asking),
    ...prices(input.plan, asking),
    ...repeated(input.tallies),
    'neither requests that are sent again after errors are reckoned, nor what a provider caches of a prompt',
    ...times(input),
  ];
}

function failingRecords({ records: { failing } }: AssumptionsInput): readonly string[] {
  if (failing === 0) return [];
  return [`${amount(failing, 'record')} would fail before the first call; \`pipe check --input\` tells why`];
}

function tokenizers(asking: readonly StepForecast[]): readonly string[] {
  const words = asking.map(({ step }) => {
    const percent = `${Math.round(marginOf(step) * 100)} %`;
    if (step.model.provider !== 'mistralai') {
      return `input of ${step.model.name} is counted by Mistral's tokenizer in place of its own, and taken to be good to ${percent}`;
    }
    const name = tokenizerOf(step.model) === 'tekken' ? 'Tekken' : 'first tokenizer';
    return `input is counted by Mistral's ${name}, and taken to be good to ${percent}`;
  });
  return [...new Set(words)];
}

function images(tallies: readonly StepTally[]): readonly string[] {
  const shown = tallies.some(({ rendered, awaiting, undecided }) =>
    [rendered, awaiting, undecided].some((sum) => sum.images > 0),
  );
  const { min, expected, max } = imageTokens;
  return shown ? [`an image counts as ${expected} tokens, from ${min} to ${max}`] : [];
}

/** What makes the most of an input so much more than its least. */
function schemas(tallies: readonly StepTally[]): readonly string[] {
  return tallies.flatMap(({ step, rendered, awaiting, undecided }) => {
    const tokens = [rendered, awaiting, undecided].reduce((sum, { schema }) => sum + schema, 0);
    if (tokens === 0) return [];
    return [
      `the schema of \`${step.id}\` may count as input or not: up to ${amount(tokens, 'token')}, which only the most has`,
    ];
  });
}

function earlierRuns(
  { plan, earlier }: AssumptionsInput,
  asking: readonly StepForecast[],
): readonly string[] {
  if (earlier.runs.length === 0) {
    const { made_up } = earlier;
    const but = made_up === 0 ? '' : ` (${amount(made_up, 'run')} there: simulated or replayed)`;
    return [
      `no run of ${plan.name} in runs/ tells how long answers are${but}: from 1 token to \`max_tokens\` each`,
    ];
  }
  const ids = (which: (id: string) => boolean) => asking.map(({ step }) => step.id).filter(which);
  const unseen = ids((id) => !earlier.steps.has(id));
  const changed = ids((id) => earlier.steps.get(id)?.changed === true);
  return [
    `answers, further calls and their times are as in ${amount(earlier.calls, 'call')} of ${amount(earlier.runs.length, 'earlier run')}`,
    ...(unseen.length > 0 ? [`those runs tell nothing of ${list(unseen)}`] : []),
    ...(changed.length > 0
      ? [`${list(changed)} asked something else in those runs, so answers may differ`]
      : []),
  ];
}

function openSteps(
  { tallies, earlier }: AssumptionsInput,
  asking: readonly StepForecast[],
): readonly string[] {
  return tallies.flatMap(({ step, awaiting, undecided, open, afterTools }) => {
    const { id, program } = step;
    if (!asking.some((one) => one.step === step)) return [];
    const before = earlier.steps.get(id);
    const most = program.outlook?.most_calls ?? 1;
    const waiting = awaiting.requests + undecided.requests;
    const asked = waiting + open + afterTools;
    const share =
      before === undefined
        ? 'all may ask'
        : `in earlier runs ${Math.round(before.share * 100)} % of records did`;
    return [
      ...(undecided.requests > 0
        ? [`whether \`${id}\` asks is not known for ${amount(undecided.requests, 'record')}: ${share}`]
        : []),
      ...(waiting > 0 && before === undefined
        ? [`what \`${id}\` asks depends on answers that are not known`]
        : []),
      ...(asked > 0 && most > 1
        ? [
            program.outlook?.runs_tools === true
              ? `\`${id}\` makes from 1 to ${most} calls for a record, by what the model asks of its tools`
              : `\`${id}\` asks again ${most === 2 ? 'once' : `up to ${most - 1} times`} where an answer does not fit`,
          ]
        : []),
    ];
  });
}

function unboundedAnswers(asking: readonly StepForecast[]): readonly string[] {
  const ids = asking.filter(({ step }) => step.max_output_tokens === null).map(({ step }) => step.id);
  if (ids.length === 0) return [];
  return [`nothing bounds the answers of ${list(ids)}: \`max_tokens\` would`];
}

function prices({ prices: table }: Plan, asking: readonly StepForecast[]): readonly string[] {
  const names = [...new Set(asking.map(({ step }) => step.model.name))];
  const unknown = names.filter((name) => priceOf(name, table) === undefined);
  return [
    ...(unknown.length < names.length ? [`prices are those of ${table.date}, or the file's own`] : []),
    ...(unknown.length > 0
      ? [`no price is known for ${list(unknown)}, so the cost is not known: \`prices\` in the file tells it`]
      : []),
  ];
}

function repeated(tallies: readonly StepTally[]): readonly string[] {
  const count = tallies.reduce(
    (sum, { rendered, distinct }) => sum + rendered.requests - distinct.requests,
    0,
  );
  if (count === 0) return [];
  return [`${amount(count, 'request')} repeat others of the same input, so the cache may answer them`];
}

function times({ seconds, earlier, plan, records }: AssumptionsInput): readonly string[] {
  if (seconds.min === null) {
    return ['how long it takes is not known: there is no earlier run, and no limit of requests or tokens'];
  }
  if (earlier.runs.length === 0)
    return ['the time is that of `limits` alone: how long answers take is not known'];
  const limits = Object.keys(plan.limits).length > 1 ? "the file's limits" : 'no other limits';
  const played = `the time is that of ${plan.limits.concurrency} calls at a time under ${limits}`;
  return records.total > mostShapes
    ? [`${played}, played through for ${amount(mostShapes, 'record')}; the others take as much longer`]
    : [played];
}

function amount(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}
