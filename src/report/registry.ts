import { jsonReporter } from './json.ts';
import { liveReporter } from './live.ts';
import { markdownReporter } from './run-markdown.ts';
import { createNoView } from './no-view.ts';
import { createPlainLog } from './plain-log.ts';
import { createProgressBar } from './progress.ts';
import { quietReporter } from './quiet.ts';
import type { Reporter, ReporterMode, ReporterOptions } from './reporter.ts';

const reporters: { readonly [mode in ReporterMode]: (options: ReporterOptions) => Reporter } = {
  terminal: (options) => liveReporter(options, createProgressBar),
  plain: (options) => liveReporter(options, createPlainLog),
  lines: (options) => liveReporter(options, createNoView),
  quiet: quietReporter,
  markdown: markdownReporter,
  json: jsonReporter,
};

/**
 * Sees a run from its events; the caller drives it: `for await (const event of run) reporter.on(event)`, then
 * `finish()`.
 */
export function createReporter({
  mode,
  ...options
}: ReporterOptions & { readonly mode: ReporterMode }): Reporter {
  return reporters[mode](options);
}
