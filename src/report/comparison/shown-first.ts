import type { ChangedRecord, Comparison, Listed } from '../../comparison/compare.ts';
import type { FieldSummary } from '../../comparison/field-tally.ts';
import { formatAmount } from '../numbers.ts';

/** Changed records of one kind: those that make the difference, or those that do not. */
export interface ChangedKind {
  readonly records: Listed<ChangedRecord>;
  /** For a heading: `changed only where it may`, of a record. */
  readonly heading: string;
  /** How many there are: `2 records changed only where they may`. */
  readonly amount: string;
}

/**
 * The kinds of changed records that there are, in the order in which they are shown: what makes the difference is not to
 * be left out for what may differ.
 */
export function changedKinds({ violating, allowed }: Comparison): readonly ChangedKind[] {
  const amountOf = ({ count }: Listed<ChangedRecord>, where: (they: string) => string) =>
    `${formatAmount(count, 'record')} changed ${where(count === 1 ? 'it' : 'they')}`;
  const kind = (records: Listed<ChangedRecord>, where: (they: string) => string): ChangedKind => ({
    records,
    heading: `changed ${where('it')}`,
    amount: amountOf(records, where),
  });
  const amount = formatAmount(violating.count, 'changed record');
  const kinds = [
    allowed.count === 0
      ? { records: violating, heading: 'changed', amount }
      : kind(violating, (they) => `where ${they} may not`),
    kind(allowed, (they) => `only where ${they} may`),
  ];
  return kinds.filter(({ records }) => records.count > 0);
}

/** For what stands below the records of a kind: `3 other changed records`, where some of them are shown. */
export function amountLeft(left: number, shown: number): string {
  return formatAmount(left, `${shown > 0 ? 'other ' : ''}changed record`);
}

/** The fields that changed, those that may not before those that may. */
export function fieldsInOrder({ fields }: Comparison): readonly FieldSummary[] {
  return [...fields.filter(({ allowed }) => !allowed), ...fields.filter(({ allowed }) => allowed)];
}
