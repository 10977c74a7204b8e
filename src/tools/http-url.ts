import type { JsonObject, Pointer } from '../json/json.ts';
import { success, type Result } from '../result.ts';
import type { CompiledTemplate } from '../template/compile.ts';
import { Fault } from '../template/fault.ts';
import { frameOf } from '../template/frame.ts';
import { compileProgram, type Render as RenderFrame } from '../template/render.ts';
import type { Scope } from '../template/template.ts';
import { isWellFormed, refuse, type Render } from './http-template.ts';
import type { ToolError, ToolKindBuilder } from './tool.ts';

/** A piece of an address: written out, or an expression. */
type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'expression'; readonly text: string; readonly render: RenderFrame };

const place: Pointer = ['http', 'url'];

/**
 * The address of a request. Its origin is the same for every call, and every expression in its path or query is one
 * percent-encoded component, so that no argument of a model leads to another server or another path.
 */
export function compileUrl(written: string, builder: ToolKindBuilder): Render<string> {
  const template = builder.template(place, { args: builder.parameters });
  // An empty template stands for one that is wrong, which has been told.
  const pieces = template.text === written ? piecesOf(template, builder) : undefined;
  const origin = pieces && readOrigin(pieces, builder);
  if (pieces === undefined || origin === undefined) return () => success('');
  const { segments, query } = split(pieces, origin);
  return (scope) => {
    let address = origin;
    for (const segment of segments) {
      const rendered = renderSegment(segment, scope, template);
      if (!rendered.ok) return rendered;
      address += `/${rendered.value}`;
    }
    if (query === undefined) return success(address);
    const rendered = renderPieces(query, scope, template);
    return rendered.ok ? success(`${address}?${rendered.value}`) : rendered;
  };
}

/** Undefined where more than expressions stands in the text, which is reported. */
function piecesOf(template: CompiledTemplate, builder: ToolKindBuilder): readonly Piece[] | undefined {
  const pieces: Piece[] = [];
  for (const statement of template.program) {
    const last = pieces.at(-1);
    if (statement.kind === 'text' && last?.kind === 'text') {
      // What a comment has parted is one text.
      pieces[pieces.length - 1] = { kind: 'text', text: last.text + statement.text };
    } else if (statement.kind === 'text') {
      pieces.push(statement);
    } else if (statement.kind === 'output') {
      const text = template.text.slice(statement.start, statement.end);
      pieces.push({ kind: 'expression', text, render: compileProgram([statement]) });
    } else {
      refuseUrl(
        builder,
        'only plain expressions may stand in a `url`, no blocks and no partials',
        'write what differs as an argument, or as a parameter of `query`',
      );
      return undefined;
    }
  }
  return pieces;
}

/** The scheme, host and port, which are written out; undefined where they are wrong, which is reported. */
function readOrigin(pieces: readonly Piece[], builder: ToolKindBuilder): string | undefined {
  const [first] = pieces;
  const text = pieces.map((piece) => (piece.kind === 'text' ? piece.text : '')).join('');
  const start = first?.kind === 'text' ? first.text : '';
  const origin = /^https?:\/\/[^/?#\\\s]+/iu.exec(start)?.[0];
  if (origin === undefined || (origin === start && pieces.length > 1)) {
    refuseUrl(
      builder,
      'a `url` begins with the address of a server, `http://` or `https://` and the host, without a template',
      'write it out, up to the slash: https://api.example.com/{{args.id}}',
    );
  } else if (origin.includes('@')) {
    refuseUrl(
      builder,
      'a `url` cannot hold a user or a password',
      'send it as a header: {Authorization: "Basic {{env.NAME}}"}',
    );
  } else if (!URL.canParse(origin)) {
    refuseUrl(builder, '`url` names no host that there can be', 'write it as https://api.example.com/path');
  } else if (/[\s\\{}\p{Cc}]/u.test(text)) {
    refuseUrl(
      builder,
      'a `url` cannot hold white space, a backslash or single braces',
      'write it on one line, an argument as {{args.id}}, and a space as %20',
    );
  } else if (text.includes('#')) {
    refuseUrl(builder, 'what follows `#` in a `url` is never sent', 'leave it out, or write %23');
  } else {
    return origin;
  }
  return undefined;
}

function refuseUrl(builder: ToolKindBuilder, message: string, hint: string): void {
  builder.report({ code: 'invalid-url', message, hint, pointer: place });
}

/** The pieces after the origin: those of each segment of the path, and those of the query. */
function split(
  pieces: readonly Piece[],
  origin: string,
): { readonly segments: readonly (readonly Piece[])[]; readonly query: readonly Piece[] | undefined } {
  const segments: Piece[][] = [];
  let query: Piece[] | undefined;
  pieces.forEach((piece, index) => {
    if (piece.kind === 'expression') {
      (query ?? segments.at(-1))?.push(piece);
      return;
    }
    const text = index === 0 ? piece.text.slice(origin.length) : piece.text;
    const mark = query === undefined ? text.indexOf('?') : -1;
    const path = mark === -1 ? text : text.slice(0, mark);
    if (query === undefined) {
      const [before = '', ...others] = path.split('/');
      segments.at(-1)?.push({ kind: 'text', text: before });
      segments.push(...others.map((text): Piece[] => [{ kind: 'text', text }]));
      if (mark !== -1) query = [{ kind: 'text', text: text.slice(mark + 1) }];
    } else {
      query.push({ kind: 'text', text });
    }
  });
  return { segments, query };
}

/** One segment of the path. What an expression adds to it must neither leave the path nor vanish from it. */
function renderSegment(
  segment: readonly Piece[],
  scope: Scope,
  template: CompiledTemplate,
): Result<string, ToolError> {
  const rendered = renderPieces(segment, scope, template);
  const expression = segment.find(({ kind }) => kind === 'expression');
  if (!rendered.ok || expression === undefined) return rendered;
  if (rendered.value === '')
    return refuse(template, `\`${expression.text}\` is empty, where a part of the url's path is asked for`);
  // Many servers decode a path before they look for its dots.
  const dots = decoded(rendered.value)
    .split(/[/\\]/u)
    .some((part) => part === '.' || part === '..');
  if (!dots) return rendered;
  return refuse(template, `\`${expression.text}\` may not hold \`.\` or \`..\` as a part of the url's path`);
}

function renderPieces(
  pieces: readonly Piece[],
  scope: Scope,
  template: CompiledTemplate,
): Result<string, ToolError> {
  let text = '';
  for (const piece of pieces) {
    if (piece.kind === 'text') {
      text += piece.text;
      continue;
    }
    const value = piece.render(frameOf(0, undefined, scope as JsonObject));
    if (value instanceof Fault) return refuse(template, value.failure.message);
    if (!isWellFormed(value))
      return refuse(template, `\`${piece.text}\` holds half of a character, which no url can`);
    text += encodeURIComponent(value);
  }
  return success(text);
}

/** As far as dots and slashes go; the bytes of other characters stay apart. */
function decoded(text: string): string {
  return text.replaceAll(/%([0-9a-f]{2})/giu, (_, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, 16)),
  );
}
