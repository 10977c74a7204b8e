import type { Scope } from '../../src/template/template.ts';

/** A record with a value of every kind. */
export const scope: Scope = {
  input: {
    text: 'a < b & "c"',
    empty: '',
    count: 3,
    zero: 0,
    yes: true,
    no: false,
    nothing: null,
    tags: ['x', 'y', 'z'],
    none: [],
    order: {
      id: 'A1',
      lines: [
        { name: 'pen', sizes: [1, 2] },
        { name: 'ink', sizes: [] },
      ],
    },
    blank: {},
  },
  vars: { language: 'French' },
};
