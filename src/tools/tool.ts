import type { JsonObject, JsonSchema, JsonValue, Pointer } from '../json/json.ts';
import type { Result } from '../result.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import type { Scope } from '../template/template.ts';
import type { Shared } from './shared.ts';

/** A tool kind: one value of the registry, its spec and its behaviour in one file. */
export interface ToolKind {
  /** The key of the tool that names the kind and holds what it runs: `command`, `module`, `http`. */
  readonly kind: string;
  /** One sentence for the format reference and the editor. */
  readonly description: string;
  /** The keys of a tool of this kind, the one that names it among them, as `properties` of a JSON Schema. */
  readonly properties: { readonly [name: string]: JsonObject };
  /** Called with a tool's spec that has passed the schema; `builder`'s pointers are below the tool. */
  compile(spec: JsonObject, builder: ToolKindBuilder): Promise<ToolProgram>;
}

/** A mistake of the file, at a pointer below what is being compiled. */
export interface SpecMistake {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly pointer: Pointer;
  readonly part?: 'key' | 'value';
  readonly severity?: 'error' | 'warning';
}

/** What a template may read beside `input`, `vars` and `steps`. */
export interface TemplateReads {
  /** `args`: the arguments of a tool call, of this schema. */
  readonly args?: JsonSchema;
  /** `env.NAME`: environment variables, for a tool's http headers alone. */
  readonly env?: boolean;
}

/** A JSON Schema of the user's own that nothing is wrong with. */
export interface ValueSchema {
  /** Complete in itself: every `$ref` in it begins with `#`. */
  readonly schema: JsonSchema;
  /** What is wrong with a value, a sentence a mistake; empty when it is valid. */
  readonly validate: (value: JsonValue) => readonly string[];
}

/** What a step type or tool kind is given while the file is compiled. Mistakes are reported, not thrown. */
export interface ToolBuilder {
  /** The folder of the pipeline file, absolute: what paths in it are relative to. */
  readonly folder: string;
  /** Compiles the text at this pointer; its references are checked and order the steps. */
  template(pointer: Pointer, reads?: TemplateReads): CompiledTemplate;
  /** Compiles the JSON Schema at this pointer, inline or a path; undefined when something is wrong with it. */
  schema(pointer: Pointer): Promise<ValueSchema | undefined>;
  /**
   * The absolute path of the file that the text at this pointer names; undefined, and reported, where there is none.
   * `severity`: of that mistake, if it is not an error.
   */
  file(pointer: Pointer, severity?: 'error' | 'warning'): Promise<string | undefined>;
  report(mistake: SpecMistake): void;
}

/** What a tool kind is given beside what a step type is. */
export interface ToolKindBuilder extends ToolBuilder {
  /** The schema of the tool's arguments; `true` where it is not known, because something is wrong with it. */
  readonly parameters: JsonSchema;
  /** Names of the environment variables that hold a provider's key: no tool may be given one. */
  readonly provider_keys: ReadonlySet<string>;
}

/** A compiled tool. */
export interface ToolProgram {
  /** Names of the environment variables whose values it reads; each must be set when a run begins. */
  readonly env: readonly string[];
  /** Those of them whose values must not be empty either. */
  readonly filled?: readonly string[];
  /**
   * Why the tool could not be run at all, whatever it is called with, as far as that can be known; undefined where
   * nothing speaks against it. To be asked before a run, whose services it gets; it changes nothing outside.
   */
  prepare?(services: ToolServices): Promise<ToolError | undefined>;
  /** The same as far as it is known while nothing of the tool is executed; absent where nothing is. */
  look?(services: Pick<ToolServices, 'env'>): Promise<ToolError | undefined>;
  /** Runs the tool for arguments that its `parameters` allow. Nothing is thrown for what a tool does. */
  run(call: ToolArguments, services: ToolServices): Promise<ToolOutcome>;
}

export interface ToolArguments {
  readonly arguments: JsonObject;
  /** The scope of the step's templates. */
  readonly scope: Scope;
}

export interface ToolServices {
  /** Ends the tool at once when it aborts. */
  readonly signal: AbortSignal;
  readonly env: { readonly [name: string]: string | undefined };
  readonly shared: Shared;
}

/** A tool's result is data: it is told to the model and to templates, never executed and never read as a template. */
export type ToolOutcome = Result<JsonValue, ToolError>;

export interface ToolError {
  readonly code:
    | 'unknown_tool' // the model called a tool that there is not
    | 'bad_arguments' // arguments that are no JSON, or that `parameters` does not allow
    | 'too_many_calls' // a call beyond those of one answer that are run
    | 'not_started' // the tool cannot be run at all
    | 'tool_failed' // an exit code, a status, an exception
    | 'timed_out'
    | 'too_large' // more output than is read
    | 'malformed' // a result that is no text or JSON
    | 'replay_miss' // a run that is answered by recordings made a call that none of them has
    | 'aborted';
  /** One sentence for the model and for people, bounded. */
  readonly message: string;
  /** Whether the model could do nothing about it: the record fails whatever `on_error` says. */
  readonly fatal?: boolean;
}
