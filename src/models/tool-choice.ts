/** What a request's `tool_choice` can say beside the name of a tool. */
export const choiceWords: readonly string[] = ['auto', 'any', 'none', 'required'];
