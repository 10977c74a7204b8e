import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import type { Source } from '../diagnostic/source.ts';
import { didYouMean } from '../diagnostic/suggest.ts';
import { isObject, type Pointer } from '../json/json.ts';
import type { SoundTest } from '../pipeline/validate-tests.ts';
import type { Plan } from '../plan.ts';
import { memberNames, typeOf } from '../schema/value-type.ts';

/**
 * Warns of fields of a test's `input` that nothing reads, where one that it lacks is read and has nearly the name. Other
 * fields may be there for whoever reads the test.
 */
export function unreadFields(
  { pointer, spec: { input, assert = null } }: Pick<SoundTest, 'pointer' | 'spec'>,
  plan: Plan,
  source: Source,
): readonly Diagnostic[] {
  const read = fieldsRead(plan);
  if (!isObject(input) || read === undefined) return [];
  const names = Object.keys(input);
  const lacking = read.filter((name) => !names.includes(name));
  const declared = plan.input.schema === undefined ? [] : memberNames(typeOf(plan.input.schema));
  // What is expected may be told by a field of the record.
  const asserted = JSON.stringify(assert);
  return names.flatMap((name): readonly Diagnostic[] => {
    const isKnown = read.includes(name) || declared.includes(name) || asserted.includes(name);
    const meant = isKnown ? undefined : didYouMean(name, lacking);
    return meant === undefined ? [] : [unread(name, meant, source, [...pointer, 'input', name])];
  });
}

/** The fields of a record that the pipeline reads; undefined where it may read any. */
function fieldsRead({ input, steps, output_reads }: Plan): readonly string[] | undefined {
  // A module that is called as a tool is given the record.
  if (steps.some(({ type, record_reads }) => type === 'tools' || record_reads === undefined))
    return undefined;
  const reads = [input.when_reads, output_reads, ...steps.map(({ record_reads }) => record_reads)];
  if (reads.some((one) => one?.whole === true)) return undefined;
  const fields = reads.flatMap((one) => one?.fields ?? []);
  return [...new Set([...fields, ...(input.key === undefined ? [] : [input.key])])];
}

function unread(name: string, meant: string, source: Source, pointer: Pointer): Diagnostic {
  return {
    severity: 'warning',
    code: 'unread-field',
    message: `nothing reads \`${name}\` of the record`,
    hint: `did you mean \`${meant}\`?`,
    place: { source, pointer, part: 'key' },
  };
}
