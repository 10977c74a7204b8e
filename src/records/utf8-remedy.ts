import { pathWord } from '../diagnostic/command-words.ts';

/** What to do about a file in another encoding. That it is Windows-1252 is a guess, since nothing in a file says so. */
export function utf8Remedy(from: 'UTF-16' | 'WINDOWS-1252', path: string): string {
  const guess = from === 'WINDOWS-1252' ? ', from Windows-1252 most likely' : '';
  return `save the file as UTF-8, or convert it${guess}: \`${conversion(from, path)}\``;
}

/** What is gzipped or comes by standard input is converted on its way. */
function conversion(from: string, path: string): string {
  const command = `iconv -f ${from} -t UTF-8`;
  const extension = /\.[A-Za-z]+$/.exec(path)?.[0];
  if (extension === undefined || extension.toLowerCase() === '.gz') return command;
  const converted = `${path.slice(0, -extension.length)}-utf8${extension}`;
  return `${command} ${pathWord(path)} > ${pathWord(converted)}`;
}
