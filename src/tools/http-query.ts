import type { JsonObject } from '../json/json.ts';
import { success } from '../result.ts';
import { textOf } from '../template/values.ts';
import { isWellFormed, refuse, refuseUnrendered, type Render } from './http-template.ts';
import type { ToolKindBuilder } from './tool.ts';

/** The parameters that `query` adds to an address, encoded; null leaves one out. */
export function compileQuery(written: JsonObject | undefined, builder: ToolKindBuilder): Render<string> {
  const parameters = Object.entries(written ?? {}).map(([name, value]): [string, Render<string | null>] => [
    name,
    typeof value === 'string' ? compileParameter(name, builder) : () => success(textOf(value) ?? ''),
  ]);
  return (scope) => {
    const query = new URLSearchParams();
    for (const [name, render] of parameters) {
      const value = render(scope);
      if (!value.ok) return value;
      if (value.value !== null) query.append(name, value.value);
    }
    return success(query.toString());
  };
}

function compileParameter(name: string, builder: ToolKindBuilder): Render<string | null> {
  const template = builder.template(['http', 'query', name], { args: builder.parameters });
  return (scope) => {
    const value = template.evaluate(scope);
    if (!value.ok) return refuseUnrendered(template, value.error);
    const text = value.value === null ? null : textOf(value.value);
    if (text === undefined) return refuse(template, `\`query.${name}\` is nested too deeply`);
    if (text !== null && !isWellFormed(text))
      return refuse(template, `\`query.${name}\` holds half of a character, which no url can`);
    return success(text);
  };
}
