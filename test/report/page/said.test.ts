import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../../../src/json/json.ts';
import { saidInLines } from '../../../src/report/page/said.ts';

/** The lines of outputs that are shown below each other, as texts. */
function linesOf(outputs: readonly JsonValue[], copied: readonly string[] = []): readonly string[] {
  const said = saidInLines(outputs, (name) => copied.includes(name));
  return outputs.map((output) =>
    said(output)
      .html.replaceAll(/<[^>]*>/g, '')
      .trim(),
  );
}

const long = 'x '.repeat(40).trim();

describe('what outputs say in lines', () => {
  it('stands in one order, whatever order each has and however long its texts are', () => {
    const outputs = [
      { reply: 'short', topic: 'order', stars: 1 },
      { stars: 2, reply: long, topic: 'other' },
      { topic: 'billing', stars: 3, reply: 'short too' },
    ];
    expect(linesOf(outputs)).toEqual([
      'topic: order stars: 1 reply: short',
      `topic: other stars: 2 reply: ${long}`,
      'topic: billing stars: 3 reply: short too',
    ]);
  });

  it('leaves out what is copied, and has other outputs as they are', () => {
    expect(linesOf([{ id: 't1', topic: 'order' }, { id: 't2' }, 'yes', [1, 2]], ['id'])).toEqual([
      'topic: order',
      '{&quot;id&quot;:&quot;t2&quot;}',
      'yes',
      '[1,2]',
    ]);
  });

  it('is bounded, names too', () => {
    const [line = ''] = linesOf([{ ['n'.repeat(500)]: 'y'.repeat(5000), z: 'z'.repeat(5000) }]);
    expect(line.length).toBeLessThan(170);
    expect(line).toMatch(/^n{59}…: y+…$/);
  });
});
