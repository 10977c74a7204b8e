import type { CodeTable } from './table.ts';

/** What is wrong with tests of a pipeline, or with its lock. */
export const testCodes = {
  'duplicate-name': ['Two tests have one name, or a JSON object has one field twice.', 'Rename one of them.'],
  'shared-tests': [
    'Two pipelines differ by the ending of their names alone, and would share their tests.',
    'Give one of them another name.',
  ],
  'unknown-variable': [
    'A test sets a variable that the pipeline does not have.',
    'Take the name that is suggested, or declare it under `vars`.',
  ],
  'unread-field': [
    'A test gives its record a field that the pipeline does not read, and not one of nearly that name.',
    'Take the name that is suggested.',
  ],
  'unfit-mock': ['A mock is no output that its step could give.', "Write one that fits the step's schema."],
  'wrong-path': [
    'An assertion about usage looks at a path that is none.',
    'Leave `path` out, or name `usage` or `steps.<id>.usage`.',
  ],
  'missing-label': ['A row has no label to hold the answer against.', 'Fill it in, or take the row out.'],
  'unknown-class': ['No row has the class that a threshold is for.', 'Take a label that rows have.'],
  'no-rows': ['A file of rows for a test is empty.', 'Put rows into it.'],
  'too-many-rows': ['A file of rows is larger than a test takes.', 'Take a sample of it.'],
  'missing-lock': [
    'There is no lock to hold the pipeline against.',
    'Write one by `pipe lock`, and keep it in version control.',
  ],
  'invalid-lock': [
    'A lock file is not one that `pipe lock` wrote.',
    'Write it anew; never merge it by hand.',
  ],
  'newer-lock': [
    'A lock file is of a newer version of pipe.',
    'Go on with that version; `pipe lock` of this one leaves the file as it is.',
  ],
  'not-the-lock': [
    'The file where the lock belongs is something else.',
    'Rename the pipeline, or that file.',
  ],
  'lock-drift': [
    'The pipeline differs from what was locked.',
    'Undo the change, or test it and run `pipe lock` again.',
  ],
  'unlocked-model': [
    'The lock does not say which model answers by a name, so any may.',
    'Run the pipeline, then lock it again: the run tells which one answered.',
  ],
} satisfies CodeTable;
