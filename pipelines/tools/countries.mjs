import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

// GET /countries/FR answers with what countries.json has for FR. A first argument is the port.
const countries = JSON.parse(readFileSync(new URL('countries.json', import.meta.url), 'utf8'));
const port = Number(process.argv[2] ?? 4810);

createServer((request, response) => {
  const code = request.url?.match(/^\/countries\/([A-Z]{2})$/)?.[1];
  const country = code !== undefined && Object.hasOwn(countries, code) ? countries[code] : undefined;
  response.writeHead(country === undefined ? 404 : 200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(country ?? { error: 'there is no such country here' }));
}).listen(port, '127.0.0.1', function () {
  process.stdout.write(`http://127.0.0.1:${this.address().port}/countries/FR\n`);
});
