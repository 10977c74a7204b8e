import type { JsonObject } from '../json/json.ts';
import type { Message } from './contract.ts';

/**
 * A conversation for a wire on which system messages stand apart and the results of tools that were called side by side
 * are one turn.
 */
export function wireTurns(
  messages: readonly Message[],
  wire: {
    /** A message of the user or of the assistant. */
    turn(message: Message): JsonObject;
    result(message: Message): JsonObject;
    /** The turn with the results of tools. */
    results(results: readonly JsonObject[]): JsonObject;
  },
): readonly JsonObject[] {
  const turns: JsonObject[] = [];
  let results: JsonObject[] | undefined;
  for (const message of messages) {
    if (message.role === 'system') continue;
    if (message.role !== 'tool') {
      results = undefined;
      turns.push(wire.turn(message));
    } else if (results !== undefined) results.push(wire.result(message));
    else {
      results = [wire.result(message)];
      turns.push(wire.results(results));
    }
  }
  return turns;
}
