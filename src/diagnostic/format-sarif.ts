import { createHash } from 'node:crypto';
import { isAbsolute, relative, resolve, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { version } from '../version.ts';
import { meaningOf } from './codes.ts';
import { messageLines } from './format-text.ts';
import { hideSecrets } from './hide-secrets.ts';
import type { PlacedDiagnostic } from './placed.ts';
import { printableJson } from './printable.ts';

/** From which paths are relative: GitHub and others put their checkout in its place. */
const root = '%SRCROOT%';

/** Absolute: that which files are named from, and that which they are to be named from. */
interface Folders {
  readonly cwd: string;
  readonly root: string;
}

/**
 * A SARIF 2.1.0 log (https://docs.oasis-open.org/sarif/sarif/v2.1.0/), with what GitHub's code scanning asks for beyond
 * it. Files are named from the root of the sources, `from.root`. What has no file, such as a mistake in a flag, is a
 * notification of the tool: results need a place.
 */
export function formatSarif(diagnostics: readonly PlacedDiagnostic[], from: Folders): string {
  const placed = diagnostics.filter(({ file }) => isArtifact(file));
  const codes = [...new Set(placed.map(({ code }) => code))].sort();
  const fingerprint = fingerprints(from);
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: { name: 'pipe', version, semanticVersion: version, rules: codes.map(ruleOf) },
        },
        columnKind: 'utf16CodeUnits',
        originalUriBaseIds: { [root]: { description: { text: 'The root of the repository.' } } },
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: diagnostics
              .filter(({ file }) => !isArtifact(file))
              .map((diagnostic) => ({
                level: diagnostic.severity,
                message: { text: textOf(diagnostic) },
                properties: { code: diagnostic.code },
              })),
          },
        ],
        results: placed.map((diagnostic) => ({
          ruleId: diagnostic.code,
          ruleIndex: codes.indexOf(diagnostic.code),
          level: diagnostic.severity,
          message: { text: textOf(diagnostic) },
          locations: [{ physicalLocation: locationOf(diagnostic, from) }],
          partialFingerprints: { primaryLocationLineHash: fingerprint(diagnostic) },
        })),
      },
    ],
  };
  return `${printableJson(JSON.stringify(log, null, 2))}\n`;
}

/** Standard input is no file of the sources. */
function isArtifact(file: string | undefined): file is string {
  return file !== undefined && file !== '-';
}

function ruleOf(code: string) {
  const { means, remedy } = meaningOf(code) ?? { means: code, remedy: '' };
  return {
    id: code,
    shortDescription: { text: means },
    fullDescription: { text: means },
    help: { text: `${means} ${remedy}`.trimEnd() },
  };
}

function textOf({ message, hint }: PlacedDiagnostic): string {
  const said = messageLines(message).join('\n');
  return hint === undefined ? said : `${said}\nhint: ${messageLines(hint).join('\n')}`;
}

function locationOf({ file = '', line, column, endLine, endColumn }: PlacedDiagnostic, from: Folders) {
  const region = { startLine: line, startColumn: column, endLine, endColumn };
  return {
    artifactLocation: artifactOf(file, from),
    ...(line !== undefined && { region }),
  };
}

/** Relative, with forward slashes, percent-encoded; what is outside of the root by its whole address. */
function artifactOf(file: string, from: Folders): { readonly uri: string; readonly uriBaseId?: string } {
  const path = resolve(from.cwd, file);
  const below = relative(from.root, path);
  if (isAbsolute(below) || below.startsWith('..')) return { uri: pathToFileURL(path).href };
  const parts = below.split(sep).map((part) => encodeURIComponent(part));
  return { uri: parts.join('/'), uriBaseId: root };
}

/**
 * Tells a mistake from others when lines above it come and go: by its code and the text of its line, or, in a file that
 * is not kept, by what is said; equal ones are numbered. GitHub takes those of this name as they are.
 */
function fingerprints(from: Folders): (diagnostic: PlacedDiagnostic) => string {
  const seen = new Map<string, number>();
  return ({ code, file = '', message, frame }) => {
    const said =
      frame === undefined ? message : withoutKeys(lineOf(frame.text, frame.range.start.offset)).trim();
    const content = [code, artifactOf(file, from).uri, said].join('\0');
    const count = (seen.get(content) ?? 0) + 1;
    seen.set(content, count);
    return `${createHash('sha256').update(content).digest('hex').slice(0, 16)}:${count}`;
  };
}

/** A short password could be found out by its hash. */
function withoutKeys(line: string): string {
  return hideSecrets(line).text;
}

function lineOf(text: string, offset: number): string {
  const before = text.slice(0, offset).split(/\r\n?|\n/u);
  const after = text.slice(offset).split(/\r\n?|\n/u);
  return `${before.at(-1) ?? ''}${after[0] ?? ''}`;
}
