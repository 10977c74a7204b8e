import type { AssertionKind, Judge } from '../assertions/assertion.ts';
import type { Location } from '../diagnostic/diagnostic.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import type { OutputNode, Plan } from '../plan.ts';
import type { TestPath } from './path.ts';
import type { ExpectedOutcome } from './scope.ts';

/** The tests of one pipeline, checked and compiled: immutable, made by load.ts alone. */
export interface TestSuite {
  /** Of the pipeline, absolute. */
  readonly path: string;
  readonly plan: Plan;
  /** Where its answers are recorded, absolute; the file need not be there. */
  readonly recording: string;
  /** In the order of the files: those of the pipeline itself come first. */
  readonly tests: readonly PlannedTest[];
  /** The runs that they ask for. */
  readonly variants: readonly Variant[];
  /** By the `model` that an assertion names, as JSON: the pipeline that asks it for a verdict. */
  readonly graders: ReadonlyMap<string, Plan>;
  /** Every file that the tests are made of, the pipeline's own included, absolute. */
  readonly files: readonly string[];
}

/** Tests that one run can hold: with the same variables and mocks, over files of the same folder. */
export interface Variant {
  readonly id: string;
  /** The pipeline, with these variables and mocks. */
  readonly plan: Plan;
  /** The steps whose output the mocks give. */
  readonly mocked: readonly string[];
  /** Where the paths of images begin. */
  readonly folder: string;
}

export interface PlannedTest {
  readonly name: string;
  /** Of the test in its file. */
  readonly place: Location;
  /** Of what it runs with: the `input`, or the path of its rows. */
  readonly given: Location;
  /** Of `input.when` in the pipeline; absent where it has none. */
  readonly when?: Location;
  readonly variant: Variant;
  readonly records: readonly TestRecord[];
  /** Whether the records are the rows of a file. */
  readonly isTable: boolean;
  /** Each of them will do; at least one. */
  readonly outcomes: readonly ExpectedOutcome[];
  /** The code of the error, where one is expected. */
  readonly error?: string;
  readonly assertions: readonly PlannedAssertion[];
  readonly classification?: PlannedClassification;
}

export interface TestRecord {
  readonly value: JsonObject;
  /** For people: where the row stands, as `rows.csv:3`. Absent for an `input`. */
  readonly row?: string;
}

export interface PlannedAssertion {
  readonly kind: AssertionKind;
  /** Of what is expected, in its file. */
  readonly place: Location;
  readonly path: TestPath;
  /** What is expected, as it stands there. */
  readonly spec: JsonValue;
  /** The same, its templates still to be filled in. */
  readonly expected: OutputNode;
  readonly judge: Judge;
}

export interface PlannedClassification {
  /** A field of the record. */
  readonly label: string;
  readonly prediction: TestPath;
  readonly thresholds: readonly Threshold[];
}

/** A share from 0 to 1 that must be reached. */
export interface Threshold {
  /** Of the number in its file. */
  readonly place: Location;
  readonly measure: 'accuracy' | 'precision' | 'recall' | 'f1';
  /** The class that it is of; absent: of all records, or of the mean of the classes. */
  readonly of?: string;
  readonly at_least: number;
}
