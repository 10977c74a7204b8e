import * as findings from './findings.ts';
import type { Finding } from './findings.ts';
import type { YamlStream } from './yaml-stream.ts';

/** YAML's own types, which name what JSON has too. */
const knownTag = /^!(?:!(?:str|int|float|bool|null|map|seq))?$/u;

/** What YAML allows and a file of ours may not be: empty, several documents, tagged, of another YAML, too deep. */
export function documentFindings({ tokens, text, tooDeepAt }: YamlStream): Finding[] {
  const found: Finding[] = tooDeepAt === undefined ? [] : [findings.tooDeep(tooDeepAt)];
  const documents = tokens.filter(({ token }) => token.type === 'document');
  for (const { token } of tokens) {
    if (token.type === 'tag' && !knownTag.test(token.source))
      found.push(unknownTag(token.source, token.offset));
    if (token.type === 'directive' && !/^%YAML\s+1\.2\s*$/u.test(token.source)) {
      found.push(unknownDirective(token.source, token.offset));
    }
  }
  const [first, second] = documents.map(({ token }) => token);
  if (second !== undefined) found.push(severalDocuments(documents.length, second.offset, text));
  else if (
    tooDeepAt === undefined &&
    (first === undefined || !('value' in first) || first.value === undefined)
  ) {
    found.push(findings.emptyFile(text));
  }
  return found;
}

function unknownTag(tag: string, start: number): Finding {
  return {
    code: 'unknown-tag',
    message: `the tag ${findings.quoted(tag)} is not supported: the file is read as plain data`,
    hint: /include|import/iu.test(tag)
      ? 'write the content itself here'
      : 'remove the tag, or quote the text if it is meant to begin with !',
    start,
    end: start + tag.length,
  };
}

function unknownDirective(source: string, start: number): Finding {
  return {
    code: 'unknown-directive',
    message: `the directive ${findings.quoted(source)} is not supported: the file is read as YAML 1.2`,
    hint: 'remove the line',
    start,
    end: start + source.trimEnd().length,
  };
}

function severalDocuments(count: number, start: number, text: string): Finding {
  return {
    code: 'several-documents',
    message: `the file holds ${count} YAML documents; the second begins here`,
    hint: 'keep one document a file: move the others to files of their own, or remove the line `---`',
    start,
    end: text.startsWith('---', start) ? start + 3 : start + 1,
  };
}
