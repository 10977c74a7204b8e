import type { JsonObject } from '../json/json.ts';
import type { Proposal } from './proposal.ts';

interface ExampleRecord extends JsonObject {
  readonly id: string;
  readonly text: string;
}

/** Records to begin with, for who has none yet. */
export const exampleRecords: readonly ExampleRecord[] = [
  { id: 't1', text: 'The parcel came a day early, thank you!' },
  { id: 't2', text: 'I was charged twice. Please refund one.' },
  { id: 't3', text: 'How do I change my address?' },
];

/** The same as CSV. */
export const exampleRows = ['id,text', ...exampleRecords.map(({ id, text }) => `${id},"${text}"`), ''].join(
  '\n',
);

export const exampleProposal: Proposal = {
  key: 'id',
  text: 'text',
  texts: ['text'],
  fields: [
    { name: 'id', types: ['string'], required: false, filled: false },
    { name: 'text', types: ['string'], required: true, filled: true },
  ],
  open: false,
  labels: { values: ['praise', 'complaint', 'question'] },
  textMayLack: false,
};
