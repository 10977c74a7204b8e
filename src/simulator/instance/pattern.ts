import { RegExpParser, type AST } from '@eslint-community/regexpp';
import { pick, wholeBetween } from './making.ts';

/** Writes a text of a pattern; `reach`: how often it may repeat beyond what is asked for. */
export type PatternWriter = (reach: number, next: () => number) => string;

/** In characters: a pattern may ask for more than there is room for. */
const longest = 8000;

/** How often a character is a letter or a digit where others would do too. */
const plainShare = 0.85;

const plain = characters('az', 'AZ', '09');
/** One of each kind that a class is likely to ask for. */
const others = [
  ...characters(' /', ':@', '[`', '{~', 'Àÿ', 'Αω', 'Ая', 'את', 'ءي', 'あん', '一十'),
  '\t',
  '\n',
  '😀',
  '🚀',
];

function characters(...ranges: readonly string[]): readonly string[] {
  return ranges.flatMap((range) => {
    const first = range.charCodeAt(0);
    return Array.from({ length: Math.min(range.charCodeAt(1) - first + 1, 200) }, (_, index) =>
      String.fromCharCode(first + index),
    );
  });
}

/**
 * Reads a pattern as JSON Schema means it (ECMAScript, Unicode). Assertions are not looked at, so whoever asks tests the
 * text, and asks again.
 */
export function createPatternWriter(pattern: string): PatternWriter {
  const tree = new RegExpParser().parsePattern(pattern, 0, pattern.length, { unicode: true });
  const classes = new Map<string, Pool>();
  return (reach, next) => write(tree, { reach, next, classes, groups: new Map(), written: 0 });
}

/** The characters of a class, those first that look plain. */
interface Pool {
  readonly plain: readonly string[];
  readonly all: readonly string[];
}

interface Writing {
  readonly reach: number;
  readonly next: () => number;
  readonly classes: Map<string, Pool>;
  /** What capturing groups have matched, for references back to them. */
  readonly groups: Map<AST.CapturingGroup, string>;
  written: number;
}

function write(node: AST.Pattern | AST.Element, writing: Writing): string {
  const { next, groups } = writing;
  switch (node.type) {
    case 'Pattern':
    case 'Group':
    case 'CapturingGroup': {
      const branch = pick(node.alternatives, next());
      const text = (branch?.elements ?? []).map((element) => write(element, writing)).join('');
      if (node.type === 'CapturingGroup') groups.set(node, text);
      return text;
    }
    case 'Quantifier':
      return repeat(node, writing);
    case 'Character':
      return say(String.fromCodePoint(node.value), writing);
    case 'CharacterClass':
    case 'CharacterSet':
    case 'ExpressionCharacterClass': {
      const pool = poolOf(node.raw, writing.classes);
      const isPlain = next() < plainShare && pool.plain.length > 0;
      return say(pick(isPlain ? pool.plain : pool.all, next()) ?? '', writing);
    }
    case 'Backreference':
      return [node.resolved]
        .flat()
        .map((group) => groups.get(group) ?? '')
        .join('');
    case 'Assertion':
      return '';
  }
}

function repeat({ min, max, element }: AST.Quantifier, writing: Writing): string {
  const { reach, next } = writing;
  const most = Math.min(max, min + reach);
  // As often as may be, now and then: that meets a length that is asked for.
  const count = next() < 0.3 ? most : wholeBetween(min, most, next());
  let text = '';
  for (let index = 0; index < count && writing.written < longest; index += 1) text += write(element, writing);
  return text;
}

function say(text: string, writing: Writing): string {
  writing.written += text.length;
  return text;
}

/** Asks the class itself which characters it has, rather than to work it out from its parts. */
function poolOf(raw: string, classes: Map<string, Pool>): Pool {
  const known = classes.get(raw);
  if (known !== undefined) return known;
  const expression = new RegExp(`^${raw}$`, 'u');
  const isIn = (character: string): boolean => expression.test(character);
  const ofPlain = plain.filter(isIn);
  const pool = { plain: ofPlain, all: [...ofPlain, ...others.filter(isIn)] };
  classes.set(raw, pool);
  return pool;
}
