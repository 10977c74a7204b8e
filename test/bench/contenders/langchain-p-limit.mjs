// How people call LangChain for many rows: stock ChatMistralAI, one `invoke` a row, as many at a time as p-limit lets.
import { readFileSync, writeFileSync } from 'node:fs';
import { HumanMessage, SystemMessage } from '@langchain/core/messages';
import { ChatMistralAI } from '@langchain/mistralai';
import pLimit from 'p-limit';

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
const limit = pLimit(Number(concurrency));
const results = await Promise.all(
  rows.map((row, index) =>
    limit(async () => {
      const message = await model.invoke([
        new SystemMessage('You are a helpful assistant that translates English to French.'),
        new HumanMessage(row.input),
      ]);
      return JSON.stringify({ index, key: row.id, output: message.content });
    }),
  ),
);
writeFileSync(output, `${results.join('\n')}\n`);
