import type { JsonObject, Pointer } from '../json/json.ts';
import { success } from '../result.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { referencedPaths } from '../template/references.ts';
import { refuseProviderKey, type Environment } from './environment.ts';
import { refuse, refuseUnrendered, type Render } from './http-template.ts';
import type { ToolError, ToolKindBuilder } from './tool.ts';

/** The headers of a request before they are rendered. */
export interface Headers {
  /** Names of the environment variables in them. */
  readonly env: readonly string[];
  /** The Content-Type; absent where there is none, null where a template decides it. */
  readonly type?: string | null;
  readonly render: Render<readonly (readonly [name: string, value: string])[]>;
}

/** These say where a message begins and ends: with two opinions of that, one request becomes two. */
const framing = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

export function compileHeaders(written: JsonObject | undefined, builder: ToolKindBuilder): Headers {
  const names = Object.keys(written ?? {});
  names.forEach((name, index) => checkName(name, names.slice(0, index), builder));
  const templates = names.map((name): readonly [string, CompiledTemplate] => [
    name,
    builder.template(placeOf(name), { args: builder.parameters, env: true }),
  ]);
  const env = new Set<string>();
  for (const [header, template] of templates) {
    for (const [first, name] of referencedPaths(template)) {
      if (first !== 'env') continue;
      if (name === undefined) refuseWholeEnvironment(header, builder);
      else {
        refuseProviderKey(name, placeOf(header), builder);
        env.add(name);
      }
    }
    if (template.program.some((statement) => statement.kind === 'text' && !isSendable(statement.text)))
      refuseHeader(
        header,
        'value',
        `the header \`${header}\` ${unsendable}`,
        'write it on one line',
        builder,
      );
  }
  const type = templates.find(([name]) => name.toLowerCase() === 'content-type')?.[1];
  return {
    env: [...env],
    ...(type && { type: type.program.every(({ kind }) => kind === 'text') ? type.text : null }),
    render(scope) {
      const headers: (readonly [string, string])[] = [];
      for (const [name, template] of templates) {
        const value = template.render(scope);
        if (!value.ok) return refuseUnrendered(template, value.error);
        // Without the value: it may hold a token.
        if (!isSendable(value.value)) return refuse(template, `the header \`${name}\` ${unsendable}`);
        headers.push([name, value.value]);
      }
      return success(headers);
    },
  };
}

/** Told before the headers are rendered, so that the model is not blamed for what the environment holds. */
export function checkEnvironment(env: Environment): ToolError | undefined {
  const [name, value] = Object.entries(env).find(([, value]) => value === '' || !isSendable(value)) ?? [];
  if (name === undefined) return undefined;
  const message =
    value === ''
      ? `\`${name}\`, which a header reads, is empty: set it by \`export ${name}=…\``
      : `\`${name}\` holds a line break or another character that no header can: set it again without`;
  return { code: 'not_started', message, fatal: true };
}

const unsendable = 'would hold a line break or another character that no header can';

/** HTTP's own rule: visible characters of Latin-1, spaces and tabs. */
function isSendable(value: string): boolean {
  return /^[\t\x20-\x7E\x80-\xFF]*$/u.test(value);
}

function checkName(name: string, before: readonly string[], builder: ToolKindBuilder): void {
  const lower = name.toLowerCase();
  if (!/^[!#$%&'*+.^_`|~0-9a-z-]+$/iu.test(name))
    refuseHeader(name, 'key', `\`${name}\` is no name of a header`, 'use letters, digits and `-`', builder);
  else if (framing.has(lower))
    refuseHeader(name, 'key', `the header \`${name}\` is set by pipe itself`, 'remove it', builder);
  else if (before.some((other) => other.toLowerCase() === lower))
    refuseHeader(name, 'key', `the header \`${name}\` is given twice`, 'names count without case', builder);
}

function refuseWholeEnvironment(header: string, builder: ToolKindBuilder): void {
  builder.report({
    code: 'not-a-value',
    message: '`env` is no value: each environment variable is read by its name',
    hint: 'write {{env.NAME}}',
    pointer: placeOf(header),
  });
}

function refuseHeader(
  name: string,
  part: 'key' | 'value',
  message: string,
  hint: string,
  builder: ToolKindBuilder,
): void {
  builder.report({ code: 'invalid-header', message, hint, pointer: placeOf(name), part });
}

function placeOf(header: string): Pointer {
  return ['http', 'headers', header];
}
