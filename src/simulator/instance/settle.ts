import { isObject, type JsonObject, type JsonValue } from '../../json/json.ts';
import { resolveLocal } from '../../schema/reference.ts';
import { isLean, pick, spend, type Making } from './making.ts';

/** One value is held to no more schemas than these: beyond, the result is judged like any other. */
const mostParts = 1000;

/**
 * Everything that is to hold for one value, with references followed and every choice (`anyOf`, `oneOf`, `if`) made, so
 * that each of the schemas can be read by itself. What a choice rules out beside it is left to the validator.
 */
export function settle(
  schemas: readonly JsonValue[],
  place: string,
  depth: number,
  making: Making,
): readonly JsonObject[] {
  const { root } = making;
  const parts = new Set<JsonObject>();
  const waiting: (JsonValue | undefined)[] = [...schemas];
  const choose = (branches: readonly (readonly JsonValue[])[]): readonly JsonValue[] => {
    const drawn = making.draw(place, `branch ${parts.size} ${waiting.length}`);
    return pick(isLean(making, depth) ? plainest(branches, making) : branches, drawn) ?? [false];
  };
  for (let next = 0; next < waiting.length && parts.size < mostParts; next += 1) {
    const schema = waiting[next];
    if (schema === false) parts.add(nothing);
    if (!isObject(schema) || parts.has(schema)) continue;
    parts.add(schema);
    const { $ref: reference } = schema;
    if (typeof reference === 'string') waiting.push(resolveLocal(reference, root));
    for (const part of listOf(schema['allOf'])) waiting.push(part);
    for (const keyword of ['anyOf', 'oneOf']) {
      const branches = schema[keyword];
      if (Array.isArray(branches)) waiting.push(...choose(branches.map((branch: JsonValue) => [branch])));
    }
    const { if: condition, then: consequence = true, else: alternative = true } = schema;
    if (condition !== undefined)
      waiting.push(
        ...choose([
          [condition, consequence],
          [{ not: condition }, alternative],
        ]),
      );
  }
  making.effort.left -= parts.size;
  return [...parts];
}

/** A schema that no value fits. */
const nothing: JsonObject = { enum: [] };

export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}

/** The branches that lead to the fewest other schemas: the way out of a schema that refers to itself. */
function plainest(
  branches: readonly (readonly JsonValue[])[],
  making: Making,
): readonly (readonly JsonValue[])[] {
  const counted = branches.map((branch) => countReferences(branch, making));
  const fewest = Math.min(...counted);
  return branches.filter((_, index) => counted[index] === fewest);
}

/** The references in these schemas and in what they are references to. Walks without recursion. */
function countReferences(schemas: readonly JsonValue[], making: Making): number {
  const waiting = schemas.map((schema) =>
    isObject(schema) && typeof schema['$ref'] === 'string'
      ? resolveLocal(schema['$ref'], making.root)
      : schema,
  );
  let count = 0;
  let walked = 0;
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== 'object' || value === null) continue;
    walked += 1;
    if (Object.hasOwn(value, '$ref')) count += 1;
    // One by one: there may be more of them than a call takes arguments.
    for (const held of Object.values(value)) waiting.push(held);
  }
  spend(making, walked);
  return count;
}
