import type { Diagnostic, Location } from '../../diagnostic/diagnostic.ts';
import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import { listText } from '../../pipeline/words.ts';
import { openRecords } from '../../records/open.ts';
import { failure, success, type Result } from '../../result.ts';
import type { ImportFile } from '../kind.ts';
import { casesOfTest, mostRows, type Case, type Shared } from './case.ts';
import { expectedIn } from './expected.ts';

/** Each row is a case: columns are variables, but for those that begin with two underscores. */
export async function rowCases(
  named: string,
  place: Location,
  shared: Shared,
  file: ImportFile,
): Promise<Result<readonly Case[], readonly Diagnostic[]>> {
  const path = await file.folder.find(named);
  if (!path.ok) return failure([{ ...path.error, place }]);
  const opened = await openRecords({ path: path.value });
  if (!opened.ok) return failure([{ ...opened.error, place }]);
  const cases: Case[] = [];
  const odd = new Set<string>();
  let keys = 0;
  for await (const item of opened.value.read()) {
    if ('broken' in item) return failure([item.broken]);
    if (!item.ok)
      return failure([
        {
          severity: 'error',
          code: item.error.code,
          message: item.error.message,
          place: { path: path.value, line: item.line },
        },
      ]);
    if (cases.length > mostRows) break;
    const hidden = file.folder.hide(JSON.stringify(item.value));
    if (hidden.found.length > 0) keys += 1;
    const row = hidden.found.length > 0 ? (JSON.parse(hidden.text) as JsonObject) : item.value;
    // A row of JSONL may be a whole test.
    if (isObject(row['vars'])) {
      const line = { source: place.source, pointer: place.pointer };
      for (const one of await casesOfTest(row, line, shared, file))
        cases.push(Object.assign({}, one, { rowOf: named }));
      continue;
    }
    const vars: Record<string, JsonValue> = { ...shared.vars };
    const assertions = [...shared.assertions];
    for (const [name, cell] of Object.entries(row)) {
      if (!name.startsWith('__')) vars[name] = cell;
      else if (/^__expected\d*$/.test(name)) assertions.push(...expectedIn(textOf(cell), place));
      else if (name !== '__description') odd.add(name);
    }
    const description = row['__description'];
    cases.push({
      description: typeof description === 'string' && description !== '' ? description : undefined,
      vars,
      assertions,
      grader: shared.grader,
      rowOf: named,
      isPlain: assertions.length === shared.assertions.length,
    });
  }
  await opened.value.close();
  if (keys > 0)
    file.notes.tell(
      place,
      `what looks like a key stands in \`${named}\`; it is not written anywhere`,
      'take it out of that file',
      'secret',
    );
  const oddNames = listText([...odd]);
  if (odd.size > 0)
    file.notes.tell(
      place,
      odd.size === 1 ? `the column ${oddNames} is left out` : `the columns ${oddNames} are left out`,
      ['__prefix', '__suffix'].some((name) => odd.has(name))
        ? 'write what stands before or behind every prompt into that of the pipeline'
        : 'leave them',
    );
  return success(cases);
}

/** A cell, or a value of JSONL, as the text that an answer is held against. */
function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
