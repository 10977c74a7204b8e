import { isObject, type JsonValue } from '../../json/json.ts';
import { answeredFields, type IsCopied } from '../figures/copied-fields.ts';
import { markup, type Html } from './html.ts';

const longestResult = 160;
/** Characters of a name or a value that are no long text yet. */
const longestName = 60;

/** What is new in an output in one line, `label: positive  certain: true`. */
export type SaidInLine = (output: JsonValue) => Html;

/**
 * Of the outputs that are shown below each other, all in one order: that of the first of them, what is a long text
 * anywhere at the end, since a label behind it would never be seen. What stood in the input already would hide it.
 */
export function saidInLines(
  outputs: readonly (JsonValue | undefined)[],
  isCopied: IsCopied | undefined,
): SaidInLine {
  const answered = (output: JsonValue | undefined) =>
    isObject(output)
      ? [...answeredFields(output, isCopied)].map(([name, { value }]) => ({ name, said: jsonText(value) }))
      : [];
  const isLong = new Map<string, boolean>();
  for (const output of outputs) {
    for (const { name, said } of answered(output))
      isLong.set(name, isLong.get(name) === true || said.length > longestName);
  }
  const names = [...isLong.keys()].sort((one, other) => Number(isLong.get(one)) - Number(isLong.get(other)));
  const places = new Map(names.map((name, at) => [name, at]));
  const placeOf = ({ name }: { readonly name: string }) => places.get(name) ?? names.length;

  return (output) => {
    const fields = answered(output).sort((one, other) => placeOf(one) - placeOf(other));
    if (fields.length === 0) return markup`${short(jsonText(output), longestResult)}`;
    let room = longestResult;
    return markup`${fields.flatMap(({ name, said }) => {
      if (room <= 0) return [];
      const label = short(name, longestName);
      const text = short(said, Math.max(1, room - label.length));
      room -= label.length + text.length + 4;
      return [markup`<span class="field">${label}:</span> ${text} `];
    })}`;
  };
}

export function short(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

/** A text as it is, other values as JSON. */
export function jsonText(value: JsonValue, indent?: number): string {
  return typeof value === 'string' ? value : JSON.stringify(value, null, indent);
}
