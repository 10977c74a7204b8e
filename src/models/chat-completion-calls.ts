import { isObject } from '../json/json.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';
import { success } from '../result.ts';
import type { Result } from '../result.ts';
import { malformed } from './answer-parts.ts';
import type { AnswerProblem } from './answer-parts.ts';
import { readCallId } from './call-ids.ts';
import { argumentsText } from './tool-arguments.ts';

/** Tool calls that come in pieces. */
export interface JoinedCalls {
  /** Adds the pieces of one delta. Gives the names of the tools whose calls begin with them. */
  add(pieces: JsonValue | undefined): Result<readonly string[], AnswerProblem>;
  /** As they would stand in a message that came whole. */
  whole(): readonly JsonObject[];
}

interface JoinedCall {
  readonly index: number | null;
  id: string | null;
  name: string | null;
  /** Null until some come. */
  arguments: string | null;
}

export function joinCalls(): JoinedCalls {
  const calls: JoinedCall[] = [];
  /** The last that was begun with an index. A stream may hold more calls than could be looked through at each piece. */
  const byIndex = new Map<number, JoinedCall>();
  /** The first that has an id. */
  const byId = new Map<string, JoinedCall>();

  function add(piece: JsonValue): Result<string | null, AnswerProblem> {
    if (!isObject(piece)) return malformed('with a tool call that is no object');
    const called = isObject(piece['function']) ? piece['function'] : {};
    const index = typeof piece['index'] === 'number' ? piece['index'] : null;
    const id = readCallId(piece);
    const name = typeof called['name'] === 'string' && called['name'] !== '' ? called['name'] : null;
    const text = argumentsText(called['arguments']);
    if (!text.ok) return malformed(`with arguments of a tool call that are ${text.error}`);

    let call = continued({ index, id, name });
    if (call === undefined) {
      call = { index, id, name: null, arguments: null };
      calls.push(call);
      if (index !== null) byIndex.set(index, call);
    }
    call.id ??= id;
    if (call.id !== null && !byId.has(call.id)) byId.set(call.id, call);
    if (text.value !== null) call.arguments = (call.arguments ?? '') + text.value;
    // Some servers repeat the name with every piece.
    if (call.name !== null || name === null) return success(null);
    call.name = name;
    return success(name);
  }

  /**
   * The call that a piece goes on with; undefined where it begins another. Pieces of a call have its index. A server that
   * gives all calls the same index tells them apart by id and name; one that gives none, by id, or else a name begins a
   * call and what has none goes on with the last.
   */
  function continued({ index, id, name }: Omit<JoinedCall, 'arguments'>): JoinedCall | undefined {
    if (index === null) {
      if (id !== null) return byId.get(id);
      return name === null ? calls.at(-1) : undefined;
    }
    const call = byIndex.get(index);
    const another = id !== null && name !== null && call !== undefined && call.id !== null && call.id !== id;
    return another ? undefined : call;
  }

  return {
    add(pieces) {
      if (pieces === undefined || pieces === null) return success([]);
      if (!Array.isArray(pieces)) return malformed('with tool calls that are no list');
      const names: string[] = [];
      for (const piece of pieces as readonly JsonValue[]) {
        const name = add(piece);
        if (!name.ok) return name;
        if (name.value !== null) names.push(name.value);
      }
      return success(names);
    },
    whole: () => calls.map(({ id, name, arguments: text }) => ({ id, function: { name, arguments: text } })),
  };
}
