import type { CST, Scalar } from 'yaml';
import { blockCharacters, flowCharacters } from './character-map.ts';
import type { CharacterMap } from './character-map.ts';
import { isExactNumber } from './exact-number.ts';
import * as findings from './findings.ts';
import type { Report } from './findings.ts';
import type { LocatedScalar } from './located.ts';

/** A YAML scalar as one of JSON's values, with a finding where JSON would say something else. */
export function locatedScalar(node: Scalar, text: string, report: Report): LocatedScalar {
  const [start, end] = node.range ?? [0, 0];
  const { value } = node;
  if (typeof value === 'number') {
    checkNumber(node.source ?? String(value), value, { start, end }, report);
    return { kind: 'scalar', value: Number.isFinite(value) ? value : null, start, end };
  }
  if (typeof value === 'boolean' || value === null) return { kind: 'scalar', value, start, end };
  const said =
    typeof value === 'string' ? unmasked(node, value, text.slice(start, end)) : (node.source ?? '');
  if (findings.hasLoneSurrogate(said)) report(findings.loneSurrogate({ start, end }));
  const characters = () => charactersOf(node.srcToken, text, said);
  return { kind: 'scalar', value: said, start, end, characters };
}

/** A plain text on one line is what stands there: so a template that was masked for the parser is read all the same. */
function unmasked(node: Scalar, value: string, source: string): string {
  return node.type === 'PLAIN' && !/[\r\n]/u.test(source) ? source : value;
}

function checkNumber(
  digits: string,
  value: number,
  place: { start: number; end: number },
  report: Report,
): void {
  if (!isExactNumber(digits, value)) {
    report(findings.inexactNumber(digits, value, place));
  } else if (/^[-+]?0\d/u.test(digits)) {
    report({
      code: 'leading-zero',
      message: `the number ${findings.quoted(digits)} would lose its leading zero: YAML reads ${String(value)}`,
      hint: `write "${digits}" for a text, or ${String(value)} for the number`,
      ...place,
    });
  }
}

function charactersOf(token: CST.Token | undefined, text: string, value: string): CharacterMap | undefined {
  if (token?.type === 'block-scalar') return charactersOfBlock(token, text, value);
  if (token === undefined || !('source' in token)) return undefined;
  const end = token.offset + token.source.length;
  if (token.type === 'scalar') return flowCharacters(text, token.offset, end, '');
  const quote = token.type === 'single-quoted-scalar' ? "'" : '"';
  return flowCharacters(text, token.offset + 1, end - 1, quote);
}

function charactersOfBlock(token: CST.BlockScalar, text: string, value: string): CharacterMap | undefined {
  let start = token.offset;
  let header = '';
  for (const prop of token.props) {
    if (!('source' in prop)) return undefined;
    if (prop.type === 'block-scalar-header') header = prop.source;
    start += prop.source.length;
  }
  const digit = /[1-9]/u.exec(header)?.[0];
  const end = start + token.source.length;
  const indentation = digit === undefined ? undefined : token.indent + Number(digit);
  return blockCharacters(text, { start, end, value, ...(indentation !== undefined && { indentation }) });
}
