import type { JsonObject, JsonValue } from '../json/json.ts';

/** A pipeline on its way to be written. */
export interface PipelineDraft {
  readonly name: string;
  readonly description?: string;
  /** What it came from, for the comment at its head. */
  readonly origin: string;
  readonly vars: ReadonlyMap<string, JsonValue>;
  readonly fields: ReadonlyMap<string, FieldDraft>;
  readonly model: ModelDraft;
  readonly limits?: JsonObject;
  readonly steps: readonly StepDraft[];
  /** Absent: the record's fields, and one field a step. */
  readonly output?: ReadonlyMap<string, string>;
}

/** A field of a record. */
export interface FieldDraft {
  readonly schema: JsonObject;
  readonly required: boolean;
  /** Stands behind it. */
  readonly comment?: string;
}

export interface ModelDraft {
  readonly keys: JsonObject;
  /** Lines that stand below its keys. */
  readonly comments: readonly string[];
}

export interface StepDraft {
  readonly id: string;
  readonly comments: readonly string[];
  readonly when?: string;
  readonly turns: readonly Turn[];
  /** Keys that differ from the pipeline's model. */
  readonly model?: JsonObject;
  /** Of a structured answer. */
  readonly structured?: {
    readonly method: 'json_schema' | 'json_mode';
    readonly strict?: true;
    readonly schema: JsonObject;
  };
}

/** One message. Its texts are templates. */
export interface Turn {
  readonly role: 'system' | 'user' | 'assistant';
  readonly parts: readonly Part[];
}

export type Part = { readonly text: string } | { readonly image: string };
