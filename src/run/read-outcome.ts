import { isObject, type JsonObject } from '../json/json.ts';
import { failure, success } from '../result.ts';
import type { ToolError, ToolOutcome } from '../tools/tool.ts';

/** What came of a tool call, in a line that has its `result` or `error`; undefined where neither is sound. */
export function readOutcome({ result, error }: JsonObject): ToolOutcome | undefined {
  if (result !== undefined) return success(result);
  if (!isObject(error) || typeof error['code'] !== 'string' || typeof error['message'] !== 'string')
    return undefined;
  // As it was written by a version that knew no others.
  return failure(error as JsonObject & ToolError);
}
