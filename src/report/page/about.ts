import { formatDuration } from '../../duration.ts';
import { shownPath } from '../../diagnostic/placed.ts';
import { isObject, type JsonValue } from '../../json/json.ts';
import type { Report } from '../figures/report.ts';
import { momentInWords } from '../figures/words.ts';
import { formatCount } from '../numbers.ts';
import { clipped, markup, nothing, type Html } from './html.ts';
import type { Section } from './section.ts';

const longestValue = 1000;
const longestSource = 400_000;

/** What ran: files, models, variables, versions, times, and the pipeline itself. */
export function aboutSection(report: Report): Section {
  const { figures, cwd, source, withoutSource } = report;
  const { pipeline, files, input, selection, models, vars, overrides, sessions } = figures;
  const path = (file: { readonly path: string; readonly sha256: string | null }): Html =>
    markup`<span class="text">${shownPath(file.path, cwd)}</span>${
      file.sha256 === null ? nothing : markup` <code class="sub">sha256 ${file.sha256.slice(0, 12)}</code>`
    }`;
  const pairs: readonly (readonly [string, Html | undefined])[] = [
    ['Pipeline', pipeline === null ? markup`begun by a program` : path(pipeline)],
    ['Other files', files.length === 0 ? undefined : list(files.map(path))],
    ['Input', inputMarkup(input, path)],
    ['Selection', selection === null ? undefined : markup`<code>${JSON.stringify(selection)}</code>`],
    ['Models', modelsMarkup(models)],
    ['Variables', Object.keys(vars).length === 0 ? undefined : list(Object.entries(vars).map(variable))],
    [
      'Flags',
      overrides.length === 0 ? undefined : list(overrides.map((flag) => markup`<code>${flag}</code>`)),
    ],
    ['Begun', markup`${momentInWords(figures.started)}`],
    ['Ended', figures.finished === null ? undefined : markup`${momentInWords(figures.finished)}`],
    ['At work', figures.duration_ms === null ? undefined : markup`${formatDuration(figures.duration_ms)}`],
    ['Sessions', markup`${formatCount(sessions)}`],
    ['pipe', markup`${figures.pipe}`],
    ['Folder', markup`<span class="text">${shownPath(figures.folder, cwd)}</span>`],
  ];
  const content = markup`<dl class="pairs">${pairs.map(([name, value]) =>
    value === undefined ? nothing : markup`<dt>${name}</dt><dd>${value}</dd>`,
  )}</dl>
${withoutSource === undefined ? nothing : markup`<p class="note">${withoutSource}</p>`}${source === undefined ? nothing : sourceMarkup(source)}`;
  return { id: 'about', title: 'What ran', content };
}

function inputMarkup(
  { path, sha256, format }: Report['figures']['input'],
  shown: (file: { readonly path: string; readonly sha256: string | null }) => Html,
): Html {
  if (path === null) return markup`the records of a program`;
  const name = path === '-' ? markup`standard input` : shown({ path, sha256 });
  return format === null ? name : markup`${name} <span class="sub">read as ${format}</span>`;
}

function modelsMarkup(models: Report['figures']['models']): Html | undefined {
  const rows = Object.entries(models);
  if (rows.length === 0) return undefined;
  return list(
    rows.map(([asked, answered]) => {
      const others = answered.filter((name) => name !== asked);
      return markup`<span class="text">${asked}</span>${others.length === 0 ? nothing : markup` <span class="sub text">answered as ${others.join(', ')}</span>`}`;
    }),
  );
}

function variable([name, value]: readonly [string, JsonValue]): Html {
  const text =
    typeof value === 'string' ? value : JSON.stringify(value, null, isObject(value) ? 1 : undefined);
  return markup`<code>${name}</code> <span class="text">${clipped(text, longestValue)}</span>`;
}

function list(items: readonly Html[]): Html {
  return markup`<ul class="plain">${items.map((item) => markup`<li>${item}</li>`)}</ul>`;
}

/** The lines are numbered by the style, so that a copy has none of the numbers. */
function sourceMarkup(source: string): Html {
  const lines = source
    .slice(0, longestSource)
    .replace(/\r?\n$/, '')
    .split(/\r?\n/);
  return markup`<details class="spaced"><summary>The pipeline file</summary><pre class="source" tabindex="0" role="group" aria-label="The pipeline file">${lines.map(
    (line) => markup`<span>${line}\n</span>`,
  )}</pre></details>`;
}
