import { flowCharacters } from './character-map.ts';
import type { Diagnostic, Span } from './diagnostic.ts';
import { isExactNumber } from './exact-number.ts';
import * as findings from './findings.ts';
import type { Finding, Report } from './findings.ts';
import { grammarMistake } from './json-mistakes.ts';
import { lineTable } from './lines.ts';
import { locatedSource } from './located.ts';
import type { LocatedPair, LocatedScalar, LocatedValue } from './located.ts';
import type { Source } from './source.ts';

/**
 * Parses JSON by its own grammar (RFC 8259), with the place of every name and value. Beside the grammar's first
 * mistake it tells names given twice and numbers that lose digits, which `JSON.parse` passes over.
 */
export function parseJson(
  path: string,
  text: string,
): { source: Source; diagnostics: readonly Diagnostic[] } {
  const found: Finding[] = [];
  const root = readJson(text, (finding) => found.push(finding));
  const nothing: LocatedScalar = { kind: 'scalar', value: null, start: 0, end: text.length };
  return {
    source: locatedSource(path, text, root ?? nothing),
    diagnostics: findings.diagnosticsOf(path, text, found),
  };
}

/** The file's value; undefined after a mistake of grammar, which is reported. */
function readJson(text: string, report: Report): LocatedValue | undefined {
  let at = text.startsWith('\uFEFF') ? 1 : 0;

  function take(pattern: RegExp): string | undefined {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    at += found?.length ?? 0;
    return found;
  }

  function next(): string {
    take(/[ \t\r\n]*/y);
    return text.charAt(at);
  }

  function fail(finding: Finding): undefined {
    report(finding);
    return undefined;
  }

  function mistake(wanted: string): undefined {
    return fail(grammarMistake(text, at, wanted));
  }

  function readValue(depth: number): LocatedValue | undefined {
    const first = next();
    const start = at;
    if (depth > findings.deepestNesting) return fail(findings.tooDeep(start));
    if (first === '{') return readObject(depth);
    if (first === '[') return readArray(depth);
    if (first === '"') return readText();
    const word = take(/(?:true|false|null)(?![\w$])/y);
    if (word !== undefined)
      return { kind: 'scalar', value: JSON.parse(word) as boolean | null, start, end: at };
    const digits = take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?(?![\w.+-])/y);
    if (digits === undefined) return mistake('a value');
    const value = Number(digits);
    if (!isExactNumber(digits, value)) report(findings.inexactNumber(digits, value, { start, end: at }));
    return { kind: 'scalar', value, start, end: at };
  }

  function readText(): (LocatedScalar & { value: string }) | undefined {
    const start = at;
    at += 1;
    while (take(/[^"\\\p{Cc}]+|[\x7F-\x9F]+|\\(?:["\\/bfnrt]|u[\da-fA-F]{4})/uy) !== undefined);
    if (text[at] !== '"') return mistake('the rest of the text');
    at += 1;
    const end = at;
    const value = JSON.parse(text.slice(start, end)) as string;
    if (findings.hasLoneSurrogate(value)) report(findings.loneSurrogate({ start, end }));
    const characters = () => flowCharacters(text, start + 1, end - 1, '"');
    return { kind: 'scalar', value, start, end, characters };
  }

  function readArray(depth: number): LocatedValue | undefined {
    const start = at;
    const items: LocatedValue[] = [];
    at += 1;
    if (next() !== ']') {
      do {
        const item = readValue(depth + 1);
        if (item === undefined) return undefined;
        items.push(item);
        next();
      } while (take(/,/y) !== undefined);
    }
    if (take(/\]/y) === undefined) return mistake('a comma or ]');
    return { kind: 'list', items, start, end: at };
  }

  function readObject(depth: number): LocatedValue | undefined {
    const start = at;
    const pairs = new Map<string, LocatedPair>();
    at += 1;
    if (next() !== '}') {
      do {
        const pair = readPair(depth);
        if (pair === undefined) return undefined;
        const [name, located] = pair;
        const earlier = pairs.get(name);
        if (earlier === undefined) pairs.set(name, located);
        else report(findings.duplicateKey(name, lineOf(earlier.key), located.key));
        next();
      } while (take(/,/y) !== undefined);
    }
    if (take(/\}/y) === undefined) return mistake('a comma or }');
    return { kind: 'map', pairs, start, end: at };
  }

  function readPair(depth: number): [string, LocatedPair] | undefined {
    if (next() !== '"') return mistake('a name in double quotes');
    const key = readText();
    if (key === undefined) return undefined;
    if (next() !== ':') return mistake('a colon');
    at += 1;
    const value = readValue(depth + 1);
    return value && [key.value, { key: { start: key.start, end: key.end }, value }];
  }

  function lineOf(place: Span): number {
    return lineTable(text)(place.start).line;
  }

  if (next() === '' && at === text.length) return fail(findings.emptyFile(text));
  const root = readValue(1);
  if (root !== undefined && next() !== '') return mistake('the end of the file');
  return root;
}
