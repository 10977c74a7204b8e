import type { JsonValue } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import type { Scope, Template } from '../template/template.ts';

export interface WhenError {
  readonly code: 'ambiguous_when' | 'absent_path' | 'bad_argument';
  readonly message: string;
}

/** What a CSV's cells say of truth: texts, all of which would count as true. */
const ambiguous: ReadonlySet<JsonValue | undefined> = new Set(['true', 'false', '0', '1']);

/** How the value is compared that the `when` is. */
function comparison(when: string, value: JsonValue | undefined): string {
  const [, path = 'input.column'] = /^\s*\{\{~?\s*([^\s(){}]+)\s*~?\}\}\s*$/u.exec(when) ?? [];
  return `{{eq ${path} '${value === '0' || value === '1' ? 1 : true}'}}`;
}

/**
 * Whether a `when` lets its step or record go. Absent, null, false and "" skip; all else goes, the number 0 too.
 * `owner` names whose `when` it is, in code marks.
 */
export function decide(when: Template, owner: string, scope: Scope): Result<boolean, WhenError> {
  const probed = when.probe(scope);
  if (!probed.ok) return failure({ code: probed.error.code, message: `${owner}: ${probed.error.message}` });
  const value = probed.value;
  if (ambiguous.has(value)) {
    const message = `${owner} is the text ${JSON.stringify(value)}, which is neither true nor false; give the column its type in \`input.schema\`, or compare it, as in ${comparison(when.text, value)}`;
    return failure({ code: 'ambiguous_when', message });
  }
  return success(value !== undefined && value !== null && value !== false && value !== '');
}
