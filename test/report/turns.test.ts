import { describe, expect, it } from 'vitest';
import { createTurns } from '../../src/report/turns.ts';

function listening() {
  const heard: string[] = [];
  const turns = createTurns<string>({ heard: (piece) => heard.push(piece), ended: () => heard.push('.') });
  return { heard, turns };
}

describe('createTurns', () => {
  it('lets the first be heard as he speaks, and the others when he has ended', () => {
    const { heard, turns } = listening();
    turns.say('a', 'a1');
    turns.say('b', 'b1');
    turns.say('a', 'a2');
    expect(heard).toEqual(['a1', 'a2']);
    turns.say('c', 'c1');
    turns.end('c');
    turns.end('a');
    expect(heard).toEqual(['a1', 'a2', '.', 'b1']);
    turns.say('b', 'b2');
    turns.end('b');
    expect(heard).toEqual(['a1', 'a2', '.', 'b1', 'b2', '.', 'c1', '.']);
  });

  it('gives who speaks again another turn, behind those who wait', () => {
    const { heard, turns } = listening();
    turns.say('a', 'a1');
    turns.say('b', 'b1');
    turns.end('a');
    turns.say('a', 'a2');
    turns.end('b');
    expect(heard).toEqual(['a1', '.', 'b1', '.', 'a2']);
  });

  it('ends all at the end, and no turn that there is not', () => {
    const { heard, turns } = listening();
    turns.end('a');
    turns.say('a', 'a1');
    turns.say('b', 'b1');
    turns.endAll();
    turns.endAll();
    expect(heard).toEqual(['a1', '.', 'b1', '.']);
  });
});
