import { text } from 'node:stream/consumers';

// {"date": "2026-11-22"} on stdin, {"weekday": "Sunday"} on stdout.
const { date } = JSON.parse(await text(process.stdin));
const weekday = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(new Date(date));
process.stdout.write(JSON.stringify({ date, weekday }));
