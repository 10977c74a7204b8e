import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Node, YAMLMap } from 'yaml';
import type { Span } from './diagnostic.ts';
import * as findings from './findings.ts';
import type { Report } from './findings.ts';
import { lineTable } from './lines.ts';
import type { LocatedPair, LocatedScalar, LocatedValue } from './located.ts';
import { anchorsOf } from './yaml-anchors.ts';
import { locatedScalar } from './yaml-scalar.ts';

/**
 * The values of a YAML document with their places, aliases and merge keys (`<<`) resolved. The document may come from
 * a text in which templates were masked; `text` is the one without masks.
 */
export function locatedTree(contents: Node | null, text: string, report: Report): LocatedValue {
  const anchors = anchorsOf(report);
  const positionOf = lineTable(text);
  /** What stands for aliases without a value: their mistake is told, what comes of it is not. */
  const unresolved = new Set<LocatedValue>();

  function valueOf(node: unknown, level: number): LocatedValue {
    if (isAlias(node)) {
      const place = spanOf(node);
      const target = anchors.resolve(node.source, place, level);
      if (target !== undefined) return target;
      const stand = nothing(place);
      unresolved.add(stand);
      return stand;
    }
    if (!isScalar(node) && !isMap(node) && !isSeq(node)) return nothing({ start: 0, end: 0 });
    if (node.anchor !== undefined) anchors.open(node.anchor);
    let value: LocatedValue;
    if (isScalar(node)) value = locatedScalar(node, text, report);
    else if (isMap(node)) value = { kind: 'map', pairs: pairsOf(node, level), ...spanOf(node) };
    else value = { kind: 'list', items: node.items.map((item) => valueOf(item, level + 1)), ...spanOf(node) };
    anchors.close(value, node.anchor);
    return value;
  }

  function pairsOf(node: YAMLMap, level: number): Map<string, LocatedPair> {
    const pairs = new Map<string, LocatedPair>();
    const written = new Map<string, Span>();
    for (const item of node.items) {
      const key = spanOf(item.key);
      const isMerge = isScalar(item.key) && item.key.type === 'PLAIN' && item.key.value === '<<';
      const name = isMerge ? '<<' : nameOf(item.key, key);
      const value =
        item.value === null ? nothing({ start: key.end, end: key.end }) : valueOf(item.value, level + 1);
      if (name === undefined) continue;
      const earlier = written.get(name);
      if (earlier !== undefined) {
        report(findings.duplicateKey(name, positionOf(earlier.start).line, key));
        continue;
      }
      written.set(name, key);
      if (!isMerge) pairs.set(name, { key, value });
      // What the map says itself goes before what is merged into it, wherever `<<` stands.
      else
        for (const [merged, pair] of mergedPairs(value, key)) if (!pairs.has(merged)) pairs.set(merged, pair);
    }
    return pairs;
  }

  /** The pairs of one map, or of a list of maps, of which the earlier go before the later. */
  function mergedPairs(value: LocatedValue, key: Span): Map<string, LocatedPair> {
    const pairs = new Map<string, LocatedPair>();
    for (const map of value.kind === 'list' ? value.items : [value]) {
      if (map.kind === 'map') {
        for (const [name, pair] of map.pairs) if (!pairs.has(name)) pairs.set(name, pair);
      } else if (!unresolved.has(map)) {
        report({
          code: 'merge-key',
          message:
            'the key `<<` merges a map, or a list of maps, into the map around it, and its value is neither',
          hint: 'write `<<: *name`, where the anchor `&name` stands at a map',
          ...key,
        });
      }
    }
    return pairs;
  }

  function nameOf(node: unknown, place: Span): string | undefined {
    const key = valueOf(node, 0);
    const source = text.slice(place.start, place.end);
    if (key.kind === 'scalar' && typeof key.value === 'string') {
      checkPlainKey(source, place);
      return key.value;
    }
    if (unresolved.has(key)) return undefined;
    const isEmpty = source === '';
    const what =
      key.kind === 'scalar' ? (key.value === null ? 'null' : `a ${typeof key.value}`) : `a ${key.kind}`;
    report({
      code: 'non-string-key',
      message: isEmpty
        ? 'a key is missing before the colon'
        : `the key ${findings.quoted(source)} is ${what}, not a text`,
      hint: isEmpty || key.kind !== 'scalar' ? 'write a name before the colon' : `write "${source}"`,
      ...place,
    });
    // What stands under it can be looked at all the same.
    return isEmpty || key.kind !== 'scalar' || !isScalar(node) ? undefined : source;
  }

  /** Mistakes that YAML lets pass: it trims no other spaces than its own, and `{a:1}` is the key `a:1`. */
  function checkPlainKey(source: string, place: Span): void {
    const code = 'yaml-syntax';
    if (source !== source.trim()) {
      const message = `the key ${findings.quoted(source)} has a space before or after it that is not an ordinary one`;
      report({ code, message, hint: 'type the spaces anew', ...place });
    } else if (/^[\w.-]+:[^\s"']/u.test(source) && !/^\s*:/u.test(text.slice(place.end))) {
      const hint = `write \`${source.replace(':', ': ')}\``;
      report({ code, message: 'a space is missing after the colon', hint, ...place });
    }
  }

  function spanOf(node: unknown): Span {
    const [start, end] = (node as Node | null)?.range ?? [0, 0];
    // A collection's range goes to the next token: what it says ends before the white space.
    return { start, end: isScalar(node) ? end : start + text.slice(start, end).trimEnd().length };
  }

  return valueOf(contents, 1);
}

function nothing(place: Span): LocatedScalar {
  return { kind: 'scalar', value: null, ...place };
}
