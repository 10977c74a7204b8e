import type { Span } from './diagnostic.ts';
import { deepestNesting, quoted, tooDeep } from './findings.ts';
import type { Report } from './findings.ts';
import type { LocatedValue } from './located.ts';
import { didYouMean } from './suggest.ts';

/** How many values aliases may add to those that are written: a few lines of aliases of aliases can say billions. */
const mostAliasedValues = 100_000;

/** The anchors that a name without one is compared with: the nearest before it. */
const mostCompared = 100;

interface Measure {
  /** The value itself and all within it, as often as aliases repeat them. */
  readonly values: number;
  /** The levels below the value. */
  readonly levels: number;
}

/** What the anchors of a document stand at, as far as the document has been read. */
export interface Anchors {
  /** An anchor stands here, whose value is being read. */
  open(name: string): void;
  /** The value has been read; every value is told, so that an alias is known by its size. */
  close(value: LocatedValue, name?: string): void;
  /** The value of an alias at a level of nesting; undefined, and reported, where it has none. */
  resolve(name: string, place: Span, level: number): LocatedValue | undefined;
}

export function anchorsOf(report: Report): Anchors {
  /** The nearest anchor of each name so far; undefined while its value is being read. */
  const values = new Map<string, LocatedValue | undefined>();
  const measures = new Map<LocatedValue, Measure>();
  let aliasedValues = 0;

  function measureOf(value: LocatedValue): Measure {
    return measures.get(value) ?? { values: 1, levels: 0 };
  }

  return {
    open(name) {
      values.set(name, undefined);
    },

    close(value, name) {
      if (value.kind !== 'scalar') measures.set(value, sum(childrenOf(value).map(measureOf)));
      if (name !== undefined) values.set(name, value);
    },

    resolve(name, place, level) {
      const value = values.get(name);
      if (value === undefined) {
        report(values.has(name) ? recursiveAlias(name, place) : unknownAnchor(name, place, values.keys()));
        return undefined;
      }
      const measure = measureOf(value);
      if (level + measure.levels > deepestNesting) {
        report(tooDeep(place.start));
        return undefined;
      }
      const already = aliasedValues;
      aliasedValues += measure.values;
      if (aliasedValues <= mostAliasedValues) return value;
      if (already <= mostAliasedValues) report(aliasBomb(place));
      return undefined;
    },
  };
}

function childrenOf(value: LocatedValue): readonly LocatedValue[] {
  if (value.kind === 'scalar') return [];
  return value.kind === 'list' ? value.items : Array.from(value.pairs.values(), (pair) => pair.value);
}

function sum(children: readonly Measure[]): Measure {
  let values = 1;
  let levels = 0;
  for (const child of children) {
    values += child.values;
    levels = Math.max(levels, child.levels + 1);
  }
  return { values, levels };
}

function unknownAnchor(name: string, place: Span, names: Iterable<string>) {
  const remedy = 'write the anchor before its aliases, or quote the text if it is meant to begin with *';
  const meant = didYouMean(name, [...names].slice(-mostCompared));
  return {
    code: 'unknown-anchor',
    message: `there is no anchor ${quoted(`&${name}`)} before this alias`,
    hint: meant === undefined ? remedy : `did you mean \`*${meant}\`?`,
    ...place,
  };
}

function recursiveAlias(name: string, place: Span) {
  return {
    code: 'recursive-alias',
    message: `the alias ${quoted(`*${name}`)} stands within the value of its own anchor, which would never end`,
    hint: 'write the value out',
    ...place,
  };
}

function aliasBomb(place: Span) {
  return {
    code: 'alias-bomb',
    message: `the aliases up to this one stand for more than ${mostAliasedValues.toLocaleString('en')} values`,
    hint: 'write the values out, or alias less',
    ...place,
  };
}
