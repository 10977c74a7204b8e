import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { likelyFile, missingFile } from '../../src/diagnostic/missing-file.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

describe('the file that was likely meant', () => {
  it.each([
    ['stok.py', ['stock.py', 'apple.webp'], 'stock.py'],
    ['tickets.jsonl', ['tickets.csv', 'ticket.jsonl'], 'tickets.csv'],
    ['tickets.CSV', ['tickets.csv', 'tickets.json'], 'tickets.csv'],
    ['ticket', ['tickets.csv', 'prices.csv'], 'tickets.csv'],
    ['ticket.schema.jsn', ['ticket.schema.json'], 'ticket.schema.json'],
    ['order_status.mjs', ['order-status.mjs'], 'order-status.mjs'],
    ['nope.webp', ['apple.webp'], undefined],
    ['a.csv', ['b.csv'], undefined],
    ['stok.py', ['stock.csv'], undefined],
    ['stock.py', [], undefined],
  ])('by %s among %j: %s', (name, names, expected) => {
    expect(likelyFile(name, names)).toBe(expected);
  });

  it.each([
    ['./stok.py', 'did you mean `./stock.py`?'],
    ['stok.py', 'did you mean `stock.py`?'],
    ['../tools/stok.py', 'did you mean `../tools/stock.py`?'],
    ['./nope.py', 'check the path'],
    ['../toosl/stock.py', 'did you mean the folder `../tools`?'],
    ['../nowhere/stock.py', 'check the path'],
  ])('keeps its folder as it was written: %s', async (shown, hint) => {
    const folder = join(temporaryFolder(), 'tools');
    mkdirSync(folder);
    writeFileSync(join(folder, 'stock.py'), '');
    expect(await missingFile(join(folder, shown), shown)).toMatchObject({ code: 'missing-file', hint });
  });
});
