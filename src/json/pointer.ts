import type { JsonObject, JsonValue, Pointer } from './json.ts';

/** A pointer as RFC 6901 writes it: `/steps/a~1b/0`. */
export function pointerText(pointer: Pointer): string {
  return pointer.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The names in a pointer's text; what stands before its first slash is no part of it. */
export function parsePointer(text: string): readonly string[] {
  return text
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** A pointer as the fragment of a URI: `#/$defs/order%20id`. */
export function pointerFragment(pointer: Pointer): string {
  const parts = pointerText(pointer).split('/');
  return `#${parts.map((part) => encodeURIComponent(part).replaceAll('%24', '$')).join('/')}`;
}

/** The value at a pointer; undefined where it leads nowhere. */
export function valueAt(value: JsonValue, pointer: Pointer): JsonValue | undefined {
  let here: JsonValue | undefined = value;
  for (const part of pointer) {
    if (typeof here !== 'object' || here === null || !Object.hasOwn(here, part)) return undefined;
    here = (here as JsonObject)[part];
  }
  return here;
}
