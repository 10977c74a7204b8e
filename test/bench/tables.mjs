// Tables in Markdown, which a terminal shows well enough, and the places in README.md where they go.
import { readFileSync, writeFileSync } from 'node:fs';

const readme = new URL('README.md', import.meta.url);

/** `{title, columns, rows}`, all texts; the first column is to the left, the others to the right. */
export function formatTable({ title, columns, rows }) {
  const widths = columns.map((name, at) => Math.max(name.length, ...rows.map((row) => row[at].length), 3));
  const line = (cells) =>
    `| ${cells.map((cell, at) => (at === 0 ? cell.padEnd(widths[at]) : cell.padStart(widths[at]))).join(' | ')} |`;
  const rule = widths.map((width, at) => (at === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`));
  return [`**${title}**`, '', line(columns), line(rule), ...rows.map(line)].join('\n');
}

/** CPU, wall and memory of each contender, each with its ratio to the first. */
export function comparison(title, first, measured) {
  const times = `x ${first}`;
  return {
    title,
    columns: ['', 'CPU s', times, 'wall s', times, 'peak MB', times],
    rows: measured.map(({ name, cpu, wall, rss, times }) => [
      name,
      cpu.toFixed(2),
      times.cpu.toFixed(2),
      wall.toFixed(2),
      times.wall.toFixed(2),
      rss.toFixed(0),
      times.rss.toFixed(2),
    ]),
  };
}

/** Puts the tables between the scenario's marks. */
export function writeTables(name, tables, where) {
  const text = readFileSync(readme, 'utf8');
  const begin = `<!-- measured: ${name} -->\n`;
  const end = `<!-- end: ${name} -->`;
  const [before, rest] = text.split(begin);
  const after = rest?.slice(rest.indexOf(end));
  if (after === undefined || !after.startsWith(end)) throw new Error(`README.md has no place for ${name}`);
  const written = tables.map((table) => `${formatTable(table)}\n`).join('\n');
  writeFileSync(readme, `${before}${begin}\n${where}\n\n${written}\n${after}`);
}
