import { isBlockName } from './blocks.ts';
import { findHelper } from './helpers.ts';
import { placeIn, refuse, written, type Frame, type Position, type Problems } from './lowering.ts';
import { partsOfPath } from './path-text.ts';
import type { RawPath } from './raw-syntax.ts';
import type { AbsolutePath, Path, PathName, Selector } from './syntax.ts';

const dataNames = ['root', 'index', 'key', 'first', 'last'] as const;

/** Where a path starts: so many frames further out, at one of that frame's values. */
interface Start {
  readonly hops: number;
  readonly origin: Selector;
  readonly absolute: AbsolutePath;
  /** The names that follow. */
  readonly names: readonly PathName[];
}

/** Binds a path to the frame that it starts from; undefined when it starts from nowhere, which is reported. */
export function lowerPath(raw: RawPath, position: Position, problems: Problems): Path | undefined {
  const names = namesOf(raw, position);
  const start = raw.data
    ? startFromData(raw, names, position, problems)
    : startFromContext(raw, names, position, problems);
  if (start === undefined) return undefined;
  return {
    kind: 'path',
    text: written(position, raw.loc),
    hops: start.hops,
    origin: start.origin,
    names: start.names,
    absolute: [...start.absolute, ...start.names.map(({ name }) => name)],
    explicit: raw.data || isExplicit(raw, position),
    ...placeIn(position, raw.loc),
  };
}

/** Whether the path is one plain name, which may be a helper's or a block's. */
export function isSimple(raw: RawPath, position: Position): boolean {
  return !raw.data && raw.depth === 0 && raw.parts.length === 1 && !isExplicit(raw, position);
}

/** Says in what way a name is taken, if a path cannot begin with it. */
export function takenName(name: string): string | undefined {
  if (findHelper(name) !== undefined) return 'helper';
  if (isBlockName(name)) return 'block';
  return name === 'lookup' || name === 'log' ? 'Handlebars helper' : undefined;
}

function startFromContext(
  raw: RawPath,
  names: readonly PathName[],
  position: Position,
  problems: Problems,
): Start | undefined {
  const [first, ...rest] = names;
  if (first !== undefined && raw.depth === 0 && !isExplicit(raw, position)) {
    const taken = takenName(first.name);
    if (taken !== undefined) {
      refuse(problems, position, raw.loc, [
        'template-refused',
        `\`${first.name}\` is the name of a ${taken}, so a path cannot begin with it`,
        `a field of that name is written this.${raw.original}`,
      ]);
      return undefined;
    }
    const declared = findDeclared(position.frame, first.name);
    if (declared !== undefined) return { ...declared, names: rest };
  }
  let frame = position.frame;
  for (let hops = 0; ; hops += 1) {
    if (hops === raw.depth) return { hops, origin: { kind: 'context' }, absolute: frame.context, names };
    if (frame.parent === undefined || frame.kind === 'partial') {
      refuse(problems, position, raw.loc, outside(raw, frame));
      return undefined;
    }
    frame = frame.parent;
  }
}

function outside(raw: RawPath, frame: Frame): readonly ['template-refused', string, string] {
  const rest = raw.parts.join('.');
  return frame.kind === 'partial'
    ? [
        'template-refused',
        `\`${raw.original}\` leaves the partial`,
        `write @root.${rest}, or give the partial an argument: {{> name value=…}}`,
      ]
    : [
        'template-refused',
        `\`${raw.original}\` goes above the root`,
        `write ${rest === '' ? '@root' : rest}`,
      ];
}

function startFromData(
  raw: RawPath,
  names: readonly PathName[],
  position: Position,
  problems: Problems,
): Start | undefined {
  const [first, ...rest] = names;
  const name = dataNames.find((known) => known === first?.name);
  if (name === undefined || (name === 'root' && raw.depth > 0)) {
    refuse(problems, position, raw.loc, [
      'template-refused',
      `\`${raw.original}\` is not supported`,
      'the names with @ are @root, @index, @key, @first and @last',
    ]);
    return undefined;
  }
  let loops = raw.depth;
  let frame: Frame | undefined = position.frame;
  for (let hops = 0; frame !== undefined; hops += 1) {
    if (name === 'root') {
      if (frame.parent === undefined) return { hops, origin: { kind: 'context' }, absolute: [], names: rest };
    } else if (frame.kind === 'each') {
      if (loops === 0)
        return { hops, origin: { kind: name }, absolute: [frame.number, `@${name}`], names: rest };
      loops -= 1;
    }
    frame = frame.parent;
  }
  refuse(problems, position, raw.loc, [
    'template-refused',
    `\`${raw.original}\` stands outside of ${raw.depth === 0 ? '{{#each}}' : 'so many {{#each}}'}`,
  ]);
  return undefined;
}

/** A block parameter or partial argument of this name. A partial does not see what its including text declares. */
function findDeclared(innermost: Frame, name: string): Omit<Start, 'names'> | undefined {
  let frame: Frame | undefined = innermost;
  for (let hops = 0; frame !== undefined; hops += 1) {
    const declared = frame.declared.get(name);
    if (declared !== undefined) return { hops, ...declared };
    frame = frame.kind === 'partial' ? undefined : frame.parent;
  }
  return undefined;
}

/** Whether the path itself says where it starts: `this.text`, `./text`, `../text`. */
function isExplicit(raw: RawPath, position: Position): boolean {
  return /^(?:\.|this(?=[./\s]|$))/u.test(written(position, raw.loc));
}

/** The names of a path with their places, which the tree does not have. */
function namesOf(raw: RawPath, position: Position): readonly PathName[] {
  const found = partsOfPath(written(position, raw.loc));
  const first = found.length - raw.parts.length;
  return raw.parts.map((name, index) => {
    const part = found[first + index];
    if (part === undefined) return { name, ...placeIn(position, raw.loc) };
    const { start } = raw.loc;
    return { name, ...placeIn(position, { start: start + part.start, end: start + part.end }) };
  });
}
