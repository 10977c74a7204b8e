import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Plan } from '../plan.ts';
import type { InputBroken, RecordItem } from '../records/record.ts';
import { failure, success, type Result } from '../result.ts';
import { fingerprintsOf } from '../run/fingerprint.ts';
import { createImages } from '../run/images.ts';
import { createKeyTable } from '../run/key-table.ts';
import { createKeys } from '../run/keys.ts';
import type { AskedBefore } from './asked-before.ts';
import { assumptionsOf } from './assumptions.ts';
import { createChance } from './chance.ts';
import { compareWith, type Comparison } from './comparison.ts';
import type { Earlier } from './earlier.ts';
import { forecastStep, type StepForecast } from './forecast.ts';
import { foresee, type Foresight } from './foresee.ts';
import type { Known } from './known.ts';
import { sumRanges, type Range } from './range.ts';
import { estimateSeconds, mostShapes, type Seconds, type Shape } from './seconds.ts';
import { addSight, createTally, sizedSight, type SizedSight } from './tally.ts';
import { createTokenMeter, type MeterOptions, type TokenMeter } from './token-meter.ts';
import { openTokenizer, tokenizerOf, type Tokenizer, type TokenizerName } from './tokenizer.ts';

/** What a run over these records would ask, use, cost and take, as far as it can be told without asking. */
export interface Estimate {
  readonly pipeline: string;
  /** Records selected; of them, those that `input.when` skips, and those that fail before their first call. */
  readonly records: { readonly total: number; readonly skipped: number; readonly failing: number };
  readonly steps: readonly StepForecast[];
  readonly total: Omit<StepForecast, 'step' | 'records'>;
  readonly seconds: Seconds;
  /** The earlier runs that were learned from. */
  readonly earlier: Pick<Earlier, 'runs' | 'calls'>;
  /** What the numbers build on, a sentence each, without a final full stop. */
  readonly assumptions: readonly string[];
  readonly comparison?: Comparison;
}

export interface EstimateOptions {
  readonly known: Known;
  readonly earlier: Earlier;
  /** The run to compare with; nothing of the estimate is known by it. */
  readonly before?: AskedBefore;
  /** The folder that paths of images are relative to. */
  readonly files?: string;
  /** Asked between records: whether to give up. */
  readonly stopped?: () => boolean;
  /** Requests of each step that are all tokenised; of further ones, a sample. */
  readonly most?: MeterOptions['most'];
}

/** Records that are looked at in one go; then signals get their turn. */
const burst = 64;

/** Fails with why the input broke off, or undefined where it was stopped. Changes nothing anywhere. */
export async function estimateRun(
  plan: Plan,
  records: AsyncIterable<RecordItem | InputBroken>,
  options: EstimateOptions,
): Promise<Result<Estimate, Diagnostic | undefined>> {
  const { known, earlier, before, stopped = () => false } = options;
  const keys = createKeys(plan.input.key);
  const services = {
    plan,
    known,
    images: createImages(options.files),
    fingerprints: plan.steps.map(({ model }) => fingerprintsOf(model)),
  };
  const meters = metersOf(plan, options);
  const tallies = new Map(plan.steps.map((step) => [step.id, createTally(step)]));
  const seen = createKeyTable();
  const comparing = before && compareWith(before, plan);
  const counts = { total: 0, skipped: 0, failing: 0 };
  const shapes: Shape[] = [];
  let asking = 0;

  for await (const item of records) {
    if ('broken' in item) return failure(item.broken);
    counts.total += 1;
    if (counts.total % burst === 0) await new Promise((resolve) => setImmediate(resolve));
    if (stopped()) return failure(undefined);
    const key = keys.keyOf(item);
    const foresight = await foresee(item, key, services);
    count(foresight, counts);
    const sights: SizedSight[] = [];
    for (const sight of foresight.steps) {
      const [meter, tally] = [meters.get(sight.step.id), tallies.get(sight.step.id)];
      if (meter === undefined || tally === undefined) continue;
      const sized = sizedSight(sight, (request) => meter.measure(request), seen);
      addSight(tally, sized);
      sights.push(sized);
    }
    comparing?.add(key.key, sights);
    const shape = shapeOf(plan, sights);
    if (shape.every((one) => one === 'none')) continue;
    asking += 1;
    if (shapes.length < mostShapes) shapes.push(shape);
  }

  const counted = [...tallies.values()];
  const steps = counted.map((tally) => forecastStep(tally, plan, earlier.steps));
  const random = createChance(2);
  const seconds = estimateSeconds({ plan, forecasts: steps, shapes, records: asking, earlier, random });
  const sampled = [...meters.values()].some((meter) => meter.sampled);
  return success({
    pipeline: plan.name,
    records: counts,
    steps,
    total: totalOf(steps),
    seconds,
    earlier,
    assumptions: assumptionsOf({
      records: counts,
      tallies: counted,
      forecasts: steps,
      earlier,
      sampled,
      seconds,
      plan,
    }),
    ...(comparing && { comparison: comparing.end(steps) }),
  });
}

/** Of each step, by its id. A tokenizer is opened once for all of them. */
function metersOf(plan: Plan, { most }: EstimateOptions): ReadonlyMap<string, TokenMeter> {
  const opened = new Map<TokenizerName, Tokenizer>();
  const open = (name: TokenizerName): Tokenizer => {
    const known = opened.get(name) ?? openTokenizer(name);
    opened.set(name, known);
    return known;
  };
  const meters = plan.steps.map(({ id, model }, at): [string, TokenMeter] => {
    const tokenizer = () => open(tokenizerOf(model));
    return [id, createTokenMeter({ tokenizer, random: createChance(at), ...(most && { most }) })];
  });
  return new Map(meters);
}

function count({ outcome, steps }: Foresight, counts: { skipped: number; failing: number }): void {
  if (outcome === 'skipped') counts.skipped += 1;
  const last = steps.at(-1);
  const asked = steps.some(({ questions }) => questions.length > 0);
  if (outcome === 'fails' || (last?.end === 'fails' && !asked)) counts.failing += 1;
}

/** A step that is not among the sights is never come to. */
function shapeOf({ steps }: Plan, sights: readonly SizedSight[]): Shape {
  return steps.map(({ id }) => {
    const sight = sights.find(({ step }) => step.id === id);
    if (sight === undefined || sight.end === 'skipped') return 'none';
    if (sight.end === 'awaits') return sight.certain ? 'calls' : 'may call';
    const asks = sight.end === 'tools' || sight.questions.some(({ size }) => size !== undefined);
    return asks ? 'calls' : 'none';
  });
}

function totalOf(steps: readonly StepForecast[]): Estimate['total'] {
  const all = (name: 'calls' | 'input' | 'output' | 'cost_usd'): Range =>
    sumRanges(steps.map((step) => step[name]));
  return {
    cached: steps.reduce((sum, { cached }) => sum + cached, 0),
    calls: all('calls'),
    input: all('input'),
    output: all('output'),
    cost_usd: all('cost_usd'),
  };
}
