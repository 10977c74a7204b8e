import { failure, success, type Result } from '../result.ts';
import { blockNameOf, frameOf, refuseTaken, subjectOf } from './lower-block.ts';
import { lowerExpression, lowerMustache } from './lower-expression.ts';
import { includedPartial } from './lower-partial.ts';
import {
  placeIn,
  refuse,
  startProblems,
  type Declared,
  type Frame,
  type Session,
  type Surroundings,
} from './lowering.ts';
import { parseTemplate } from './parse.ts';
import type { TemplateProblem } from './problem.ts';
import type { RawBlock, RawPartial, RawProgram, RawStatement } from './raw-syntax.ts';
import type { Program, Statement } from './syntax.ts';

/** Reads a template and all that it includes, refuses what has no place in a prompt, and binds every path. */
export function lowerTemplate(
  text: string,
  partials: ReadonlyMap<string, string>,
): Result<Program, readonly TemplateProblem[]> {
  const parsed = parseTemplate(text);
  if (!parsed.ok) return failure([parsed.error]);
  const problems = startProblems();
  const session: Session = { problems, partials, parsed: new Map(), frames: 0, inclusions: 0 };
  const frame: Frame = { kind: 'root', number: 0, parent: undefined, context: [], declared: new Map() };
  const program = lowerProgram(parsed.value, { text, frame, including: [], depth: 0 }, session);
  return problems.found.length === 0 ? success(program) : failure(problems.found);
}

function lowerProgram(raw: RawProgram, place: Surroundings, session: Session): Program {
  return raw.body.flatMap((statement) => lowerStatement(statement, place, session));
}

/** No statement for what leaves no trace, and none for a mistake, which has been reported. */
function lowerStatement(raw: RawStatement, place: Surroundings, session: Session): readonly Statement[] {
  switch (raw.type) {
    case 'ContentStatement':
      return raw.value === '' ? [] : [{ kind: 'text', text: raw.value }];
    case 'CommentStatement':
      return [];
    case 'MustacheStatement': {
      const expression = lowerMustache(raw, place, session.problems);
      return expression === undefined ? [] : [{ kind: 'output', expression, ...placeIn(place, raw.loc) }];
    }
    case 'BlockStatement':
      return lowerBlock(raw, place, session);
    case 'PartialStatement':
      return lowerInclusion(raw, place, session);
    case 'PartialBlockStatement':
      refuse(session.problems, place, raw.loc, [
        'template-refused',
        'a partial with a block ({{#> …}}) is not supported',
        'write {{> name}}, with arguments where it needs them: {{> name value=input.text}}',
      ]);
      return [];
    case 'Decorator':
    case 'DecoratorBlock':
      refuse(session.problems, place, raw.loc, [
        'template-refused',
        'decorators and inline partials ({{* …}}) are not supported',
        'put the text into a file of the partials folder',
      ]);
  }
  return [];
}

function lowerBlock(raw: RawBlock, place: Surroundings, session: Session): readonly Statement[] {
  const { problems } = session;
  const name = blockNameOf(raw, place, problems);
  if (name === undefined) return [];
  const subject = subjectOf(name, raw, place, problems);
  const inner = frameOf(name, raw, subject?.kind === 'path' ? subject.absolute : undefined, place, session);
  const deeper = { ...place, depth: place.depth + 1 };
  const body = raw.program && lowerProgram(raw.program, { ...deeper, frame: inner ?? place.frame }, session);
  const otherwise = raw.inverse && lowerProgram(raw.inverse, deeper, session);
  if (subject === undefined) return [];
  const common = { subject, body: body ?? [], otherwise, ...placeIn(place, raw.loc) };
  return name === 'if' || name === 'unless'
    ? [{ kind: 'if', negated: name === 'unless', ...common }]
    : [{ kind: name, frame: inner?.number ?? 0, ...common }];
}

function lowerInclusion(raw: RawPartial, place: Surroundings, session: Session): readonly Statement[] {
  const { problems } = session;
  const given = (raw.hash?.pairs ?? []).map(({ key, value, loc }) => {
    refuseTaken(key, loc, place, problems);
    return { key, value: lowerExpression(value, place, problems) };
  });
  const partial = includedPartial(raw, place, session);
  if (partial === undefined) return [];
  session.frames += 1;
  const number = session.frames;
  const declared = new Map(
    given.map(({ key, value }, position): [string, Declared] => [
      key,
      {
        origin: { kind: 'argument', position },
        absolute: value?.kind === 'path' ? value.absolute : [number, key],
      },
    ]),
  );
  const body = lowerProgram(
    partial.program,
    {
      text: partial.text,
      partial: partial.name,
      frame: { kind: 'partial', number, parent: place.frame, context: place.frame.context, declared },
      including: [...place.including, partial.name],
      depth: place.depth + 1,
    },
    session,
  );
  const inclusion: Statement = {
    kind: 'inclusion',
    name: partial.name,
    frame: number,
    arguments: given.flatMap(({ value }) => value ?? []),
    body,
    ...placeIn(place, raw.loc),
  };
  // White space before a partial that stands alone on its line stays there. It is not repeated before every line of
  // the partial, as Handlebars has it, since those may be lines of data.
  return raw.indent === '' ? [inclusion] : [{ kind: 'text', text: raw.indent }, inclusion];
}
