import type { Location } from '../diagnostic/diagnostic.ts';
import type { JsonObject, JsonSchema, JsonValue } from '../json/json.ts';
import type { CallError, CallErrorCode, CallOutcome, ModelRequest } from '../models/contract.ts';
import type { Result } from '../result.ts';
import type { Scope } from '../template/template.ts';
import type { ToolBuilder, ToolError, ToolOutcome, ToolServices } from '../tools/tool.ts';
import type { Usage } from '../usage/usage.ts';

/** A step type: one value of the registry, its spec and its behaviour in one file. */
export interface StepType {
  readonly type: string;
  /** One sentence for the format reference and the editor. */
  readonly description: string;
  /** The step's own keys, as `properties` of a JSON Schema with descriptions; `type`, `when`, `needs`, `stream`, `model` are everyone's. */
  readonly properties: { readonly [name: string]: JsonObject };
  readonly required?: readonly string[];
  /** Other keywords of the step's schema, such as `oneOf` over its keys. */
  readonly schema?: JsonObject;
  /** Called with a spec that has passed the schema. */
  compile(spec: JsonObject, builder: StepBuilder): Promise<StepProgram>;
}

/** What a step type is given while the file is compiled; pointers are below the step. All mistakes are told at once. */
export interface StepBuilder extends ToolBuilder {
  readonly id: string;
  /** Names of the environment variables that hold a provider's key, whether or not this step asks that provider. */
  readonly provider_keys: ReadonlySet<string>;
}

/** A compiled step. */
export interface StepProgram {
  /** The type of `steps.<id>.output`, for the static check of later references. */
  readonly output: JsonSchema;
  /** The type of `steps.<id>.tool_calls`; absent: the step calls no tools, and the name leads to nothing. */
  readonly tool_calls?: JsonSchema;
  /** Names of the environment variables that its tools read. */
  readonly env?: readonly string[];
  /** Those of them whose values must not be empty either. */
  readonly filled?: readonly string[];
  /** The tools that could not be run at all. To be asked before a run, whose services they get. */
  prepare?(services: ToolServices): Promise<readonly UnreadyTool[]>;
  /** What is known of each of its tools while nothing of them is executed, in the order of the file. */
  look?(services: Pick<ToolServices, 'env'>): Promise<readonly SeenTool[]>;
  /** What can be told of its calls before a run; absent where that is nothing. */
  readonly outlook?: StepOutlook;
  /** The first request of the step for this scope, exactly as `execute` would send it. */
  render(scope: Scope): Result<ModelRequest, StepError>;
  /** Runs the step for one record; every model call goes through `call`, every tool call through `tool`. */
  execute(scope: Scope, services: StepServices): Promise<Result<StepValue, StepError>>;
}

/** What an estimate may reckon with. */
export interface StepOutlook {
  /** The calls of the model that it makes for one record at most, repeated attempts not counted; at least it makes one. */
  readonly most_calls: number;
  /** Whether tools answer between its calls, whose results nobody knows beforehand. */
  readonly runs_tools: boolean;
  /** The first request as far as this scope tells it: what is not there yet reads as nothing. Never sent. */
  sketch(scope: Scope): ModelRequest;
}

export interface UnreadyTool {
  /** Its name in the step. */
  readonly tool: string;
  readonly error: ToolError;
}

export type SeenTool =
  | { readonly kind: 'found' | 'unknown'; readonly tool: string }
  | ({ readonly kind: 'unready' } & UnreadyTool);

export interface StepServices {
  readonly call: (request: ModelRequest) => Promise<CallOutcome>;
  readonly tool: (call: ToolInvocation) => Promise<ToolOutcome>;
  readonly signal: AbortSignal;
}

/** One tool call of a model, counted and journaled whether or not it could be run. */
export interface ToolInvocation {
  readonly id: string;
  readonly name: string;
  /** As the model wrote them: an object, or the text that could not be read as one. */
  readonly arguments: JsonValue;
  /** Null where the model named no tool of the step. */
  readonly identity: ToolIdentity | null;
  run(services: ToolServices): Promise<ToolOutcome>;
}

/** What a tool does, so that the result of one that has changed since is not taken for its own. */
export interface ToolIdentity {
  /** The tool's keys, without what the model alone is told. */
  readonly spec: JsonObject;
  /** Absolute paths of the files that it is made of. */
  readonly files: readonly string[];
}

/** What later templates read as `steps.<id>`. */
export interface StepValue {
  readonly output: JsonValue;
  readonly tool_calls: readonly ToolCallResult[];
  readonly finish_reason: string | null;
  /** Of all calls that the step made. */
  readonly usage: Usage;
}

/** A tool call and what came of it: either `result` or `error`, neither where it was only collected. */
export interface ToolCallResult extends JsonObject {
  readonly id: string;
  readonly name: string;
  readonly arguments: JsonValue;
  readonly result: JsonValue;
  readonly error: string | null;
}

/**
 * Why a step itself fails, and what is at fault: its `input`, by which it fails again; the model's last `answer` in it,
 * which is asked for anew when the record is run again; or `tools`, which are then run again.
 */
export const stepFailures = {
  absent_path: 'input',
  bad_argument: 'input',
  empty_prompt: 'input',
  refused_answer: 'answer', // the model would not answer
  cut_answer: 'answer', // it reached max_tokens before its end
  invalid_json: 'answer', // no JSON, also after what could be repaired
  schema_mismatch: 'answer', // JSON that the schema does not allow
  inexact_number: 'answer', // a number with more digits than can be kept
  no_tool_call: 'answer', // text where a call was asked for
  wrong_tool: 'answer', // a call of another tool, or of one that there is not
  bad_tool_arguments: 'answer', // arguments that are no JSON object, or that the tool does not allow
  too_many_calls: 'answer', // more calls in one answer than are run
  max_rounds: 'answer', // the model still called tools when it had no round left
  tool_failed: 'tools', // `on_error: fail`, or a tool that cannot be run
} as const;

/** Whether the step itself has failed, and not a call of the model. */
export function isStepFailure(code: string): code is keyof typeof stepFailures {
  return Object.hasOwn(stepFailures, code);
}

export type StepErrorCode = CallErrorCode | keyof typeof stepFailures;

/** Why a record failed in a step; a line of errors.jsonl is made of it. */
export interface StepError extends Omit<CallError, 'code'> {
  readonly code: StepErrorCode;
  /**
   * Of the step's last call: the attempts that failed, 429s not counted; of a call that was answered, the HTTP requests
   * that it took, 429s included, since an answer does not tell them apart. 0 where nothing was sent.
   */
  readonly attempts: number;
  /** What of a file is at fault; no part of what is kept of a record. */
  readonly place?: Location;
}
