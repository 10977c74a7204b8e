import { expect, it } from 'vitest';
import { joinCalls } from '../../src/models/chat-completion-calls.ts';

it.each([
  ['an index each', (at: number) => ({ index: at })],
  ['an id each and no index', () => ({})],
  ['the same index', () => ({ index: 0 })],
])('joins a stream of 100,000 calls that have %s', (_what, place) => {
  const joined = joinCalls();
  for (let at = 0; at < 100_000; at += 1) {
    const id = `call${at}`;
    joined.add([{ ...place(at), id, function: { name: 'look', arguments: '{' } }]);
    joined.add([{ ...place(at), id, function: { arguments: '}' } }]);
  }
  const calls = joined.whole();
  expect(calls).toHaveLength(100_000);
  expect(calls.at(-1)).toEqual({ id: 'call99999', function: { name: 'look', arguments: '{}' } });
});
