import type { JsonObject, JsonValue } from '../json/json.ts';
import type { Result } from '../result.ts';
import type { Usage } from '../usage/usage.ts';

/** A kind of assertion: one value of the registry, its key in a file and its judgement in one file. */
export interface AssertionKind {
  /** The key under which a test holds what is expected. */
  readonly kind: string;
  /** What may stand there, as a JSON Schema with a description. */
  readonly schema: JsonObject;
  /** `value`: what stands at the `path`, which must then be given. `usage`: what the case used, or one of its steps. */
  readonly looks_at: 'value' | 'usage';
  /** Whether texts in what is expected may be templates over the record and the variables. */
  readonly templates: boolean;
  /** Whether a model is asked, by which one: the test's own `model`, null where it names none. */
  readonly grader?: (expected: JsonValue) => JsonValue;
  /** Called with what has passed the schema. Undefined where something is wrong with it, which has been reported then. */
  compile(expected: JsonValue, builder: AssertionBuilder): Promise<Judge | undefined>;
}

/** What a kind is given while a test is compiled. */
export interface AssertionBuilder {
  /** Compiles the JSON Schema that stands under the kind's key: what is wrong with a value, a sentence a mistake. */
  schema(): Promise<((value: JsonValue) => readonly string[]) | undefined>;
  report(mistake: { readonly code: string; readonly message: string; readonly hint?: string }): void;
}

/** Judges what was answered by what is expected, whose templates have been filled in. Throws nothing, whatever it is given. */
export type Judge = (seen: Seen, expected: JsonValue, services: JudgeServices) => Verdict | Promise<Verdict>;

/** What an assertion looks at. */
export interface Seen {
  readonly value: JsonValue;
  /** Where `looks_at` is `usage`. */
  readonly usage: Usage;
}

export interface JudgeServices {
  /** Asks a model whether a text keeps to a rubric. The error is a sentence. */
  grade(question: GradeQuestion): Promise<Result<Grade, string>>;
}

export interface GradeQuestion {
  readonly rubric: string;
  readonly answer: string;
  /** As `grader` told it. */
  readonly model: JsonValue;
}

export interface Grade {
  readonly pass: boolean;
  readonly reason: string;
}

export type Verdict = { readonly pass: true } | Mismatch;

/** How what was seen is not what was expected. */
export interface Mismatch {
  readonly pass: false;
  /** What was wanted, in words that follow "expected": `to contain "parcel"`. */
  readonly expected: string;
  /** Why it failed, where what was seen does not say so by itself: `similarity is 0.62`. */
  readonly reason?: string;
  /** What came, in words that follow "got", where the value that was looked at says more than that. */
  readonly seen?: string;
  /** Whether it failed because a model gave no verdict, not by what was seen. */
  readonly unanswered?: boolean;
  /** The text that was wanted in its place, where a word diff helps. */
  readonly wanted?: string;
}

export const passed: Verdict = { pass: true };

export function mismatch(expected: string, more: Omit<Mismatch, 'pass' | 'expected'> = {}): Mismatch {
  return { pass: false, expected, ...more };
}

/** Texts beyond this are not searched: a pattern of the user's may take time by the square of their length. */
export const longestSearched = 100_000;
