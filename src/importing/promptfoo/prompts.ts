import { extname } from 'node:path';
import type { Diagnostic, Location } from '../../diagnostic/diagnostic.ts';
import type { Source } from '../../diagnostic/source.ts';
import { parseYaml } from '../../diagnostic/yaml-source.ts';
import { isObject, type JsonValue, type Pointer } from '../../json/json.ts';
import { failure, success, type Result } from '../../result.ts';
import type { Part, Turn } from '../draft.ts';
import { templateText } from '../handlebars/text.ts';
import { loadTemplate } from '../jinja/load.ts';
import type { Scope } from '../jinja/scope.ts';
import { writeTemplate } from '../jinja/write.ts';
import type { ImportFile } from '../kind.ts';
import { textPlace, type Notes, type TemplatePlace } from '../notes.ts';
import { filesNamed } from './named-files.ts';

/** One prompt: a text, or messages with their texts' places. */
export interface Prompt {
  /** Where it is named in the configuration. */
  readonly place: Location;
  /** The file, where it is one of several of one name with `*`. */
  readonly file?: string;
  readonly messages: readonly PromptMessage[];
}

interface PromptMessage {
  readonly role: Turn['role'];
  readonly parts: readonly (
    | { readonly text: string; readonly at: TemplatePlace }
    | { readonly image: string; readonly at: TemplatePlace }
  )[];
}

/** The prompts of a configuration; what is code, or not there, is told. */
export async function promptsOf(
  source: Source,
  file: ImportFile,
): Promise<Result<readonly Prompt[], readonly Diagnostic[]>> {
  const given = isObject(source.value) ? source.value['prompts'] : undefined;
  const listed: readonly (readonly [JsonValue, Pointer])[] = Array.isArray(given)
    ? given.map((item: JsonValue, at) => [item, ['prompts', at]] as const)
    : isObject(given)
      ? Object.keys(given).map((name) => [name, ['prompts', name]] as const)
      : given === undefined
        ? []
        : [[given, ['prompts']]];
  const prompts: Prompt[] = [];
  const mistakes: Diagnostic[] = [];
  for (const [item, pointer] of listed) {
    const raw = isObject(item) ? (item['raw'] ?? item['id'] ?? item['path']) : item;
    const key = isObject(item) ? ['raw', 'id', 'path'].find((name) => item[name] !== undefined) : undefined;
    const at = { source, pointer: key === undefined ? pointer : [...pointer, key] };
    if (typeof raw !== 'string') {
      file.notes.tell(at, 'the prompt is no text and is left out', 'write it as a text or as file://…');
      continue;
    }
    if (/^(?!file:)\w+:\/\/\S+$/.test(raw)) {
      file.notes.tell(
        at,
        `\`${raw}\` is a prompt that is kept elsewhere, and is left out`,
        'save it as a file beside this one, and name that',
      );
      continue;
    }
    const found = isFile(raw) ? await promptsIn(raw, at, file) : success([inlinePrompt(raw, at, file)]);
    if (found.ok) prompts.push(...found.value);
    else mistakes.push(found.error);
  }
  return mistakes.length > 0 ? failure(mistakes) : success(prompts);
}

function isFile(text: string): boolean {
  return (
    text.startsWith('file://') ||
    (/^[\w./*-]+\.(?:txt|md|json|jsonl|ya?ml|j2|njk|csv|[cm]?[jt]s|py)(?::\w+)?$/.test(text) &&
      !text.includes('\n'))
  );
}

function inlinePrompt(text: string, at: TemplatePlace, { notes }: ImportFile): Prompt {
  const messages = messagesIn(text, at, notes);
  return { place: at, messages: messages ?? [{ role: 'user', parts: [{ text, at }] }] };
}

async function promptsIn(
  named: string,
  at: Location,
  file: ImportFile,
): Promise<Result<readonly Prompt[], Diagnostic>> {
  const path = named.replace(/^file:\/\//, '');
  const extension = extname(path.replace(/:\w+$/, '')).toLowerCase();
  if (/\.(?:[cm]?[jt]s|py)$/.test(extension)) {
    file.notes.tell(at, `\`${path}\` is code, which is not executed`, 'write what it makes as a template');
    return success([]);
  }
  if (path.includes('*')) return promptsOfAll(path, at, file);
  if (extension === '.csv' || extension === '.jsonl') {
    file.notes.tell(
      at,
      `\`${path}\` stands for several prompts and is left out`,
      'name one file with one prompt',
    );
    return success([]);
  }
  const read = await file.folder.read(path);
  if (!read.ok) return failure({ ...read.error, place: at });
  const { text } = read.value;
  if (/\.(?:json|ya?ml)$/.test(extension)) {
    const { source, diagnostics } = parseYaml(read.value.path, text);
    const [mistake] = diagnostics;
    // A template may make it JSON, once it is filled in.
    if (mistake !== undefined && !/\{%/.test(text)) return failure(mistake);
    const messages =
      mistake === undefined ? chatIn(source.value, { source, pointer: [] }, true, file.notes) : undefined;
    if (messages !== undefined) return success([{ place: at, messages }]);
    file.notes.tell(
      at,
      mistake === undefined
        ? `\`${path}\` holds no list of messages and is left out`
        : `\`${path}\` is no JSON before its template is filled in, and is left out`,
      'write the messages out, each with its role and content, without tags of a template between them',
    );
    return success([]);
  }
  const whole = textPlace(read.value.path, text);
  return success(
    piecesOf(text).map(({ piece, from }): Prompt => {
      const messages = messagesIn(piece, at, file.notes);
      return {
        place: at,
        messages: messages ?? [{ role: 'user', parts: [{ text: piece, at: { ...whole, from } }] }],
      };
    }),
  );
}

async function promptsOfAll(
  pattern: string,
  at: Location,
  file: ImportFile,
): Promise<Result<readonly Prompt[], Diagnostic>> {
  const names = await filesNamed(pattern, at, file);
  if (!names.ok) return names;
  const prompts: Prompt[] = [];
  for (const name of names.value) {
    const found = await promptsIn(name, at, file);
    if (!found.ok) return found;
    for (const { place, messages } of found.value) prompts.push({ place, file: name, messages });
  }
  return success(prompts);
}

/** Prompts of one file are parted by a line of three dashes. */
function piecesOf(text: string): readonly { readonly piece: string; readonly from: number }[] {
  const pieces: { piece: string; from: number }[] = [];
  let from = 0;
  for (const { index, 0: line } of text.matchAll(/^---[^\S\r\n]*(?:\r?\n|$)/gm)) {
    pieces.push({ piece: text.slice(from, index), from });
    from = index + line.length;
  }
  pieces.push({ piece: text.slice(from), from });
  return pieces.filter(({ piece }) => piece.trim() !== '');
}

function parsedJson(text: string): JsonValue {
  if (!/^\s*\[/.test(text)) return null;
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    return null;
  }
}

/** The messages that a text is as JSON. */
function messagesIn(text: string, at: TemplatePlace, notes: Notes): readonly PromptMessage[] | undefined {
  const messages = chatIn(parsedJson(text), at, false, notes);
  if (messages === undefined && /^\s*\[\s*\{/.test(text) && /"role"\s*:/.test(text))
    notes.tell(
      at,
      'the list of messages is no JSON before its template is filled in: all of it becomes one message of the user',
      'write the messages out under `messages`, each with its `role` and `content`',
    );
  return messages;
}

/** A list of messages as OpenAI's API has it. `exact`: the pointers lead into the place's source. */
function chatIn(
  value: JsonValue,
  at: TemplatePlace,
  exact: boolean,
  notes: Notes,
): readonly PromptMessage[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const messages: PromptMessage[] = [];
  for (const [index, item] of (value as readonly JsonValue[]).entries()) {
    const role = isObject(item) ? item['role'] : undefined;
    const content = isObject(item) ? item['content'] : undefined;
    if (typeof role !== 'string' || content === undefined) return undefined;
    const below = (...names: Pointer): TemplatePlace =>
      exact ? { ...at, pointer: [...at.pointer, index, 'content', ...names] } : at;
    const parts = Array.isArray(content)
      ? (content as readonly JsonValue[]).flatMap((part, number) => partIn(part, below, number, notes))
      : [{ text: typeof content === 'string' ? content : JSON.stringify(content), at: below() }];
    if (!/^(?:system|developer|user|assistant)$/.test(role))
      notes.tell(
        below(),
        `a message of the role \`${role}\` becomes one of the user`,
        'write the role as system, user or assistant',
      );
    const known =
      role === 'system' || role === 'developer' ? 'system' : role === 'assistant' ? 'assistant' : 'user';
    messages.push({ role: known, parts });
  }
  return messages;
}

function partIn(
  part: JsonValue,
  below: (...names: Pointer) => TemplatePlace,
  number: number,
  notes: Notes,
): PromptMessage['parts'] {
  const { text, image_url: image } = isObject(part) ? part : {};
  if (typeof text === 'string') return [{ text, at: below(number, 'text') }];
  const url = isObject(image) ? image['url'] : image;
  if (typeof url === 'string') return [{ image: url, at: below(number) }];
  notes.tell(
    below(number),
    'a part of a message that is neither text nor image is left out',
    'write it as text: {type: text, text: …}',
  );
  return [];
}

/** The messages of a prompt as templates. */
export async function writePrompt(
  prompt: Prompt,
  scope: Scope,
  file: ImportFile,
): Promise<Result<readonly Turn[], readonly Diagnostic[]>> {
  const turns: Turn[] = [];
  const mistakes: Diagnostic[] = [];
  for (const { role, parts } of prompt.messages) {
    const written: Part[] = [];
    for (const part of parts) {
      const text = await writeText('text' in part ? part.text : part.image, part.at, scope, file);
      if (text.ok) written.push('text' in part ? { text: text.value } : { image: text.value });
      else mistakes.push(...text.error);
    }
    if (written.length > 0) turns.push({ role, parts: written });
  }
  return mistakes.length > 0 ? failure(mistakes) : success(turns);
}

/** A text of Nunjucks as a template of ours. */
export async function writeText(
  text: string,
  at: TemplatePlace,
  scope: Scope,
  file: ImportFile,
): Promise<Result<string, readonly Diagnostic[]>> {
  const loaded = await loadTemplate(file, text.trimEnd(), at);
  if (!loaded.ok) return loaded;
  const { template, notes, files } = loaded.value;
  return success(templateText(writeTemplate(template.nodes, { text: template.text, scope, notes, files })));
}
