import { basename } from 'node:path';
import { pathWord } from '../diagnostic/command-words.ts';
import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { isObject, type JsonObject, type JsonValue } from '../json/json.ts';

interface ForeignKind {
  /** As it follows `looks like`. */
  readonly description: string;
  recognises(file: JsonObject, name: string): boolean;
  /** Default: the command that imports it. */
  readonly remedy?: string;
  /** What has to be added to the command where the file is not called as usual. */
  readonly from?: string;
}

const flowName = /^flow\.(?:dag|flex)\.ya?ml$/i;

/** What other tools' files hold that no pipeline does. */
const kinds: readonly ForeignKind[] = [
  {
    description: "a flow of Microsoft's prompt flow",
    from: '--from promptflow',
    recognises: (file, name) =>
      flowName.test(name) ||
      (Array.isArray(file['nodes']) && ('node_variants' in file || hasModelNode(file['nodes']))),
  },
  {
    description: "a configuration of promptfoo's",
    recognises: (file) =>
      'prompts' in file &&
      ['providers', 'targets', 'tests', 'defaultTest', 'scenarios'].some((key) => key in file),
  },
  {
    description: "a configuration of DocETL's",
    recognises: (file) =>
      Array.isArray(file['operations']) && ['datasets', 'pipeline'].some((key) => key in file),
    remedy:
      'write each `map` and `filter` of its `operations` as a step of `type: structured`, with the fields of its output under `schema.properties`; what joins records or takes them apart stands between two pipelines; `pipe init` writes one to begin with',
  },
];

function hasModelNode(nodes: readonly JsonValue[]): boolean {
  return nodes.some((node) => isObject(node) && (node['type'] === 'llm' || 'source' in node));
}

/** Another tool's file that nothing imports: what it is, and what to do in place of it. */
export function notImported(
  name: string,
  file: JsonValue,
): { readonly description: string; readonly remedy: string } | undefined {
  const kind = isObject(file) ? kinds.find((one) => one.recognises(file, name)) : undefined;
  return kind?.remedy === undefined ? undefined : { description: kind.description, remedy: kind.remedy };
}

/**
 * Tells of another tool's file that is given where the pipeline should be, in place of all of its keys that are none of
 * ours. Undefined where it is none, and for what has steps: that is a pipeline, whatever else stands in it.
 */
export function foreignFile(path: string, shown: string, file: JsonValue): Diagnostic | undefined {
  const name = basename(path);
  const isPrompt = /\.prompt(?:y)?$/iu.test(name);
  const held = isObject(file) ? file : {};
  if ('steps' in held || (!isPrompt && !isObject(file))) return undefined;
  const kind = kinds.find((one) => one.recognises(held, name));
  if (kind === undefined && !isPrompt) return undefined;
  const words = [
    'pipe import',
    pathWord(shown),
    ...(kind?.from === undefined || flowName.test(name) ? [] : [kind.from]),
  ];
  return {
    severity: 'error',
    code: 'not-a-pipeline',
    message: `\`${shown}\` looks like ${kind?.description ?? 'a prompt of Prompty or Dotprompt'}, not a pipeline`,
    hint: kind?.remedy ?? `\`${words.join(' ')}\` makes a pipeline of it`,
  };
}
