/** A name that a pipeline, or its folder of runs, can have. */
export function pipelineName(text: string): string {
  const safe = text
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
    .slice(0, 80);
  return safe === '' ? 'pipeline' : safe;
}

/** A name that templates read without brackets: a step's id, a variable, a field. */
export function plainName(text: string): string {
  const safe = text
    .trim()
    .replaceAll(/[^\p{L}\p{N}_]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');
  return safe === '' ? 'value' : /^\p{N}/u.test(safe) ? `n${safe}` : safe;
}

/** The name, or the first of `name_2`, `name_3`, … that is free. */
export function freeName(name: string, isTaken: (name: string) => boolean, between = '_'): string {
  if (!isTaken(name)) return name;
  let at = 2;
  while (isTaken(`${name}${between}${at}`)) at += 1;
  return `${name}${between}${at}`;
}
