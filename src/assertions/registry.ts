import type { AssertionKind } from './assertion.ts';
import { contains } from './contains.ts';
import { equals } from './equals.ts';
import { jsonSchema } from './json-schema.ts';
import { judge } from './judge.ts';
import { matches } from './matches.ts';
import { maxCostUsd } from './max-cost-usd.ts';
import { maxLength } from './max-length.ts';
import { maxTokens } from './max-tokens.ts';
import { minLength } from './min-length.ts';
import { notContains } from './not-contains.ts';
import { oneOf } from './one-of.ts';
import { similarity } from './similarity.ts';

/** Every kind of assertion by its key in the file. A new one is a file beside equals.ts and a line here. */
export const assertionKinds: ReadonlyMap<string, AssertionKind> = new Map(
  [
    equals,
    contains,
    notContains,
    matches,
    oneOf,
    jsonSchema,
    minLength,
    maxLength,
    similarity,
    maxTokens,
    maxCostUsd,
    judge,
  ].map((assertion) => [assertion.kind, assertion]),
);
