import { didYouMean } from '../diagnostic/suggest.ts';
import type { AllowedPath, FieldPath } from './field-path.ts';
import type { Fields } from './fields.ts';

/** A path that was allowed, and that no record has a field at. */
export interface UnknownPath {
  /** As it was given. */
  readonly text: string;
  /** The field that was most likely meant. */
  readonly nearest?: string;
}

/** Which fields may differ, and whether the records have such fields at all. */
export interface AllowedFields {
  covers(path: FieldPath): boolean;
  /** Fields of a record, of either side. */
  saw(fields: Fields): void;
  /** Of no use where no record has been seen. */
  unknown(): readonly UnknownPath[];
}

/** Names that may have been meant; outputs with names of their own in each record have no end of them. */
const mostNames = 1000;

/** `key`: the field that names rows, which is none of those that are seen. */
export function allowedFields(paths: readonly AllowedPath[], key: string | undefined): AllowedFields {
  const lacking = new Set(paths.filter((path) => key === undefined || !path.covers([key])));
  const names = new Set<string>();
  let hasSeen = false;

  return {
    covers: (path) => paths.some((one) => one.covers(path)),
    saw(fields) {
      hasSeen ||= fields.size > 0;
      if (lacking.size === 0) return;
      for (const [name, { path }] of fields) {
        if (names.size < mostNames) names.add(name);
        for (const one of lacking) if (one.covers(path)) lacking.delete(one);
      }
    },
    unknown() {
      if (!hasSeen) return [];
      return [...lacking].map(({ text }) => {
        const nearest = didYouMean(text, names);
        return nearest === undefined ? { text } : { text, nearest };
      });
    },
  };
}
