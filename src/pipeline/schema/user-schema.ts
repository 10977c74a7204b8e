import type { Location } from '../../diagnostic/diagnostic.ts';
import type { JsonSchema, JsonValue } from '../../json/json.ts';
import { bundle } from './bundle.ts';
import type { Workspace } from '../workspace.ts';
import { compileCheck, type CheckUse } from './check-value.ts';
import { collectDocuments } from './documents.ts';
import { warnOfOpenObjects } from './strict.ts';

/** A schema of the user's own that nothing is wrong with. */
export interface UserSchema {
  /** Complete in itself: every `$ref` in it begins with `#`. */
  readonly schema: JsonSchema;
  /** The files that it stands in, absolute. */
  readonly files: readonly string[];
  /** What is wrong with a value, a sentence a mistake; empty when it is valid. */
  readonly validate: (value: JsonValue) => readonly string[];
}

export interface SchemaUse extends CheckUse {
  /** Whether a model is to be held to it token by token. */
  readonly strict?: boolean;
}

/**
 * Compiles the schema that stands at this place of a pipeline: an object, or the path of a file relative to it.
 * Undefined when something is wrong with it, which has been reported then.
 */
export async function compileUserSchema(
  held: JsonValue,
  place: Location,
  workspace: Workspace,
  { strict = false, ...check }: SchemaUse = {},
): Promise<UserSchema | undefined> {
  const documents = await collectDocuments(held, place, workspace);
  const [main] = documents ?? [];
  if (documents === undefined || main === undefined) return undefined;
  if (strict) warnOfOpenObjects(documents, workspace.report);
  const schema = bundle(documents);
  try {
    const validate = await compileCheck(schema, main.draft, check);
    return { schema, files: documents.map(({ path }) => path), validate };
  } catch (error) {
    const reason = error instanceof RangeError ? endless : (error as Error).message;
    workspace.report.add({
      severity: 'error',
      code: 'invalid-schema',
      message: `the schema cannot be used: ${reason}`,
      place,
    });
    return undefined;
  }
}

const endless = 'a `$ref` in it leads back to itself without a step into the value';
