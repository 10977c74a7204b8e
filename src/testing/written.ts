import { isScalar, parse, Scalar, stringify, type Node } from 'yaml';
import type { JsonValue } from '../json/json.ts';

/** A value as YAML that can stand where the node stands, in flow style too, with the quotes that the node has. */
export function writtenLike(node: Node, value: JsonValue): string {
  if (typeof value !== 'string') {
    return stringify(value, {
      collectionStyle: 'flow',
      lineWidth: 0,
      defaultStringType: 'QUOTE_DOUBLE',
      defaultKeyType: 'PLAIN',
    }).trimEnd();
  }
  const type = isScalar(node) ? node.type : undefined;
  const isOneLine = !/[\p{Cc}\u2028\u2029\uFEFF]/u.test(value);
  if (type === Scalar.PLAIN && isPlain(value)) return value;
  if (type !== Scalar.QUOTE_DOUBLE && isOneLine) return `'${value.replaceAll("'", "''")}'`;
  // JSON's escapes are YAML's.
  return JSON.stringify(value);
}

/** Whether a text reads the same without quotes, wherever it stands. */
function isPlain(value: string): boolean {
  return /^[\p{L}][\p{L}\p{N} .'-]*$/u.test(value) && value === value.trim() && parse(value) === value;
}
