import { basename } from 'node:path';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';
import { schemaOfPico } from './dotprompt/picoschema.ts';
import { rewriteTemplate, type Rewriting } from './dotprompt/rewrite.ts';
import type { Segment } from './dotprompt/segments.ts';
import type { Part, StepDraft, Turn } from './draft.ts';
import { createFields, type Fields } from './fields.ts';
import { readFrontmatter, type FrontmatterFile } from './frontmatter.ts';
import type { Imported, ImportFile, ImportKind } from './kind.ts';
import {
  fallbackModel,
  modelDraft,
  modelKeys,
  parametersOf,
  providerFor,
  vertexHint,
  vertexMessage,
} from './model.ts';
import { pipelineName } from './names.ts';
import { firstLineOf, placeOf, templateNotes, textPlace } from './notes.ts';
import { settleTurns } from './settle.ts';

/** Google's Dotprompt, as Genkit and Firebase have it. */
export const dotprompt: ImportKind = {
  kind: 'dotprompt',
  description: 'a prompt in Dotprompt',
  example: '*.prompt',
  recognises: (name) => /\.prompt$/i.test(name),
  read: readPrompt,
};

async function readPrompt(file: ImportFile): Promise<Result<Imported, readonly Diagnostic[]>> {
  const parts = readFrontmatter(file.path, file.text);
  if (!parts.ok) return parts;
  const { source, head, body, from } = parts.value;
  const { notes } = file;
  const tellSchema = (pointer: readonly (string | number)[], message: string, hint: string) =>
    notes.tell({ source, pointer }, message, hint);
  const fields = createFields();
  const types = declareInput(head, fields, tellSchema);
  const place = { ...textPlace(file.path, file.text), from };
  const partials = await loadPartials(body, file);
  if (!partials.ok) return failure([partials.error]);
  const rewriting: Rewriting = {
    fields,
    notes: templateNotes(notes, place),
    typeOf: (name) => types.get(name),
    partial: (name) => partials.value.get(name),
    chain: [],
    inlined: { count: 0 },
    given: new Map(),
  };
  const segments = rewriteTemplate(body, rewriting);
  if (!segments.ok) {
    const { start, end, ...problem } = segments.error;
    return failure([{ ...problem, place: placeOf(place, { start, end }) }]);
  }
  const bodyPlace = placeOf(place, firstLineOf(body));
  const turns = settleTurns(turnsOf(segments.value), bodyPlace, notes);
  if (!turns.ok) return failure([turns.error]);
  const step: StepDraft = {
    id: 'answer',
    comments: [],
    turns: turns.value,
    ...structuredOf(head, tellSchema),
  };
  const name =
    typeof head['name'] === 'string' ? head['name'] : basename(file.path).replace(/\.prompt$/i, '');
  const { description } = head;
  tellOthers(parts.value, file);
  tellWithin('input', ['schema', 'default'], parts.value, file);
  tellWithin('output', ['schema', 'format'], parts.value, file);
  return success({
    pipeline: {
      name: pipelineName(name),
      ...(typeof description === 'string' && description !== '' && { description }),
      origin: `Dotprompt's ${basename(file.path)}`,
      vars: fields.vars(),
      fields: fields.fields(),
      model: modelDraft(modelOf(parts.value, file)),
      steps: [step],
    },
    tests: [],
    rows: [],
  });
}

type TellSchema = Parameters<typeof schemaOfPico>[2];

/** The fields of the input's schema; gives back their types. */
function declareInput(head: JsonObject, fields: Fields, tell: TellSchema): ReadonlyMap<string, string> {
  const input = isObject(head['input']) ? head['input'] : {};
  const schema =
    input['schema'] === undefined ? {} : schemaOfPico(input['schema'], ['input', 'schema'], tell);
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const required: readonly JsonValue[] = Array.isArray(schema['required']) ? schema['required'] : [];
  const defaults = isObject(input['default']) ? input['default'] : {};
  const types = new Map<string, string>();
  for (const name of new Set([...Object.keys(properties), ...Object.keys(defaults)])) {
    const property = properties[name];
    const own = isObject(property) ? property : {};
    const { type } = own;
    const isRequired = required.includes(name);
    const alone = Array.isArray(type) ? (type as readonly JsonValue[]).find((one) => one !== 'null') : type;
    if (typeof alone === 'string') types.set(name, alone);
    // What may be left out is nothing where it is, as a text of no letters is.
    const isList = alone === 'array' || alone === 'object';
    const fallback = defaults[name] ?? (isRequired || isList || property === undefined ? undefined : '');
    fields.declare(name, { schema: own, required: isRequired }, fallback);
  }
  return types;
}

function structuredOf(head: JsonObject, tell: TellSchema): Pick<StepDraft, 'structured'> {
  const output = isObject(head['output']) ? head['output'] : {};
  const { format, schema } = output;
  if (format !== undefined && format !== 'json' && format !== 'text')
    tell(
      ['output', 'format'],
      `the format \`${typeof format === 'string' ? format : JSON.stringify(format)}\` is left out: the answer is a text`,
      'make the step `type: structured` with a `schema`, or say in the prompt what the answer is to look like',
    );
  if (format === 'text' || (format !== undefined && format !== 'json')) return {};
  if (schema === undefined && format === undefined) return {};
  const made =
    schema === undefined
      ? { type: 'object', additionalProperties: true }
      : schemaOfPico(schema, ['output', 'schema'], tell);
  return {
    structured: {
      method: 'json_schema',
      schema: Object.keys(made).length === 0 ? { type: 'object', additionalProperties: true } : made,
    },
  };
}

function modelOf({ head, source }: FrontmatterFile, { notes }: ImportFile): JsonObject {
  const named = head['model'];
  const [word = '', ...rest] = typeof named === 'string' ? named.split('/') : [];
  const provider = providerFor(word);
  const model =
    provider === undefined || rest.length === 0 ? fallbackModel : { provider, name: rest.join('/') };
  if (model === fallbackModel)
    notes.tell(
      { source, pointer: ['model'] },
      `${typeof named === 'string' ? `pipe does not know the provider of \`${named}\`` : 'the file names no model'}; ${fallbackModel.name} is written in its place`,
      'set `model.name`, and `model.provider` where it is not Mistral',
    );
  if (/^vertex/i.test(word)) notes.tell({ source, pointer: ['model'] }, vertexMessage, vertexHint);
  const config = isObject(head['config']) ? head['config'] : {};
  return modelKeys(model, parametersOf(model.provider, config, { source, pointer: ['config'] }, notes));
}

/** Files `_name.prompt` beside the prompt, and those that they name. */
async function loadPartials(
  body: string,
  file: ImportFile,
): Promise<Result<ReadonlyMap<string, NonNullable<ReturnType<Rewriting['partial']>>>, Diagnostic>> {
  const partials = new Map<string, NonNullable<ReturnType<Rewriting['partial']>>>();
  const wanted = [...namesIn(body)];
  for (let name = wanted.pop(); name !== undefined; name = wanted.pop()) {
    if (partials.has(name)) continue;
    const read = await file.folder.read(`_${name}.prompt`);
    if (!read.ok) {
      // Whoever uses it tells that it is not there.
      if (read.error.code === 'missing-file') continue;
      return read;
    }
    const { path, text } = read.value;
    const parts = readFrontmatter(path, text);
    const [mistake] = parts.ok ? [] : parts.error;
    if (mistake !== undefined) return failure(mistake);
    if (!parts.ok) continue;
    const { body: own, from } = parts.value;
    partials.set(name, { text: own, notes: templateNotes(file.notes, { ...textPlace(path, text), from }) });
    wanted.push(...namesIn(own));
  }
  return success(partials);
}

function namesIn(text: string): readonly string[] {
  return [...text.matchAll(/\{\{~?>\s*([\w-]+)/g)].map(([, name = '']) => name);
}

function turnsOf(segments: readonly Segment[]): readonly Turn[] {
  const turns: { role: Turn['role']; parts: Part[] }[] = [{ role: 'user', parts: [] }];
  for (const segment of segments) {
    const turn = turns.at(-1);
    if (segment.kind === 'text') turn?.parts.push({ text: segment.text });
    else if (segment.kind === 'media') turn?.parts.push({ image: segment.url });
    else turns.push({ role: roleOf(segment), parts: [] });
  }
  return turns
    .map(({ role, parts }) => ({ role, parts: trimmed(parts) }))
    .filter(({ parts }) => parts.length > 0);
}

function roleOf({ role, place, notes }: Segment & { readonly kind: 'role' }): Turn['role'] {
  if (role === 'system' || role === 'user') return role;
  if (role === 'model' || role === 'assistant') return 'assistant';
  notes.tell(
    place,
    `a message of the role \`${role}\` becomes one of the user`,
    'write the role as system, user or model',
  );
  return 'user';
}

/** Texts that follow each other are one; what is white space alone is none. */
function trimmed(parts: readonly Part[]): readonly Part[] {
  const joined: Part[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if ('text' in part && last !== undefined && 'text' in last)
      joined[joined.length - 1] = { text: last.text + part.text };
    else joined.push(part);
  }
  return joined
    .map((part) => ('text' in part ? { text: part.text.trim() } : part))
    .filter((part) => !('text' in part) || part.text !== '');
}

const silent: ReadonlySet<string> = new Set([
  'name',
  'description',
  'model',
  'config',
  'input',
  'output',
  'metadata',
  'ext',
  'version',
]);

const remedies: ReadonlyMap<string, string> = new Map(
  Object.entries({
    tools:
      'write the step as `type: tools`, each tool with its `parameters` and its `command`, `module` or `http`',
    variant: 'a variant is a pipeline of its own here: import it to another file by --output',
  }),
);

function tellWithin(
  key: string,
  known: readonly string[],
  { head, source }: FrontmatterFile,
  { notes }: ImportFile,
): void {
  const map = isObject(head[key]) ? head[key] : {};
  for (const name of Object.keys(map))
    if (!known.includes(name))
      notes.tell(
        { source, pointer: [key, name], part: 'key' },
        `\`${name}\` is no key of \`${key}\` and is left out`,
        `write fields under \`${key}.schema\``,
      );
}

function tellOthers({ head, source }: FrontmatterFile, { notes }: ImportFile): void {
  for (const key of Object.keys(head))
    if (!silent.has(key))
      notes.tell(
        { source, pointer: [key], part: 'key' },
        `\`${key}\` has no counterpart and is left out`,
        remedies.get(key) ?? 'leave it',
      );
}
