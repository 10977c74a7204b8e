import type { CodeTable } from './table.ts';

/** What keeps a file from being read. */
export const fileCodes = {
  'missing-file': [
    'A file or folder is not there.',
    'Check the path: it is relative to the file that names it.',
  ],
  'not-a-file': ['A path leads to a folder or a device.', 'Give the path of a file.'],
  'not-a-folder': [
    'A path that should lead to a folder leads to a file.',
    'Name the folder that the files are in.',
  ],
  'unreadable-file': ['A file cannot be read.', 'Check its permissions.'],
  'binary-file': [
    'A file holds bytes that are no text.',
    'Check that it is the right file; pipelines are text in UTF-8.',
  ],
  'not-utf8': ['A file is text, but not in UTF-8.', 'Save it as UTF-8.'],
  'file-too-large': [
    'A file is larger than any pipeline or schema is.',
    'Data goes into the input, not into the pipeline.',
  ],
  'empty-file': [
    'A file is empty, or holds nothing but comments.',
    'Check that it is the right one, and that it was saved.',
  ],
  'not-a-pipeline': [
    'A file that should be a pipeline is something else, such as records, tests or a file of another tool.',
    'Name the pipeline first, the rows after `--input`; `pipe import` makes a pipeline of what other tools have.',
  ],
  'yaml-syntax': [
    'A line is not YAML.',
    'Look at indentation, colons, quotes and brackets at the place that is told.',
  ],
  'json-syntax': ['A line is not JSON.', 'Look at commas, quotes and brackets at the place that is told.'],
  'tab-indentation': ['A line is indented by a tab, which YAML does not allow.', 'Indent by spaces.'],
  'control-character': [
    'A character stands in the file that YAML does not allow.',
    'Remove it, or write it as an escape in double quotes.',
  ],
  'flat-text': [
    'The text after `|` or `>` begins no deeper than its key, and YAML takes it for empty.',
    'Indent all lines of the text deeper than the key.',
  ],
  'unquoted-template': [
    'A value begins with `{{` without quotes, which YAML reads as a map.',
    'Put the value into quotes: `prompt: "{{input.text}}"`.',
  ],
  'cut-template': [
    'A `#` after a space cuts a template off, since YAML takes the rest for a comment.',
    'Put the value into quotes, or write it as a block with `|`.',
  ],
  'cut-text': [
    'A `#` after a space ends a prompt, since YAML takes the rest of the line for a comment.',
    'Quote the text if the rest belongs to it, or put the comment on a line of its own.',
  ],
  'duplicate-key': ['A key, or the name of a record, is given twice.', 'Keep one of the two, or rename one.'],
  'non-string-key': ['A key is no text.', 'Put it into quotes.'],
  'merge-key': ['What `<<` merges is not a map.', 'Name a map by its anchor, or a list of such names.'],
  'unknown-anchor': [
    'An alias names an anchor that is not there, or comes later.',
    'Define the anchor (`&name`) before it.',
  ],
  'recursive-alias': [
    'An alias stands within its own anchor, which would never end.',
    'Write the value out.',
  ],
  'alias-bomb': ['Aliases of aliases stand for more values than a file may hold.', 'Write a smaller value.'],
  'unknown-tag': ['A YAML tag has no meaning here.', 'Remove it: the file is read as plain data.'],
  'wrong-tag': ['A value is not what its YAML tag says.', 'Remove the tag.'],
  'unknown-directive': ['A YAML directive has no meaning here.', 'Remove it: the file is read as YAML 1.2.'],
  'several-documents': ['The file holds several YAML documents.', 'Keep one, or make a file of each.'],
  'leading-zero': ['A number would lose its leading zero.', 'Put it into quotes to keep it as text.'],
  'inexact-number': [
    'A number has more digits than JSON can keep.',
    'Put it into quotes, or write fewer digits.',
  ],
  'lone-surrogate': ['A text holds half of a character.', 'Write the whole character.'],
  'too-deep': ['Values are nested too deeply.', 'Write a flatter value.'],
  'more-mistakes': [
    'There are more mistakes than are told one by one.',
    'Mend the first ones, and check again.',
  ],
} satisfies CodeTable;
