// The licences of the packages whose code stands in the bundled command: each asks that its notice goes with every copy.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folderOfPackage = /^.*[/\\]node_modules[/\\](?:@[^/\\]+[/\\])?[^/\\]+/;

/** One text with the name, the version and the licence of every package that modules of the bundle come from. */
export function licencesOf(chunks) {
  const modules = chunks.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : []));
  const folders = new Set(modules.flatMap((id) => folderOfPackage.exec(id) ?? []));
  return [...folders]
    .sort((one, other) => (one < other ? -1 : 1))
    .map(noticeOf)
    .join('\n');
}

function noticeOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  if (typeof license !== 'string') throw new Error(`${folder} does not tell its licence`);
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  return [`${name} ${version}, ${license}`, '', ...texts, ''].join('\n');
}
