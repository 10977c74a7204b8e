import { access, constants, stat } from 'node:fs/promises';
import { platform } from 'node:os';
import { delimiter, resolve } from 'node:path';
import type { JsonObject } from '../json/json.ts';
import { failure } from '../result.ts';
import { jsonOf } from '../template/values.ts';
import { stopped } from './deadline.ts';
import { readEnvironment, refuseProviderKey, usualEnvironment } from './environment.ts';
import { limitProperties, limitsOf } from './limits.ts';
import { runProcess, type ProcessEnd } from './process.ts';
import { readResult } from './result.ts';
import { beginningOf, endOf } from './said.ts';
import type { ToolError, ToolKind, ToolKindBuilder, ToolOutcome, ToolProgram, ToolServices } from './tool.ts';

/** Runs a program: the arguments are on its stdin, the result on its stdout. */
export const command: ToolKind = {
  kind: 'command',
  description:
    'Runs a program, without a shell: it reads the arguments as one JSON object from stdin and writes the result, JSON or text, to stdout. Another exit code than 0 tells the model that the tool failed, with the end of stderr.',
  properties: {
    command: {
      type: 'array',
      minItems: 1,
      items: { type: 'string' },
      description:
        "The program and its own arguments, as a list. It runs in the pipeline's folder; a word that begins with `./` or `../`, or the script after an interpreter such as `python3`, names a file there, which is checked to exist and is a part of the pipeline. No templates: what differs from call to call is on stdin.",
      examples: [['node', './tools/order-status.mjs']],
      errorMessage: 'write a list, the program first: [node, ./tools/order-status.mjs]',
    },
    env: {
      type: 'array',
      uniqueItems: true,
      items: {
        type: 'string',
        pattern: '^[A-Z_][A-Z0-9_]*$',
        patternErrorMessage: 'write the name of an environment variable, such as ORDERS_TOKEN',
      },
      description:
        "The environment variables that the program gets beside `PATH` and `HOME`. It gets no others, and never a provider's key.",
      examples: [['ORDERS_TOKEN']],
    },
    ...limitProperties,
  },
  compile,
};

async function compile(spec: JsonObject, builder: ToolKindBuilder): Promise<ToolProgram> {
  const [program = '', ...given] = spec['command'] as readonly string[];
  const names = (spec['env'] ?? []) as readonly string[];
  const limits = limitsOf(spec, builder);
  names.forEach((name, index) => refuseProviderKey(name, ['env', index], builder));
  await checkWords([program, ...given], builder);
  const find = ({ env }: Pick<ToolServices, 'env'>) => findProgram(program, builder.folder, env);
  return {
    env: names,
    prepare: find,
    look: find,
    async run(call, { signal, env }) {
      if (signal.aborted) return failure(stopped);
      const asked = readEnvironment(names, env);
      if (!asked.ok) return asked;
      const input = jsonOf(call.arguments);
      if (input === undefined)
        return failure({ code: 'bad_arguments', message: 'the arguments are nested too deeply' });
      const end = await runProcess(
        {
          ...limits,
          program: isPath(program) ? resolve(builder.folder, program) : program,
          arguments: given,
          folder: builder.folder,
          env: { ...usualEnvironment(env), ...asked.value },
          // A line of its own, for programs that read lines.
          input: `${input}\n`,
        },
        signal,
      );
      return outcomeOf(end, program, Object.values(asked.value));
    },
  };
}

/** Programs that take a script as their first argument, and what then is a file of the pipeline's folder. */
const interpreter = /^(?:\S*[/\\])?(?:python[\d.]*|node|bun|tsx|ruby|perl|php|bash|sh|zsh)(?:\.exe)?$/iu;
const script = /^[^-/\\][^/\\]*\.(?:py|[cm]?[jt]s|sh|rb|pl|php)$/iu;

/** A name may have spaces in it, but not that of an interpreter. */
function isShellLine(word: string): boolean {
  const [first = '', ...others] = word.trim().split(/\s+/u);
  return others.length > 0 && interpreter.test(first);
}

/** What can be known to be wrong without running anything. */
async function checkWords(words: readonly string[], builder: ToolKindBuilder): Promise<void> {
  const refuse = (index: number, code: string, message: string, hint: string): void =>
    builder.report({ code, message, hint, pointer: ['command', index] });
  const checks = words.map(async (word, index) => {
    if (word.includes('{{'))
      refuse(
        index,
        'misplaced-template',
        'a word of `command` is not a template: it is the same for every call',
        'let the program read the arguments from its stdin, as one JSON object',
      );
    else if (word.includes('\0'))
      refuse(index, 'control-character', 'a word of `command` cannot hold a NUL character', 'leave it out');
    else if (index === 0 && word.trim() === '')
      refuse(index, 'invalid-value', '`command` names no program', 'write the program first');
    else if (index === 0 && isShellLine(word)) {
      const others = words.slice(1);
      refuse(
        index,
        'invalid-value',
        'the program and its arguments stand in one word of `command`',
        `write each by itself: [${[...word.trim().split(/\s+/u), ...others].join(', ')}]`,
      );
    } else if (/^\.\.?\//u.test(word)) await builder.file(['command', index]);
    else if (index === 1 && interpreter.test(words[0] ?? '') && script.test(word))
      await builder.file(['command', index], 'warning');
  });
  await Promise.all(checks);
}

/** Whether it is a file rather than a name that is looked up in PATH. */
function isPath(program: string): boolean {
  return /[/\\]/u.test(program);
}

/** Why the system would not start the program. */
async function findProgram(
  program: string,
  folder: string,
  env: { readonly [name: string]: string | undefined },
): Promise<ToolError | undefined> {
  const path = env['PATH'];
  // Windows completes names in more ways than one, and without PATH each system looks in places of its own.
  if (platform() === 'win32' || (path === undefined && !isPath(program))) return undefined;
  const folders = isPath(program) ? [''] : (path ?? '').split(delimiter);
  let refused = false;
  for (const candidate of folders) {
    const file = resolve(folder, candidate, program);
    const isFile = await stat(file).then(
      (found) => found.isFile(),
      () => false,
    );
    if (!isFile) continue;
    const mayRun = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (mayRun) return undefined;
    refused = true;
  }
  return unstarted(program, { code: refused ? 'EACCES' : 'ENOENT', message: '' });
}

function outcomeOf(end: ProcessEnd, program: string, secrets: readonly string[]): ToolOutcome {
  if (end.kind === 'stopped') return failure(end.error);
  if (end.kind === 'unstarted') return failure(unstarted(program, end.cause));
  if (end.code === 0) return readResult(end.stdout);
  const how = end.signal === null ? `ended with exit code ${end.code}` : `was ended by ${end.signal}`;
  const said = endOf(end.stderr.toString('utf8'), { secrets, cut: end.cut });
  return failure({
    code: 'tool_failed',
    message: `${nameOf(program)} ${how}${said === '' ? '' : `: ${said}`}`,
  });
}

function unstarted(
  program: string,
  { code, message }: Pick<NodeJS.ErrnoException, 'code' | 'message'>,
): ToolError {
  const name = nameOf(program);
  const reasons: { readonly [code: string]: string } = {
    ENOENT: `${name} ${absence(program)}`,
    EACCES: `${name} may not be run: make it executable by \`chmod +x\`, or name the program that runs it first, as in [node, ./tool.mjs]`,
  };
  const reason = reasons[code ?? ''] ?? `${name} could not be started: ${beginningOf(message)}`;
  return { code: 'not_started', message: reason, fatal: true };
}

function absence(program: string): string {
  if (/\s/u.test(program)) return 'is not there: arguments are words of `command` by themselves';
  return isPath(program)
    ? 'is not there, or the interpreter that its first line names is not'
    : 'is not on PATH: install it, or correct the first word of `command`';
}

function nameOf(program: string): string {
  return `\`${beginningOf(program)}\``;
}
