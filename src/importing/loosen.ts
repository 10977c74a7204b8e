import type { JsonObject } from '../json/json.ts';
import type { PipelineDraft } from './draft.ts';

/**
 * The pipeline without the types of its fields. Other tools compare and convert what they like, where pipe tells that a
 * number is never equal to a text: a pipeline that holds so much less is still the one that was imported.
 */
export function withoutTypes(draft: PipelineDraft): PipelineDraft {
  const fields = [...draft.fields].map(([name, { schema, ...field }]) => {
    const { description } = schema;
    const kept: JsonObject = typeof description === 'string' ? { description } : {};
    return [name, { ...field, schema: kept }] as const;
  });
  return { ...draft, fields: new Map(fields) };
}
