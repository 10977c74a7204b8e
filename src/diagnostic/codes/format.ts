import type { CodeTable } from './table.ts';

/** What the format of pipelines and tests does not allow. */
export const formatCodes = {
  'unknown-key': [
    'A key has no place where it stands: it is misspelt, or belongs elsewhere.',
    'Take the key that is suggested. Keys of your own begin with `x-`.',
  ],
  'required-key': ['A key is missing without which the rest means nothing.', 'Add it as the hint writes it.'],
  'conflicting-keys': ['Two keys stand side by side that exclude each other.', 'Keep the one that you mean.'],
  'wrong-type': [
    'A value is of another type than its key takes.',
    'Write it as the hint does: often quotes are missing, or too many.',
  ],
  'invalid-value': [
    'A value is none that its key allows.',
    'Take one that is allowed: the message tells which.',
  ],
  'invalid-name': [
    'A name cannot be written in a template or a path.',
    'Start with a letter, then use letters, digits, `_` and `-`.',
  ],
  'invalid-flag': [
    'A flag such as `--set` or `--var` cannot be applied to the file.',
    'Check its path and value.',
  ],
  'misplaced-template': [
    'A template stands where none is filled in, so that its braces would be taken literally.',
    'Write a plain value, or move the template into a prompt or `output`.',
  ],
  'foreign-template': [
    'A template is written in the syntax of another tool, or names a file as another tool would.',
    'Write `{{input.name}}`, the one syntax that is filled in; a text in a file of its own is a partial.',
  ],
  'other-provider': [
    'The name is that of a model of another provider than the one that is asked.',
    'Set `provider` beside it, or name a model that the provider has.',
  ],
  'misspelt-model': [
    'The name is none of the models that are known of the provider, but looks like one.',
    'Check how it is spelt: the provider would refuse it.',
  ],
  'two-samplings': [
    '`temperature` and `top_p` are both set.',
    'Keep one: the providers advise against both.',
  ],
  'parameter-left-out': [
    "A parameter of the model at the top is none of this step's provider, and is not sent.",
    "Set what you mean in the step's own `model`.",
  ],
  'retries-twice': [
    '`model.max_retries` and `retry.attempts` are both given.',
    'Keep one: N retries are N + 1 attempts.',
  ],
  'unknown-price': [
    'A budget in dollars needs a price that is not known.',
    'Give it under `prices`, or set `budget.tokens`.',
  ],
  'unbounded-answer': [
    'A budget needs to know how long an answer may be.',
    'Set `max_tokens`, or what the provider calls it.',
  ],
  'idle-limit': ['A limit has no effect, since another is stricter.', 'Remove the one that rules nothing.'],
  'small-limit': [
    'A limit of tokens is less than one call may use.',
    'Raise the limit, or lower `max_tokens`.',
  ],
  'invalid-base-url': [
    '`base_url` is no address that a key may be sent to.',
    'Write a whole URL, such as https://gateway.example.com/v1.',
  ],
  'missing-api-key-name': [
    'A server of your own needs a key, and no variable is named for it.',
    'Name the environment variable in `api_key_env`.',
  ],
  'misplaced-api-key': [
    "A provider's key would go to somebody else.",
    'Name a variable of its own for that server or tool.',
  ],
} satisfies CodeTable;
