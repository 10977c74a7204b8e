import { printable } from '../../diagnostic/printable.ts';

/**
 * Untrusted text as the content of an HTML element: nothing in it is a tag or an entity. A line of a page that is printed
 * to a log is no command of a CI runner either.
 */
export function htmlText(text: string): string {
  return printable(text, 'lines').replaceAll(/[&<>"'`:#]/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** All that means something to Markdown, to GitHub's links, mentions and issues, or to HTML. */
const meaningful = /[!-,/:-@[-`{-~]/g;

/**
 * Untrusted text on one line, for HTML within Markdown: a character of an entity is text to every reader of Markdown,
 * and a line break cannot end the block that it stands in. To be put into `<code>` or `<pre>`, where nobody is mentioned.
 */
export function markdownText(text: string): string {
  return printable(text, 'lines')
    .replaceAll(meaningful, (character) => `&#${character.charCodeAt(0)};`)
    .replaceAll(/(?<=w)w(?=w?\.)/gi, (letter) => `&#${letter.charCodeAt(0)};`)
    .replaceAll('\n', '&#10;')
    .replaceAll('\t', '&#9;');
}
