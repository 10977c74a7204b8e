import type { Hand } from '../handlebars/expression.ts';
import type { JinjaTemplate } from './syntax.ts';

/** What a name of a template stands for. */
export type Binding =
  | { readonly kind: 'value'; readonly value: Hand }
  /** A text that is made by a template of its own, with its own names. */
  | {
      readonly kind: 'template';
      readonly template: JinjaTemplate;
      readonly scope: Scope;
      readonly notes: TemplateNotes;
    };

export interface Scope {
  /** Undefined for a name that nothing has given. */
  find(name: string): Binding | undefined;
}

/** Tells what of a template does not carry over, at characters of it. */
export interface TemplateNotes {
  tell(place: { readonly start: number; readonly end: number }, message: string, hint: string): void;
}

/** What an expression is written with. */
export interface Writing {
  readonly scope: Scope;
  readonly notes: TemplateNotes;
}
