// LangChain's own way: a prompt template piped to ChatMistralAI, `.batch` with maxConcurrency.
import { readFileSync, writeFileSync } from 'node:fs';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { ChatMistralAI } from '@langchain/mistralai';

const [url, input, output, concurrency] = process.argv.slice(2);
const rows = readFileSync(input, 'utf8')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));
const model = new ChatMistralAI({
  model: 'mistral-small-latest',
  temperature: 0,
  apiKey: process.env['MISTRAL_API_KEY'],
  serverURL: url,
  maxRetries: 2,
});
const prompt = ChatPromptTemplate.fromMessages([
  ['system', 'You are a helpful assistant that translates {input_language} to {output_language}.'],
  ['human', '{input}'],
]);
const messages = await prompt.pipe(model).batch(
  rows.map((row) => ({ input_language: 'English', output_language: 'French', input: row.input })),
  { maxConcurrency: Number(concurrency) },
);
const results = messages.map((message, index) =>
  JSON.stringify({ index, key: rows[index].id, output: message.content }),
);
writeFileSync(output, `${results.join('\n')}\n`);
