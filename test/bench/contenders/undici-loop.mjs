// The floor: read the rows, post each body over one Pool, write the texts. No checking, no retries, no accounting.
import { readFileSync, writeFileSync } from 'node:fs';
import { Pool } from 'undici';

const [url, input, output, concurrency] = process.argv.slice(2);
const rows = readFileSync(input, 'utf8').trimEnd().split('\n');
const pool = new Pool(url, { connections: Number(concurrency) });
const results = Array.from({ length: rows.length });
const authorization = `Bearer ${process.env['MISTRAL_API_KEY']}`;
let next = 0;

async function worker() {
  while (next < rows.length) {
    const index = next++;
    const row = JSON.parse(rows[index]);
    const { body } = await pool.request({
      path: '/v1/chat/completions',
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization },
      body: JSON.stringify({
        model: 'mistral-small-latest',
        temperature: 0,
        messages: [
          { role: 'system', content: 'You are a helpful assistant that translates English to French.' },
          { role: 'user', content: row.input },
        ],
      }),
    });
    const answer = JSON.parse(await body.text());
    results[index] = JSON.stringify({ index, key: row.id, output: answer.choices[0].message.content });
  }
}

await Promise.all(Array.from({ length: Number(concurrency) }, worker));
writeFileSync(output, `${results.join('\n')}\n`);
await pool.close();
