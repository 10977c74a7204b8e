import type { Diagnostic } from '../diagnostic/diagnostic.ts';
import { textSource } from '../diagnostic/located.ts';
import type { Source } from '../diagnostic/source.ts';
import { parseYaml } from '../diagnostic/yaml-source.ts';
import { isObject, type JsonObject } from '../json/json.ts';
import { failure, success, type Result } from '../result.ts';

/** A file with YAML between two lines of dashes, and a template behind them. */
export interface FrontmatterFile {
  /** Of the frontmatter; places in it are those of the file. */
  readonly source: Source;
  readonly head: JsonObject;
  readonly body: string;
  /** Where the body begins in the file. */
  readonly from: number;
}

const frontmatter =
  /^((?:[^\S\r\n]*(?:#[^\r\n]*)?\r?\n)*)---[^\S\r\n]*\r?\n([\s\S]*?)^---[^\S\r\n]*(?:\r?\n|$)/my;

/** Takes a file apart; one without frontmatter is a template alone. */
export function readFrontmatter(path: string, text: string): Result<FrontmatterFile, readonly Diagnostic[]> {
  frontmatter.lastIndex = 0;
  const found = frontmatter.exec(text);
  const whole = textSource(path, text);
  if (found === null)
    return /^\s*---[^\S\r\n]*\r?\n/.test(text)
      ? failure([unclosed(whole)])
      : success({ source: whole, head: {}, body: text, from: 0 });
  const [all, before = '', yaml = ''] = found;
  const [body, from] = [text.slice(all.length), all.length];
  if (yaml.replaceAll(/^\s*#.*$/gm, '').trim() === '')
    return success({ source: whole, head: {}, body, from });
  // The dashes become a comment of their length, so that every place is that of the file.
  const opening = all.slice(before.length, all.length - yaml.length);
  const lines = `${before}#${opening.slice(1, opening.indexOf('\n') + 1)}${yaml}`;
  const { source, diagnostics } = parseYaml(path, lines);
  if (diagnostics.length > 0) return failure(diagnostics);
  if (!isObject(source.value))
    return failure([
      {
        severity: 'error',
        code: 'broken-source',
        message: 'what stands between the dashes is no map of keys',
        hint: 'write `model: …` and the like',
        place: { source, pointer: [] },
      },
    ]);
  return success({ source: { ...source, text }, head: source.value, body, from });
}

function unclosed(source: Source): Diagnostic {
  const start = source.text.indexOf('---');
  return {
    severity: 'error',
    code: 'broken-source',
    message: 'the frontmatter is never closed',
    hint: 'write a line `---` before the template',
    place: { source, pointer: [], span: { start, end: start + 3 } },
  };
}
