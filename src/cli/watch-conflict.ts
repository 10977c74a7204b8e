/** What `--watch` cannot stand beside, as a sentence: it shows round after round to people, and reads all of it anew. */
export function watchConflict({
  watch,
  format,
  input,
}: {
  readonly watch?: boolean;
  readonly format: string;
  readonly input?: string;
}): string | undefined {
  if (watch !== true) return undefined;
  if (format !== 'text') return `--watch is for people: it has no --format ${format}`;
  return input === '-'
    ? '--watch reads the input again each time, and stdin comes once: name a file'
    : undefined;
}
