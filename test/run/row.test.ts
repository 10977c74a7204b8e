import { describe, expect, it } from 'vitest';
import type { OutputNode } from '../../src/plan.ts';
import { conflictingStep, defaultRow, renderOutput } from '../../src/run/row.ts';
import type { StepValue } from '../../src/steps/step.ts';
import { zeroUsage } from '../../src/usage/add.ts';
import { path, step } from './support/plans.ts';

const scope = { input: { id: 7, tags: ['a'], gone: null }, vars: { to: 'English' }, steps: {} };
const at = (text: string): OutputNode => ({ kind: 'template', template: path(text) });
const object = (...fields: readonly (readonly [string, OutputNode])[]): OutputNode => ({
  kind: 'object',
  fields,
});
const array = (...items: readonly OutputNode[]): OutputNode => ({ kind: 'array', items });
const constant = (value: string | number): OutputNode => ({ kind: 'constant', value });

describe('renderOutput', () => {
  it('keeps types, names, order and depth', () => {
    const node = object(
      ['id', at('input.id')],
      ['nested', object(['tags', at('input.tags')], ['all', array(at('vars.to'), constant(1), array())])],
      ['gone', at('input.gone')],
    );
    expect(JSON.stringify(renderOutput(node, scope))).toBe(
      '{"ok":true,"value":{"id":7,"nested":{"tags":["a"],"all":["English",1,[]]},"gone":null}}',
    );
  });

  it('can be a bare value', () => {
    expect(renderOutput(at('input.id'), scope)).toEqual({ ok: true, value: 7 });
  });

  it.each([
    ['at the root', at('input.none')],
    ['in an object', object(['id', at('input.id')], ['none', at('input.none')])],
    ['in a list in an object', object(['list', array(constant(1), at('input.none'))])],
  ])('fails on an absent path %s', (_, node) => {
    const rendered = renderOutput(node, scope);
    expect(rendered.ok ? undefined : rendered.error).toMatchObject({
      code: 'absent_path',
      message: '`input.none` is absent',
    });
  });

  it('makes a field of a name that assignment would not', () => {
    const rendered = renderOutput(object(['__proto__', constant(1)]), scope);
    expect(JSON.stringify(rendered.ok && rendered.value)).toBe('{"__proto__":1}');
  });
});

describe('defaultRow', () => {
  const value = (output: string): StepValue => ({
    output,
    tool_calls: [],
    finish_reason: 'stop',
    usage: zeroUsage,
  });
  const steps = [step('one'), step('two')];

  it('is the fields, then a field a step, null where it was skipped', () => {
    expect(JSON.stringify(defaultRow({ b: 1, a: 2 }, steps, { two: value('hi') }))).toBe(
      '{"b":1,"a":2,"one":null,"two":"hi"}',
    );
  });

  it('keeps a field called __proto__', () => {
    const record = JSON.parse('{"__proto__":{"x":1}}') as Record<string, never>;
    expect(JSON.stringify(defaultRow(record, [], {}))).toBe('{"__proto__":{"x":1}}');
  });

  it('has no room for a field and a step of one name', () => {
    expect(conflictingStep({ id: 1, two: 2 }, steps)).toBe('two');
    expect(conflictingStep({ id: 1 }, steps)).toBeUndefined();
    expect(conflictingStep({ id: 1 }, [step('toString')])).toBeUndefined();
  });
});
