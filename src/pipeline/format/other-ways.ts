import type { Pointer } from '../../json/json.ts';
import type { Form } from './key-places.ts';
import { isStep } from './other-kinds.ts';
import type { OtherWay } from './other-way.ts';
import { plainWord } from './other-words.ts';
import { pipelineWays } from './pipeline-ways.ts';
import { testWays } from './test-ways.ts';

const ways = { ...pipelineWays, ...testWays };

type Part = keyof typeof ways;

/** How pipe does what this key would do in another tool. */
export function otherWay(key: string, place: Pointer, form: Form): OtherWay | undefined {
  const part = partAt(place, form);
  return part === undefined ? undefined : otherWayIn(part, key);
}

export function otherWayIn(part: Part, word: string): OtherWay | undefined {
  const plain = plainWord(word);
  return ways[part].find(({ words }) => words.some((other) => plainWord(other) === plain));
}

function partAt(place: Pointer, form: Form): Part | undefined {
  if (place.length === 0) return form === 'tests' ? 'tests' : 'file';
  if (place.at(-1) === 'model') return 'model';
  if (place.at(-1) === 'judge') return 'judge';
  if (isStep(place)) return 'step';
  if (place.at(-2) === 'assert') return 'assertion';
  return place.at(-2) === 'tests' ? 'test' : undefined;
}
