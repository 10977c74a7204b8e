import type { Diagnostic } from './diagnostic.ts';
import { diagnosticsOf } from './findings.ts';
import type { Finding } from './findings.ts';
import { parseJson } from './json-source.ts';
import { lineTable } from './lines.ts';
import { locatedSource, textSource } from './located.ts';
import type { Source } from './source.ts';
import { readableText } from './yaml-characters.ts';
import { documentFindings } from './yaml-document.ts';
import { maskFlatTexts } from './yaml-flat-texts.ts';
import { syntaxFindings } from './yaml-mistakes.ts';
import { readAroundTemplates } from './yaml-templates.ts';
import { locatedTree } from './yaml-tree.ts';

export { textSource };

/** In UTF-16 units. Parsing takes seconds for each million of them, and a pipeline has some thousand. */
const longestYaml = 1_000_000;

/**
 * Parses YAML 1.2, or JSON where the file's name ends in `.json`. All mistakes are told at once, in the file's order;
 * where there are any, the value is only a guess. It consists of plain values with own properties.
 */
export function parseYaml(
  path: string,
  text: string,
): { source: Source; diagnostics: readonly Diagnostic[] } {
  if (/\.json$/iu.test(path)) return parseJson(path, text);
  if (text.length > longestYaml) return tooLong(path, text);
  const readable = readableText(text);
  const flat = maskFlatTexts(readable.text);
  const { stream, findings: templates } = readAroundTemplates(flat.text);
  const syntax = syntaxFindings(stream);
  const values: Finding[] = [];
  const root = locatedTree(stream.documents[0]?.contents ?? null, flat.text, (finding) =>
    values.push(finding),
  );
  const positionOf = lineTable(text);
  const lineOf = ({ start }: Finding) => positionOf(start).line;
  const templateLines = new Set(templates.map(lineOf));
  // After a mistake of syntax, a value may not be the one that was meant.
  const firstMistake = Math.min(...syntax.map(lineOf));
  const reliable = values.filter((finding) => lineOf(finding) < firstMistake);
  // An unquoted template explains whatever else is wrong on its line.
  const others = [
    ...readable.findings,
    ...flat.findings,
    ...documentFindings(stream),
    ...syntax,
    ...reliable,
  ].filter((finding) => !templateLines.has(lineOf(finding)));
  return {
    source: locatedSource(path, text, root),
    diagnostics: diagnosticsOf(path, text, [...templates, ...others]),
  };
}

function tooLong(path: string, text: string): { source: Source; diagnostics: readonly Diagnostic[] } {
  const source = textSource(path, text);
  const finding = {
    code: 'file-too-large',
    message: `the file is too large for YAML: it has ${text.length} characters, and ${longestYaml} are read at most`,
    hint: 'check that it is the right file; data goes into the input, and schemas may be JSON files',
    start: 0,
    end: 0,
  };
  return { source, diagnostics: diagnosticsOf(path, text, [finding]) };
}
