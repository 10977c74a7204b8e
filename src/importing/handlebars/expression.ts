import { blockNames } from '../../template/blocks.ts';
import { helperNames } from '../../template/helpers.ts';

/** An expression of the templates that pipelines have. */
export type Hand = HandPath | HandLiteral | HandCall;

export interface HandPath {
  readonly kind: 'path';
  /** `root`: it starts at `input`, `vars` or `steps`; `here`: at a name of the loop around it, or at `@index`. */
  readonly from: 'root' | 'here';
  readonly path: string;
  /** Whether a record may do without it. */
  readonly optional?: true;
}

export interface HandLiteral {
  readonly kind: 'literal';
  readonly value: string | number | boolean | null;
}

export interface HandCall {
  readonly kind: 'call';
  readonly helper: string;
  readonly arguments: readonly Hand[];
}

export function rootPath(...names: readonly string[]): HandPath {
  return { kind: 'path', from: 'root', path: pathText(names) };
}

export function call(helper: string, ...given: readonly Hand[]): HandCall {
  return { kind: 'call', helper, arguments: given };
}

export function literal(value: HandLiteral['value']): HandLiteral {
  return { kind: 'literal', value };
}

/** Whether it stands for one of its arguments in the source, and says whether it holds here. */
export function isChoice(value: Hand): value is HandCall {
  return value.kind === 'call' && (value.helper === 'or' || value.helper === 'and');
}

const taken: ReadonlySet<string> = new Set([
  ...helperNames,
  ...blockNames,
  'this',
  'else',
  'as',
  'true',
  'false',
  'null',
  'undefined',
  'lookup',
  'log',
  'input',
  'vars',
  'steps',
]);

/** A name that a loop can give to its items. */
export function loopName(name: string): string {
  return taken.has(name) || !/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name) ? `${name}_item` : name;
}

export function pathText(names: readonly string[]): string {
  return names.map((name, at) => (at === 0 ? name : segment(name))).join('.');
}

function segment(name: string): string {
  const isBare =
    /^[\p{L}_][\p{L}\p{N}_-]*$/u.test(name) && !/^(?:this|true|false|null|undefined)$/.test(name);
  return isBare ? name : `[${name}]`;
}

/** The field of a value; of a value with a fallback, the field of the value itself. Undefined where it has no path. */
export function memberOf(value: Hand, name: string): Hand | undefined {
  if (value.kind === 'literal' || /[[\]]/.test(name)) return undefined;
  if (value.kind === 'path') return { ...value, path: `${value.path}.${segment(name)}` };
  const [first] = value.arguments;
  return value.helper === 'default' && first !== undefined ? memberOf(first, name) : undefined;
}

/** Of how many values and helpers it is made; counted no further than `most`. */
export function partsOf(written: Hand, most: number): number {
  if (written.kind !== 'call') return 1;
  let parts = 1;
  for (const argument of written.arguments) {
    if (parts > most) break;
    parts += partsOf(argument, most - parts);
  }
  return parts;
}

/** Whether Handlebars can write it: a text that ends in a backslash would take the quotation mark with it. */
export function isWritable(value: Hand): boolean {
  if (value.kind === 'literal') return typeof value.value !== 'string' || !/\\$|\\"/.test(value.value);
  return value.kind === 'path' || value.arguments.every(isWritable);
}

/** The expression as it stands in a tag. Within a loop, what starts at the root says so. */
export function handText(value: Hand, inLoop: boolean): string {
  if (value.kind === 'path') return value.from === 'root' && inLoop ? `@root.${value.path}` : value.path;
  if (value.kind === 'literal')
    return typeof value.value === 'string' ? `"${value.value.replaceAll('"', '\\"')}"` : String(value.value);
  return [value.helper, ...value.arguments.map((argument) => argumentText(argument, inLoop))].join(' ');
}

/** The same as an argument, or as what a block is about. */
export function argumentText(value: Hand, inLoop: boolean): string {
  const text = handText(value, inLoop);
  return value.kind === 'call' ? `(${text})` : text;
}

/** A condition asks whether the value is there by itself: an empty text in its place says nothing more. */
export function guarded(subject: Hand): Hand {
  if (subject.kind !== 'call' || subject.helper !== 'default') return subject;
  const [value, fallback] = subject.arguments;
  return value !== undefined && fallback?.kind === 'literal' && fallback.value === '' ? value : subject;
}
