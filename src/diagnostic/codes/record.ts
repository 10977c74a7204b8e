import type { CodeTable } from './table.ts';

/** What is wrong with the input, as a whole or in single records. */
export const recordCodes = {
  'input-empty': ['The input is empty.', 'Check that it is the right file, and that it was saved.'],
  'input-is-folder': ['The input is a folder.', 'Name a file in it.'],
  'input-unreadable': ['The input cannot be read.', 'Check the path and its permissions.'],
  'input-not-text': [
    'The input is no UTF-8 text.',
    'Save it as UTF-8; workbooks have to be exported as CSV.',
  ],
  'input-changed': ['The input has changed while it was read.', 'Check it again when it is at rest.'],
  'input-read-before': ['The input can be read only once, and has been.', 'Save it to a file first.'],
  'input-cut': [
    'What came by standard input, or another input that comes once, ends within a row.',
    'Run on the whole of it again, in the same `--run-dir`: what was answered is not asked again.',
  ],
  'damaged-gzip': ['The input is gzipped, and damaged or cut off.', 'Fetch it anew.'],
  'stdin-missing': [
    '`--input -` was given, and nothing comes by standard input.',
    'Pipe the rows in, or name a file.',
  ],
  'missing-folder': ['The folder of `--files` is not there.', 'Name the folder where paths of images begin.'],
  'errors-file': [
    'The input holds the failed records of an earlier run, not the records themselves.',
    'Add `--input-format errors`.',
  ],
  'json-array': [
    'The input holds one JSON array, not one object a line.',
    'Add `--input-format json`, or let the name of the file end in `.json`.',
  ],
  'invalid-errors-file': [
    'A line is not one that a run wrote to its `errors.jsonl`.',
    'Leave the file as the run wrote it.',
  ],
  'record-too-large': [
    'A record is larger than 16 MB, or never ends.',
    'Look for a quote or bracket that is not closed.',
  ],
  'invalid-quotes': [
    'A quote of a CSV is not closed, or stands amid a cell.',
    'Quote the whole cell, and double the quotes in it.',
  ],
  'invalid-json': [
    'A record, or the input as a whole, is not JSON.',
    'Mend the line; in JSONL each record is one line.',
  ],
  'not-an-object': ['A record is JSON, but no object.', 'Write a map of fields a record.'],
  'too-large': ['A record is larger than 16 MB.', 'Make it smaller.'],
  'invalid-utf8': ['A record holds bytes that are no UTF-8.', 'Save the file as UTF-8.'],
  'invalid-text': ['A cell holds a text that cannot be kept.', 'Remove the characters that are told.'],
  'ragged-row': [
    'A row has more or fewer cells than the header.',
    'Quote cells that hold commas, or fill in what is missing.',
  ],
  'invalid-cell': [
    'A cell is not what the schema asks of its column.',
    "Write it as JSON would, or loosen the schema's type.",
  ],
  'invalid-record': [
    "A record does not fit the pipeline's `input.schema`.",
    'Mend the record or the schema.',
  ],
  'missing-key': ['A record lacks the field that `input.key` names.', 'Fill it in, or name another field.'],
  'field-conflict': ['A record has a field that is named like a step.', 'Rename the step, or say `output`.'],
  'ambiguous-when': [
    'A `when` gives a text such as "false", which is neither true nor false.',
    'Type the column as boolean in `input.schema`.',
  ],
  'absent-path': [
    'A template reads what this record lacks.',
    'Fill it in, or guard the path by `#if` or `default`.',
  ],
  'empty-prompt': [
    'The prompt of this record comes out empty.',
    'Skip such records by `input.when`, or require the field in the schema.',
  ],
  'bad-records': [
    'More records would fail than are told one by one.',
    'Mend the first ones, and check again.',
  ],
  'no-records': [
    'The input has no records, such as a CSV with a header alone.',
    'Check that it is the right file, and that all of it was written.',
  ],
  'same-question': [
    'No step reads anything of the record, so that every record gets the same question.',
    'Read a field in a prompt, such as `{{input.text}}`.',
  ],
  'all-skipped': ['`input.when` skips every record.', 'Check the expression against a record.'],
} satisfies CodeTable;
