const unit = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 } as const;

/** As a regular expression for JSON Schemas: 500ms, 60s, 5m, 24h, 1.5s. */
export const durationPattern = '^\\d+(\\.\\d+)?(ms|s|m|h)$';

/** The milliseconds that `500ms`, `60s`, `5m` or `24h` say; undefined for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null) return undefined;
  return Number(match[1]) * unit[match[2] as keyof typeof unit];
}

/** Milliseconds for people: 340 ms, 4.2 s, 3m 05s, 2h 10m; from 10,000 h, more than a year, `10,000+ h`. */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  if (milliseconds < 59_950) return `${(milliseconds / 1000).toFixed(1)} s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${String(seconds % 60).padStart(2, '0')}s`;
  const minutes = Math.round(seconds / 60);
  // Such as of a server that asks for a pause until the end of time.
  if (minutes >= 600_000) return '10,000+ h';
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, '0')}m`;
}
