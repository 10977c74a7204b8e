import { join } from 'node:path';
import { isObject } from '../json/json.ts';
import { nodeFileSystem } from './file-system.ts';
import type { ResultRow } from './journal/reader.ts';
import { fileLines } from './journal/scan-lines.ts';

/** The first rows of a run's results.jsonl, as far as they can be read: a run that was killed has none. */
export async function firstResults(folder: string, most: number): Promise<readonly ResultRow[]> {
  const rows: ResultRow[] = [];
  try {
    for await (const line of fileLines(nodeFileSystem, join(folder, 'results.jsonl'))) {
      const row: unknown = JSON.parse(line.toString());
      if (isObject(row)) rows.push(row as unknown as ResultRow);
      if (rows.length >= most) break;
    }
  } catch {
    // Not there, or not as it was written: whoever asks can do without.
  }
  return rows;
}
