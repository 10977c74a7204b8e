import { hash } from 'node:crypto';
import { version } from '../../version.ts';
import type { Report } from '../figures/report.ts';
import { aboutSection } from './about.ts';
import { latencySection, retriesSection } from './calls.ts';
import { errorsSection } from './errors.ts';
import { markup, trusted } from './html.ts';
import { keyFigures, pageHeader } from './overview.ts';
import { recordsSection } from './records.ts';
import { resultsSection } from './results.ts';
import { pageScript } from './script.ts';
import { sectionMarkup, type Section } from './section.ts';
import { pageStyle } from './style.ts';
import { timeSection } from './time.ts';
import { usageSection } from './usage.ts';

/** Nothing is loaded, nothing is sent; the one style and the one script of the page are known by their hashes. */
const policy = [
  "default-src 'none'",
  `style-src '${sourceHash(pageStyle)}'`,
  `script-src '${sourceHash(pageScript)}'`,
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

function sourceHash(text: string): string {
  return `sha256-${hash('sha256', text, 'base64')}`;
}

/** One HTML file that needs no other, whatever the records and answers in it hold. */
export function reportPage(report: Report): string {
  const sections = [
    resultsSection(report),
    errorsSection(report),
    usageSection(report),
    latencySection(report),
    timeSection(report),
    report.figures.calls.total.calls === 0 ? undefined : retriesSection(report),
    recordsSection(report),
    aboutSection(report),
  ].filter((section): section is Section => section !== undefined);
  const titles = sections.map(({ id, title }) => [id, title] as const);
  const { name, run } = report.figures;
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${trusted(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="color-scheme" content="light dark">
<title>${name} – ${run}</title>
<style>${trusted(pageStyle)}</style>
</head>
<body>
<a class="skip" href="#main">To the figures</a>
${pageHeader(report, titles)}
<main id="main" class="width">
${keyFigures(report)}
${sections.map(sectionMarkup)}
</main>
<footer class="width">Made by pipe ${version} of the run's folder. This page loads nothing and sends nothing.</footer>
<script>${trusted(pageScript)}</script>
</body>
</html>
`.html;
}
