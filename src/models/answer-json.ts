/**
 * Parses what a server sent, a whole answer or an event of a stream; throws as JSON.parse does. The arguments of a tool
 * call that came as an object stay the text that they were written in, as every provider's reader takes them: parsed,
 * long numbers would lose digits without a word, and of a name given twice one value. Whoever runs the tool judges them.
 */
export function parseAnswer(text: string): unknown {
  const value: unknown = JSON.parse(text);
  return objectArguments.test(text) ? JSON.parse(withArgumentsAsText(text)) : value;
}

/** As Mistral, OpenAI and Ollama, as Google, and as Anthropic name them. */
const objectArguments = /"(?:arguments|args|input)"\s*:\s*\{/;

/** A string, with what follows where it names arguments that are an object; or a brace. */
const token = /("(?:arguments|args|input)"\s*:\s*)\{|"[^"\\]*(?:\\.[^"\\]*)*"|[{}]/g;

/** Of a text that is known to be JSON. */
function withArgumentsAsText(text: string): string {
  let written = '';
  /** What is written already ends here. */
  let done = 0;
  /** Braces that are open since the arguments began; none outside of them. */
  let open = 0;
  for (const { 0: found, 1: name, index } of text.matchAll(token)) {
    if (open === 0 && name !== undefined) {
      const start = index + name.length;
      written += text.slice(done, start);
      done = start;
      open = 1;
    } else if (open > 0 && found.endsWith('{')) open += 1;
    else if (open > 0 && found === '}') {
      open -= 1;
      if (open > 0) continue;
      written += JSON.stringify(text.slice(done, index + 1));
      done = index + 1;
    }
  }
  return written + text.slice(done);
}
