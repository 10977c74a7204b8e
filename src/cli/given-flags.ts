import type { JsonObject } from '../json/json.ts';
import type { Selection } from '../records/selection.ts';
import type { RunSummary } from '../run/run-summary.ts';
import type { PipelineFlags, SelectionFlags } from './prepare.ts';

/** The flags that a run was begun with, as its run.json tells them. */
export function givenFlags({ overrides, selection }: RunSummary): PipelineFlags & SelectionFlags {
  const values = (name: string): readonly string[] =>
    overrides.flatMap((text) => (text.startsWith(`--${name} `) ? text.slice(name.length + 3) : []));
  const [model] = values('model');
  const [concurrency] = values('concurrency');
  const [budgetUsd] = values('budget-usd');
  return {
    var: values('var'),
    set: values('set'),
    ...(model !== undefined && { model }),
    ...(concurrency !== undefined && { concurrency: Number(concurrency) }),
    ...(budgetUsd !== undefined && { budgetUsd: Number(budgetUsd) }),
    cache: !overrides.includes('--no-cache'),
    ...(selection !== null && selectionFlags(selection)),
  };
}

function selectionFlags(selection: JsonObject): SelectionFlags {
  const { sample, ...others } = selection as Selection;
  return { ...others, ...(sample !== undefined && { sample: sample.size, seed: sample.seed }) };
}
