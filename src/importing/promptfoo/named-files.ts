import { dirname } from 'node:path';
import type { Diagnostic, Location } from '../../diagnostic/diagnostic.ts';
import { failure, success, type Result } from '../../result.ts';
import type { ImportFile } from '../kind.ts';

/** The files that a name with `*` in it stands for, by name; one that stands for none is told. */
export async function filesNamed(
  pattern: string,
  place: Location,
  { folder, notes }: ImportFile,
): Promise<Result<readonly string[], Diagnostic>> {
  if (dirname(pattern).includes('*')) {
    notes.tell(
      place,
      `\`${pattern}\` stands for files of several folders, and is left out`,
      'write `*` in the name of the file alone, once for each folder',
    );
    return success([]);
  }
  const found = await folder.list(pattern);
  if (!found.ok) return failure({ ...found.error, place });
  if (found.value.length === 0)
    notes.tell(
      place,
      `\`${pattern}\` stands for no file, and is left out`,
      'check the path, which is relative to this file',
    );
  return found;
}
