import { platform } from 'node:os';
import type { Pointer } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import type { ToolError, ToolKindBuilder } from './tool.ts';

/** Environment variables and their values. */
export interface Environment {
  readonly [name: string]: string;
}

/** The value of a variable; undefined where it is not set, also for a name that every object has, such as `toString`. */
export function variable(
  name: string,
  env: { readonly [name: string]: string | undefined },
): string | undefined {
  return Object.hasOwn(env, name) ? env[name] : undefined;
}

/** The values of these variables. */
export function readEnvironment(
  names: readonly string[],
  env: { readonly [name: string]: string | undefined },
): Result<Environment, ToolError> {
  const values: [string, string][] = [];
  for (const name of names) {
    const value = variable(name, env);
    if (value === undefined) {
      const message = `\`${name}\`, which the tool reads, is not set: set it by \`export ${name}=…\``;
      return failure({ code: 'not_started', message, fatal: true });
    }
    values.push([name, value]);
  }
  return success(Object.fromEntries(values));
}

/** What a program finds other programs and its user's files by. Windows starts hardly any without the rest. */
const usual = (
  platform() === 'win32'
    ? 'PATH PATHEXT SYSTEMROOT SYSTEMDRIVE WINDIR COMSPEC TEMP TMP HOME HOMEDRIVE HOMEPATH USERPROFILE'
    : 'PATH HOME'
).split(' ');

/** The variables that every program gets, as far as they are set. */
export function usualEnvironment(env: { readonly [name: string]: string | undefined }): Environment {
  // Windows has names in any case, such as `Path`.
  const given = Object.entries(env).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && usual.includes(platform() === 'win32' ? entry[0].toUpperCase() : entry[0]),
  );
  return Object.fromEntries(given);
}

/** A provider's key goes to the provider alone, whoever wrote the file. */
export function refuseProviderKey(name: string, pointer: Pointer, builder: ToolKindBuilder): void {
  if (!builder.provider_keys.has(name)) return;
  builder.report({
    code: 'misplaced-api-key',
    message: `\`${name}\` is a provider's key, which no tool is given`,
    hint: 'put the key that the tool needs in another variable, and name that',
    pointer,
  });
}
