import { pathToFileURL } from 'node:url';
import type { JsonObject } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { withDeadline } from './deadline.ts';
import { limitProperties, limitsOf } from './limits.ts';
import { readReturned } from './returned.ts';
import { beginningOf } from './said.ts';
import type { ToolArguments, ToolError, ToolKind, ToolKindBuilder, ToolProgram } from './tool.ts';

/** What a module's default export is called with, beside the arguments. */
interface ModuleContext {
  /** Aborts when the call is no longer awaited. */
  readonly signal: AbortSignal;
  readonly record: unknown;
}

type ModuleFunction = (args: JsonObject, context: ModuleContext) => unknown;

/** Calls a function of a JavaScript module in our own process. */
export const module: ToolKind = {
  kind: 'module',
  description:
    "Calls the function that a JavaScript module exports as its default, `(args, {signal, record}) => result`; it may be async. It runs in pipe's own process, at no cost: an endless loop in it cannot be ended by `timeout`, only by ending pipe.",
  properties: {
    module: {
      type: 'string',
      minLength: 1,
      description:
        "The module's file, relative to the pipeline's. Its default export is called with copies of the arguments and, in a second argument, of the record, and with a signal that aborts when the call is no longer awaited. What it returns must be JSON; nothing is null.",
      examples: ['./tools/convert.mjs'],
    },
    ...limitProperties,
  },
  compile,
};

async function compile(spec: JsonObject, builder: ToolKindBuilder): Promise<ToolProgram> {
  const limits = limitsOf(spec, builder);
  const named = spec['module'] as string;
  const path = await builder.file(['module']);
  let imported: Promise<Result<ModuleFunction, ToolError>> | undefined;
  return {
    env: [],
    async run(call, { signal }) {
      if (path === undefined) throw new Error('A pipeline with mistakes is run');
      return withDeadline(limits.timeout, signal, async (signal) => {
        imported ??= importFunction(path, named);
        const called = await imported;
        if (!called.ok) return called;
        const returned = await callFunction(called.value, call, signal);
        return returned.ok ? readReturned(returned.value, limits.max_bytes) : returned;
      });
    },
  };
}

async function importFunction(path: string, named: string): Promise<Result<ModuleFunction, ToolError>> {
  const name = `\`${beginningOf(named)}\``;
  let exported: unknown;
  try {
    const namespace = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    exported = namespace.default;
  } catch (error) {
    return unusable(`${name} cannot be imported: ${sayThrown(error)}`);
  }
  if (typeof exported === 'function') return success(exported as ModuleFunction);
  return unusable(
    `${name} does not export a function as its default: write \`export default (args, {signal, record}) => …\``,
  );
}

function unusable(message: string): Result<never, ToolError> {
  return failure({ code: 'not_started', message, fatal: true });
}

async function callFunction(
  called: ModuleFunction,
  { arguments: given, scope }: ToolArguments,
  signal: AbortSignal,
): Promise<Result<unknown, ToolError>> {
  // Copies: what a tool does to them is seen by no other tool, step or result.
  const args = structuredClone(given);
  const record = structuredClone(scope['input']);
  try {
    return success(await called(args, { signal, record }));
  } catch (error) {
    return failure({ code: 'tool_failed', message: `the tool failed: ${sayThrown(error)}` });
  }
}

/** Anything can be thrown, also what cannot be told. */
function sayThrown(thrown: unknown): string {
  try {
    return beginningOf(String(thrown instanceof Error ? thrown.message || thrown.name : thrown));
  } catch {
    return 'it threw what cannot be told';
  }
}
