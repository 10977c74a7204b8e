import type { Pointer, JsonObject, JsonSchema, JsonValue } from '../json/json.ts';
import type { CallError, CallErrorCode, CallOutcome, ModelRequest, ToolCall } from '../models/contract.ts';
import type { Result } from '../result.ts';
import type { Scope, Template } from '../template/template.ts';
import type { Usage } from '../usage/usage.ts';

/** A step type: one value of the registry, its spec and its behaviour in one file. */
export interface StepType {
  readonly type: string;
  /** One sentence for the format reference and the editor. */
  readonly description: string;
  /** The step's own keys, as `properties` of a JSON Schema with descriptions; `type`, `when`, `needs`, `model` are everyone's. */
  readonly properties: { readonly [name: string]: JsonObject };
  readonly required?: readonly string[];
  /** Other keywords of the step's schema, such as `oneOf` over its keys. */
  readonly schema?: JsonObject;
  /** Called with a spec that has passed the schema. */
  compile(spec: JsonObject, builder: StepBuilder): StepProgram;
}

/** What a step type is given while the file is compiled. Mistakes are reported, not thrown: all are told at once. */
export interface StepBuilder {
  readonly id: string;
  /** Compiles the text at this pointer below the step; its references are checked and order the steps. */
  template(pointer: Pointer): Template;
  report(mistake: {
    readonly code: string;
    readonly message: string;
    readonly hint?: string;
    readonly pointer: Pointer;
    readonly part?: 'key' | 'value';
    readonly severity?: 'error' | 'warning';
  }): void;
}

/** A compiled step. */
export interface StepProgram {
  /** The type of `steps.<id>.output`, for the static check of later references. */
  readonly output: JsonSchema;
  /** The first request of the step for this scope, exactly as `execute` would send it. */
  render(scope: Scope): Result<ModelRequest, StepError>;
  /** Runs the step for one record; every model call goes through `call`. */
  execute(scope: Scope, services: StepServices): Promise<Result<StepValue, StepError>>;
}

export interface StepServices {
  readonly call: (request: ModelRequest) => Promise<CallOutcome>;
  readonly signal: AbortSignal;
}

/** What later templates read as `steps.<id>`. */
export interface StepValue {
  readonly output: JsonValue;
  readonly tool_calls: readonly ToolCall[];
  readonly finish_reason: string | null;
  readonly usage: Usage;
}

/** Why a record failed in a step; a line of errors.jsonl is made of it. */
export interface StepError extends Omit<CallError, 'code'> {
  readonly code: CallErrorCode | 'absent_path' | 'bad_argument' | 'empty_prompt';
}
