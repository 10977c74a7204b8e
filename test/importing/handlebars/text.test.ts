import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leftOut, templateText, type Written } from '../../../src/importing/handlebars/text.ts';
import { compileTemplate } from '../../../src/template/compile.ts';

/** What a model would see of a template. */
function rendered(template: string): string {
  const compiled = compileTemplate(template, new Map());
  if (!compiled.ok) throw new Error(`${template}: ${compiled.error[0]?.message}`);
  const text = compiled.value.render({ x: 'V' });
  if (!text.ok) throw new Error(text.error.message);
  return text.value;
}

const difficult = fc.string({
  unit: fc.constantFrom('{', '}', '\\', 'a', '!', '-', '~', '"', "'", '#', '>', 'é'),
});

describe('text in a template', () => {
  it('is given back as it was, whatever it holds and beside whatever tag', () => {
    const piece: fc.Arbitrary<Written> = fc.oneof(
      difficult.map((text) => ({ text })),
      fc.constant({ tag: '{{x}}' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), (pieces) => {
        const whole = pieces.map((one) => ('text' in one ? one.text : 'V')).join('');
        expect(rendered(templateText(pieces))).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });

  it('is seen by no model where it was left out', () => {
    fc.assert(
      fc.property(difficult, (source) => {
        expect(rendered(templateText([{ text: 'a' }, leftOut(source), { text: 'b' }]))).toBe('ab');
      }),
      { numRuns: 200 },
    );
  });
});
