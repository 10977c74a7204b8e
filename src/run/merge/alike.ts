import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import type { JsonValue } from '../../json/json.ts';
import { placeOf } from '../changes.ts';
import type { RunSummary } from '../run-summary.ts';
import { summaryDifferences, type SummaryDifference } from '../summary-differences.ts';
import { refused } from './refusal.ts';
import type { Shard } from './shard.ts';

type Part = Pick<Shard, 'name' | 'summary' | 'spool'>;

/** Why two runs are not parts of one: what they asked, or of what, is not the same. */
export function alike(first: Part, other: Part): readonly Diagnostic[] {
  const [a, b] = [first.summary, other.summary];
  const found = summaryDifferences(a, b).flatMap((difference) => sentence(difference));
  const reasons = [
    ...found,
    ...(first.spool === other.spool ? [] : ['has read another standard input']),
    ...(a.input.format === b.input.format ? [] : ['has read its input in another format']),
    ...(imagesOf(a) === imagesOf(b) ? [] : ['has read its images from another folder']),
    ...lockSentence(a, b),
    ...toolsSentence(a, b),
  ];
  const hint = 'shards of one run have the same pipeline, input and flags';
  return reasons.map((reason) =>
    refused(
      'different-runs',
      `\`${other.name}\` is no part of the run that \`${first.name}\` is one of: it ${reason}`,
      hint,
    ),
  );
}

/** Simulated by other options, one fails where another does not, or has other answers: a warning, since all of it is made up. */
export function simulatedAlike(first: Part, others: readonly Part[]): readonly Diagnostic[] {
  const options = ({ summary }: Part) =>
    `--simulate${summary.simulator === null ? '' : `=${summary.simulator}`}`;
  const other = others.find((part) => options(part) !== options(first));
  if (other === undefined) return [];
  const message = `\`${first.name}\` was run with \`${options(first)}\`, and \`${other.name}\` with \`${options(other)}\`: what one makes up, another may not`;
  const hint = 'run all shards with the same options, for what a single run would have left';
  return [{ severity: 'warning', code: 'different-simulators', message, hint }];
}

function imagesOf({ images, pipeline }: RunSummary): string | null {
  return images === null ? null : placeOf(images, pipeline);
}

function lockSentence({ locked: a = false }: RunSummary, { locked: b = false }: RunSummary) {
  if (a === b) return [];
  return [b ? 'holds a lock, and the other does not' : 'holds no lock, and the other does'];
}

/** Which recordings answer may differ: each shard may have its own. */
function toolsSentence({ replay: a }: RunSummary, { replay: b }: RunSummary) {
  if (a === null || b === null || a.live_tools === b.live_tools) return [];
  return [`has ${b.live_tools ? 'run' : 'replayed'} its tools, and the other has not`];
}

/** What is different, to follow "it"; nothing for what may be. */
function sentence({ of, name, a, b }: SummaryDifference): readonly string[] {
  switch (of) {
    case 'pipeline':
      return ['was run with another pipeline file'];
    case 'file':
      if (a === null) return [`was run with the file \`${name}\`, which the other does not have`];
      return [b === null ? `was run without the file \`${name}\`` : `was run with another \`${name}\``];
    case 'var':
      return [`has ${JSON.stringify(b)} for the variable \`${name}\`, and the other ${JSON.stringify(a)}`];
    case 'input':
      return ['has read another input'];
    case 'simulated':
      return [
        b === true
          ? 'is simulated, and the other is not: made up answers never stand beside real ones'
          : 'is real, and the other is simulated: made up answers never stand beside real ones',
      ];
    case 'replayed':
      return [
        b === true
          ? 'is answered by recordings, and the other by models'
          : 'is answered by models, and the other by recordings',
      ];
    case 'override':
      return [`was run with ${flagsText(b)}, and the other with ${flagsText(a)}`];
    case 'selection':
    case 'model':
    case 'simulator':
      // Shards are each another selection, and what a model's name leads to, or how it is simulated, may change between them:
      // the latter is warned of.
      return [];
  }
}

function flagsText(flags: JsonValue): string {
  if (!Array.isArray(flags) || flags.length === 0) return 'no `--set` and `--model`';
  return flags.map((flag) => `\`${flag}\``).join(', ');
}
