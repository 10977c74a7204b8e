/** A data URL's media type and bytes; undefined for any other URL. */
export function readDataUrl(url: string): { readonly type: string; readonly base64: string } | undefined {
  const match = /^data:([^;,]+)(?:;[^;,]+)*;base64,(.*)$/is.exec(url);
  return match === null ? undefined : { type: match[1] ?? '', base64: match[2] ?? '' };
}
