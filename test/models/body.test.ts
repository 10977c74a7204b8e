import { describe, expect, it } from 'vitest';
import { mistralai } from '../../src/models/mistralai.ts';
import { question } from './rig.ts';

const settings = {
  provider: 'mistralai',
  name: 'mistral-large-latest',
  parameters: {},
  timeout: 60_000,
  idle_timeout: 30_000,
};

// What each part of a request looks like is in the golden files of wire.test.ts.
describe('the body of a request', () => {
  it('holds the model and the messages, and no default', () => {
    expect(mistralai.body(settings, question)).toEqual({
      model: 'mistral-large-latest',
      messages: [{ role: 'user', content: 'Hi.' }],
    });
  });

  it('is asked for whole unless a stream is wanted', () => {
    expect(mistralai.body(settings, question, false)).not.toHaveProperty('stream');
    expect(mistralai.body(settings, question, true)).toMatchObject({ stream: true });
  });

  it('changes nothing that it is given', () => {
    const request = Object.freeze({
      messages: Object.freeze([Object.freeze({ role: 'user', content: 'Hi.' } as const)]),
    });
    const first = mistralai.body(Object.freeze(settings), request);
    expect(mistralai.body(settings, request)).toEqual(first);
  });
});
