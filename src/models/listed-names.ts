import { isObject, type JsonValue } from '../json/json.ts';

/** The names in a list of models: of each its `name`, and those in its list `others`. Undefined where it is no list. */
export function namesIn(
  list: JsonValue | undefined,
  name: string,
  others?: string,
): readonly string[] | undefined {
  if (!Array.isArray(list)) return undefined;
  return (list as readonly JsonValue[]).filter(isObject).flatMap((model) => {
    const more = others === undefined ? [] : model[others];
    const names = [model[name], ...(Array.isArray(more) ? (more as readonly JsonValue[]) : [])];
    return names.filter((one) => typeof one === 'string');
  });
}
