import type { Location } from './diagnostic/diagnostic.ts';
import type { JsonObject, JsonSchema, JsonValue } from './json/json.ts';
import type { ModelSettings, RetryPolicy } from './models/contract.ts';
import type { StepProgram } from './steps/step.ts';
import type { Template } from './template/template.ts';
import type { PriceTable } from './usage/prices.ts';

/**
 * A checked, compiled pipeline: immutable, and all that what runs may know of the file. Only pipeline/ makes one, so
 * whoever holds a Plan holds a pipeline without a mistake.
 */
export interface Plan {
  readonly name: string;
  readonly description?: string;
  /** Every file the plan was made of (the pipeline first, then partials and schemas), with the sha256 of its bytes. */
  readonly files: readonly PlanFile[];
  readonly vars: JsonObject;
  readonly input: PlanInput;
  /** In an order in which each step comes after those it depends on. */
  readonly steps: readonly PlanStep[];
  /** Absent: the record's fields, then one field a step. */
  readonly output?: OutputNode;
  readonly retry: PlanRetry;
  readonly limits: PlanLimits;
  readonly budget: PlanBudget;
  readonly fail: { readonly error_rate: number };
  readonly prices: PriceTable;
  /** The flags that change the file for this run, as given, for run.json. */
  readonly overrides: readonly string[];
  /** What `output` reads of a record; absent where no file says, or there is none. */
  readonly output_reads?: RecordReads;
}

/** What templates read of a record. */
export interface RecordReads {
  /** Names of fields, each once. */
  readonly fields: readonly string[];
  /** Whether something reads the record as a whole, whatever its fields are. */
  readonly whole: boolean;
}

export interface PlanRetry extends RetryPolicy {
  /** How long a model may answer nothing but errors before the run stops, in milliseconds. */
  readonly outage: number;
}

/** `concurrency` is of all calls together; the others hold for each model by itself, over all steps that ask it. */
export interface PlanLimits {
  readonly concurrency: number;
  readonly requests_per_second?: number;
  readonly requests_per_minute?: number;
  readonly tokens_per_minute?: number;
}

/** What a run with all its resumes may use at most; absent: no bound. */
export interface PlanBudget {
  /** US dollars. */
  readonly usd?: number;
  /** Of input and output together. */
  readonly tokens?: number;
}

/** Sections of the file that say how a run is done, so that a resume may change them. All others say what is asked, or what becomes of it. */
export const resumableSections = ['limits', 'budget', 'retry', 'fail', 'cache', 'prices'] as const;

export interface PlanFile {
  /** Absolute. */
  readonly path: string;
  readonly sha256: string;
}

export interface PlanInput {
  /** The field that names a record; absent: a hash of its content. */
  readonly key?: string;
  /** False, absent, null or "": the record is skipped. */
  readonly when?: Template;
  /** What `when` reads of a record; absent where no file says, or there is none. */
  readonly when_reads?: RecordReads;
  readonly schema?: JsonSchema;
  /** Says what is wrong with a record, a sentence a mistake; empty when it is valid. */
  validate(record: JsonObject): readonly string[];
}

export interface PlanStep {
  readonly id: string;
  readonly type: string;
  /** Ids of the steps whose end this one awaits, skipped ones included. */
  readonly after: readonly string[];
  readonly when?: Template;
  /** The steps that `when` reads; absent where no file says. */
  readonly when_reads?: readonly string[];
  readonly model: ModelSettings;
  /** Whether its answers come as streams. */
  readonly stream: boolean;
  /** Whether an answer may come from the cache, and is kept there. */
  readonly cache: boolean;
  /** The longest answer that the model may write, in tokens; null where nothing bounds it. */
  readonly max_output_tokens: number | null;
  /** What its prompt is made of (templates, partials, the variables that they read), as a hash; absent where no file says. */
  readonly prompt_hash?: string;
  /** How often its templates read each earlier step; absent where no file says. */
  readonly reads?: { readonly [step: string]: number };
  /** What its `when` and its templates read of a record; absent where no file says. */
  readonly record_reads?: RecordReads;
  readonly program: StepProgram;
  /** Where the step stands in the pipeline file; absent where it is of none. */
  readonly place?: Location;
}

/** The shape of one result row: a template at each leaf. */
export type OutputNode =
  | { readonly kind: 'template'; readonly template: Template }
  | { readonly kind: 'constant'; readonly value: JsonValue }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [string, OutputNode])[] }
  | { readonly kind: 'array'; readonly items: readonly OutputNode[] };
