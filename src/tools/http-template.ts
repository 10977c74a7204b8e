import { failure, type Result } from '../result.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { referencedPaths } from '../template/references.ts';
import type { Scope, TemplateFailure } from '../template/template.ts';
import type { ToolError } from './tool.ts';

/** A part of a request, for one call. */
export type Render<Value> = (scope: Scope) => Result<Value, ToolError>;

/** What is wrong with what a template gave: told to the model where it reads the model's arguments, else fatal. */
export function refuse(
  template: CompiledTemplate,
  message: string,
): { readonly ok: false; readonly error: ToolError } {
  const readsArguments = referencedPaths(template).some(([first]) => first === 'args');
  return failure(
    readsArguments ? { code: 'bad_arguments', message } : { code: 'not_started', message, fatal: true },
  );
}

export function refuseUnrendered(template: CompiledTemplate, { message }: TemplateFailure) {
  return refuse(template, message);
}

/** Whether the text can be sent: half of a surrogate pair would become another character. */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}
