import type { JsonObject } from '../json/json.ts';
import { limitProperties, limitsOf } from './limits.ts';
import { openModule } from './open-module.ts';
import { beginningOf } from './said.ts';
import type { ToolKind, ToolKindBuilder, ToolProgram, ToolServices } from './tool.ts';

/** Calls a function of a JavaScript module, in a thread of the module's own. */
export const module: ToolKind = {
  kind: 'module',
  description:
    "Calls the function that a JavaScript module exports as its default, `(args, {signal, record}) => result`; it may be async. The module runs in a thread of its own, one for all its calls of a run, so that an endless loop or `process.exit` in it ends no more than that. What it prints is not shown, and it reads every environment variable but providers' keys.",
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
  const name = `\`${beginningOf(spec['module'] as string)}\``;
  const path = await builder.file(['module']);
  const hidden = [...builder.provider_keys];
  const opened = ({ shared }: ToolServices) => {
    if (path === undefined) throw new Error('A pipeline with mistakes is run');
    return shared.get(`module ${path}`, () => openModule({ path, name, hidden }));
  };
  return {
    env: [],
    async prepare(services) {
      return opened(services).prepare(limits.timeout, services.signal);
    },
    async run({ arguments: given, scope }, services) {
      return opened(services).call({ arguments: given, record: scope['input'] }, limits, services.signal);
    },
  };
}
