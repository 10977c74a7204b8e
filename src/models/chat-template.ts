/**
 * Tokens that a chat takes beside its texts, as Mistral's template of system, user, assistant and tool turns lays it out
 * (mistral-common, version 7). Other providers' differ by a few tokens a turn.
 */
export const templateTokens = {
  /** Where the conversation begins. */
  begin: 1,
  /** Around a turn of each role. */
  turn: { system: 2, user: 2, assistant: 1, tool: 2 },
  /** Around the list of tools, and before the calls of an answer. */
  tools: 2,
  calls: 1,
} as const;

/**
 * What an image is reckoned as: providers count by its width and height, from some dozen tokens to a few thousand.
 */
export const imageTokens = { min: 64, expected: 512, max: 4200 } as const;
