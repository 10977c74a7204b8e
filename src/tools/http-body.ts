import { isObject, type JsonValue, type Pointer } from '../json/json.ts';
import { failure, success } from '../result.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { jsonOf } from '../template/values.ts';
import { isWellFormed, refuse, refuseUnrendered, type Render } from './http-template.ts';
import type { ToolKindBuilder } from './tool.ts';

const place: Pointer = ['http', 'body'];

/**
 * The body of a request; undefined where there is none. `type` is the Content-Type among the headers: null where a
 * template decides it, undefined where there is none.
 */
export function compileBody(
  body: JsonValue | undefined,
  type: string | null | undefined,
  builder: ToolKindBuilder,
): Render<string> | undefined {
  if (body === undefined) return undefined;
  const json = type === undefined || (type !== null && isJson(type));
  if (typeof body === 'string') return json ? compileExpression(body, builder) : compileText(builder);
  return asJson(compileValue(body, place, builder));
}

/** Whether a Content-Type says JSON: `application/json; charset=utf-8`, `application/vnd.api+json`. */
export function isJson(type: string): boolean {
  return /^\s*application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/iu.test(type);
}

/**
 * A text with templates in it is no way to write JSON: a quotation mark in an argument would change what it says. One
 * expression alone is the value that it gives.
 */
function compileExpression(body: string, builder: ToolKindBuilder): Render<string> {
  const template = builder.template(place, { args: builder.parameters });
  // An empty template stands for one that is wrong, which has been told.
  if (template.text === body && !template.expression) {
    builder.report({
      code: 'text-as-json',
      message: '`body` is a text, but is sent as JSON',
      hint: 'write its keys and values, such as {amount: "{{args.amount}}"}, or a `Content-Type` among the headers',
      pointer: place,
    });
  }
  return asJson(valueOf(template));
}

function compileText(builder: ToolKindBuilder): Render<string> {
  const template = builder.template(place, { args: builder.parameters });
  return (scope) => {
    const text = template.render(scope);
    if (!text.ok) return refuseUnrendered(template, text.error);
    if (isWellFormed(text.value)) return text;
    return refuse(template, 'the body would hold half of a character, which cannot be sent');
  };
}

function asJson(render: Render<JsonValue>): Render<string> {
  return (scope) => {
    const value = render(scope);
    if (!value.ok) return value;
    const text = jsonOf(value.value);
    if (text !== undefined) return success(text);
    return failure({ code: 'bad_arguments', message: 'the body would be nested too deeply' });
  };
}

/** A value with a template at each leaf. */
function compileValue(value: JsonValue, pointer: Pointer, builder: ToolKindBuilder): Render<JsonValue> {
  if (typeof value === 'string' && value.includes('{{')) {
    return valueOf(builder.template(pointer, { args: builder.parameters }));
  }
  if (Array.isArray(value)) {
    const items = value.map((item: JsonValue, index) => compileValue(item, [...pointer, index], builder));
    return (scope) => {
      const rendered: JsonValue[] = [];
      for (const item of items) {
        const found = item(scope);
        if (!found.ok) return found;
        rendered.push(found.value);
      }
      return success(rendered);
    };
  }
  if (!isObject(value)) return () => success(value);
  const fields = Object.entries(value).map(
    ([name, held]) => [name, compileValue(held, [...pointer, name], builder)] as const,
  );
  return (scope) => {
    const rendered: [string, JsonValue][] = [];
    for (const [name, field] of fields) {
      const found = field(scope);
      if (!found.ok) return found;
      rendered.push([name, found.value]);
    }
    return success(Object.fromEntries(rendered));
  };
}

function valueOf(template: CompiledTemplate): Render<JsonValue> {
  return (scope) => {
    const value = template.evaluate(scope);
    return value.ok ? value : refuseUnrendered(template, value.error);
  };
}
