import type { RecordedAnswer, RecordedEntry } from './lines.ts';
import { messageText } from './question-text.ts';
import type { Question } from './question.ts';

/** Words of a question that are looked at; who recorded a book finds its like by the beginning. */
const mostWords = 2000;

/** A letter of a script without spaces is a word: two Chinese texts would share none otherwise. */
const word =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]|[\p{L}\p{N}]+/gu;

/**
 * Finds the recorded question of a step that is most like another one. A word counts the more the fewer questions have
 * it: what a template says is in all of them, what a record says finds its own again after the template was edited. The
 * index of a step is made when it is first asked for: runs without a miss need none.
 */
export function createNearest(
  entries: readonly RecordedEntry[],
): (step: string, question: Question) => RecordedAnswer | undefined {
  const ofSteps = new Map<string, StepIndex>();
  return (step, question) => {
    const known = ofSteps.get(step);
    if (known !== undefined) return known(question);
    const ofStep = entries.filter((entry) => entry.type === 'answer' && entry.step === step);
    const index = indexOf(ofStep as readonly RecordedAnswer[]);
    ofSteps.set(step, index);
    return index(question);
  };
}

type StepIndex = (question: Question) => RecordedAnswer | undefined;

function indexOf(answers: readonly RecordedAnswer[]): StepIndex {
  /** For each word, the answers whose question has it, by their number. */
  const places = new Map<string, number[]>();
  const words = answers.map(({ question }, at) => {
    const found = wordsOf(question);
    for (const one of found) {
      const held = places.get(one);
      if (held === undefined) places.set(one, [at]);
      else held.push(at);
    }
    return found;
  });
  const weightOf = (one: string) => Math.log((answers.length + 1) / (places.get(one)?.length ?? 1));
  const weights = words.map((found) => sum([...found].map(weightOf)));
  const turns = answers.map(({ question }) => question.messages.length);

  return (question) => {
    const asked = [...wordsOf(question)].filter((one) => places.has(one));
    const shared = new Float64Array(answers.length);
    for (const one of asked) {
      const weight = weightOf(one);
      // What nearly all have tells nothing apart, and would be most of the work.
      if (weight < 0.1) continue;
      for (const at of places.get(one) ?? []) shared[at] = (shared[at] ?? 0) + weight;
    }
    const whole = sum(asked.map(weightOf));
    let best: number | undefined;
    let most = -1;
    for (const at of answers.keys()) {
      const likeness = (shared[at] ?? 0) / ((weights[at] ?? 0) + whole + 1);
      // A round of repairs has the words of the first question and more: of as many turns comes first.
      const score = turns[at] === question.messages.length ? likeness + 1 : likeness;
      if (score > most) [best, most] = [at, score];
    }
    return best === undefined ? undefined : answers[best];
  };
}

function wordsOf({ messages }: Question): ReadonlySet<string> {
  const words = new Set<string>();
  for (const message of messages) {
    for (const [found] of messageText(message).toLowerCase().matchAll(word)) {
      words.add(found);
      if (words.size === mostWords) return words;
    }
  }
  return words;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
