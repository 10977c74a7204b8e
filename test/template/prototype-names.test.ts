import { describe, expect, test } from 'vitest';
import { evaluated, rendered } from './support.ts';

describe('names that JavaScript gives a meaning', () => {
  const names = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'prototype', '__defineGetter__'];

  test.each(names)('%s is absent where the data does not have it', (name) => {
    for (const input of [{}, [], 'text', 1, null])
      expect(rendered(`{{input.${name}}}`, { input })).toMatch(/^absent_path: /u);
    expect(rendered(`{{${name}}}`, {})).toBe(`absent_path: \`${name}\` is absent`);
    expect(rendered(`{{#if input.${name}}}a{{else}}b{{/if}}`, { input: {} })).toBe('b');
    expect(rendered(`{{input.${name}.${name}}}`, { input: {} })).toMatch(/^absent_path: /u);
  });

  test.each(names)('%s is a field where the data has it', (name) => {
    const input: unknown = JSON.parse(`{"${name}": {"${name}": "mine"}}`);
    expect(rendered(`{{input.${name}.${name}}}`, { input })).toBe('mine');
    expect(rendered('{{#each input}}{{@key}}{{/each}}', { input })).toBe(name);
    expect(rendered(`{{#with input}}{{${name}.${name}}}{{/with}}`, { input })).toBe('mine');
    expect(rendered('{{input}}', { input })).toBe(`{"${name}":{"${name}":"mine"}}`);
    expect(evaluated('{{eq input input}}', { input })).toBe(true);
    expect(Object.hasOwn(Object.prototype, 'mine')).toBe(false);
  });

  test.each(names)('%s can name a partial, its argument, and a block parameter', (name) => {
    const partials = Object.fromEntries([['p', `{{${name}}}`]]);
    expect(rendered(`{{> p ${name}="mine"}}`, {}, partials)).toBe('mine\n');
    expect(rendered(`{{#with input as |${name}|}}{{${name}}}{{/with}}`, { input: 'mine' })).toBe('mine');
    expect(() => rendered(`{{> ${name}}}`, {}, partials)).toThrow(`there is no partial \`${name}\``);
  });
});
