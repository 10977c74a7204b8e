import type { CodeTable } from './table.ts';

/** What is wrong with templates, with the steps that hold them, and with the tools of steps. */
export const promptCodes = {
  'template-syntax': [
    'A template is not Handlebars: a brace, a quote or a closing tag is missing.',
    'Close what is open; `\\{{` writes braces as text.',
  ],
  'template-refused': [
    'A template uses a part of Handlebars that has no place in a prompt.',
    'Use paths, the blocks and helpers that the reference lists, and partials.',
  ],
  'unknown-helper': [
    'There is no helper of this name.',
    'Take one of the list, or prepare the value in the rows.',
  ],
  'unknown-partial': ['There is no partial of this name.', 'Put `<name>.hbs` into the folder of `partials`.'],
  'recursive-partial': ['A partial includes itself.', 'Break the circle.'],
  'wrong-arguments': [
    'A helper or block has too few or too many arguments.',
    'Write it as the reference does.',
  ],
  'bad-argument': [
    'A helper is given a value that it cannot take.',
    'Check the type of the value: lists for `join`, numbers for `gt`.',
  ],
  'unknown-path': [
    'A path leads to nothing that can be there: a variable, step or field is misspelt.',
    'Take the name that is suggested, or describe the field in the schema.',
  ],
  'unknown-field': [
    'A field is named that the schema of the records does not have.',
    'Take the field that is suggested, or describe it in the schema.',
  ],
  'missing-column': ['The input has no such column.', 'Take the column that is suggested, or add it.'],
  'missing-field': ['No record of the input has such a field.', 'Take the field that is suggested.'],
  'ambiguous-name': [
    'Inside a block, a name means a field of the item and not what stands outside.',
    'Write `@root.` before the path, or rename one.',
  ],
  'misplaced-name': [
    'A name exists, but not in this place, such as `env` in a prompt.',
    'Use it where the reference says that it is known.',
  ],
  'not-a-value': [
    'A path stops before a value, such as `steps.translate`.',
    'Go on to `output` or another field.',
  ],
  'not-iterable': ['`#each` is given what is neither a list nor an object.', 'Give it a list.'],
  'not-an-expression': [
    'A `when` is not exactly one expression.',
    "Write one, such as `{{eq input.lang 'en'}}`.",
  ],
  'never-equal': [
    'Two values are compared that can never be equal.',
    'Compare values of one type, and a value that the schema allows.',
  ],
  'may-be-null': ['A value may be null where null would fail the record.', 'Guard it by `#if` or `default`.'],
  'unguarded-skip': [
    'A template reads a step that may be skipped, without allowing for that.',
    'Put `{{#if …}}` around it, use `default`, or give the step the same `when`.',
  ],
  'dependency-loop': [
    'Steps wait for each other in a circle, so that none could begin.',
    'Remove one of the references.',
  ],
  'unknown-step': ['There is no step of this id.', 'Take the id that is suggested.'],
  'unused-step': ['A step is paid for whose output nothing reads.', 'Remove it, or use its output.'],
  'unused-variable': ['Nothing reads this variable.', 'Remove it, or use it.'],
  'duplicate-field': [
    'A step is named like a field of the record, and results have both side by side.',
    'Rename the step, or say `output`.',
  ],
  'system-beside-messages': ['`system` stands beside `messages`.', 'Make it the first turn of `messages`.'],
  'message-order': [
    'The turns of `messages` are in an order that no provider takes.',
    'System turns first, then user and assistant turns, a user turn last.',
  ],
  'misplaced-part': ['A turn has a part that its role cannot have.', 'Put images into user turns.'],
  'refused-image': [
    'An image cannot be sent, or a model would choose which file is read.',
    'Take the path from the record, inside the folder of images.',
  ],
  'no-json-word': ['`method: json_mode` needs the word JSON in the messages.', 'Say there: Answer in JSON.'],
  'unknown-tool': [
    '`tool_choice` names a tool that the step does not have.',
    'Name one of its tools, or `auto`, `any` or `none`.',
  ],
  'invalid-url': [
    'The URL of an HTTP tool could lead elsewhere, or is none.',
    'Write scheme and server out; expressions may stand in path and query.',
  ],
  'invalid-header': [
    'A header cannot be sent, or the header of a CSV cannot be used.',
    'Check names and values; column names must be there, once each.',
  ],
  'text-as-json': [
    'A text would be sent as JSON, with quotes around it.',
    'Set `Content-Type`, or write a map.',
  ],
} satisfies CodeTable;
