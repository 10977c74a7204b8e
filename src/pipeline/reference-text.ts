import { usageFields } from './scope.ts';

/** What the format reference says in words, around the tables that are made of the format itself. */

export const beforeKeys = `# The pipeline file

<!-- Written by \`npm run schemas\` from the code that checks files. Do not edit. -->

A pipeline is one YAML 1.2 file. With this first line, editors complete its keys, show these descriptions and mark mistakes
as you type (\`pipe schema\` prints the schema):

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/prompt-pipe/schemas/pipeline.schema.json
version: 1
name: ticket-reply
vars:
  language: English
input:
  key: id
  schema:
    type: object
    required: [id, text]
    properties:
      id: {type: string}
      text: {type: string, minLength: 1}
model:
  name: mistral-small-latest
  temperature: 0
steps:
  translate:
    type: chat
    system: Translate to {{vars.language}}. Answer with the translation alone.
    prompt: "{{input.text}}"
  reply:
    type: chat
    prompt: |
      Write a friendly reply to this ticket:
      {{steps.translate.output}}
output:
  id: "{{input.id}}"
  reply: "{{steps.reply.output}}"
\`\`\`

In a clone of pipe's repository, write the path of the schema there: \`../schemas/pipeline.schema.json\` in \`pipelines/\`.`;

export const keyRules = `Every key is one of those below; another is an error, with a suggestion. Keys that begin with \`x-\` are yours wherever keys are
fixed, and YAML anchors and merge keys (\`<<\`) work. Durations are numbers with a unit: \`500ms\`, \`60s\`, \`5m\`, \`24h\`.
For a run, \`--set path=value\` sets any key, \`--var name=value\` a variable, \`--model name\` the model of every step.`;

export const testsText = `## tests

Tests stand in the pipeline under \`tests\`, or in a file of their own beside it: \`translate.test.yaml\` for \`translate.yaml\`, whose
keys are \`version: 1\`, \`tests\` and, if you like, \`description\`. With this first line editors complete them
(\`pipe schema --for test\` prints the schema):

\`\`\`yaml
# yaml-language-server: $schema=./node_modules/prompt-pipe/schemas/test.schema.json
version: 1
tests:
  - name: a late parcel is an order
    input: {id: t1, text: Where is my parcel?}
    assert:
      - {path: output.topic, equals: order}
      - {path: output.reply, contains: parcel, max_length: 400}
      - {max_tokens: 500}
  - name: every ticket gets a topic
    rows: ./data/tickets.csv
    assert:
      - {path: output.topic, one_of: [order, billing, other]}
  - name: topics
    classify:
      rows: ./data/labelled.csv
      label: topic
      prediction: output.topic
      at_least: {accuracy: 0.9}
\`\`\`

\`pipe test\` answers them from \`translate.recording.jsonl\`, without a key; \`pipe test --record\` makes that file, and \`pipe check\`
checks tests too. Records are not named by \`input.key\` here, so an \`input\` need not have it.`;

export const templateRules = `## Templates

Prompts, \`when\` and \`output\` are templates in the syntax of Handlebars, checked before a run against what can be there. A
template must be quoted where it begins a value: \`prompt: "{{input.text}}"\`.

| name | what it is |
| --- | --- |
| \`input\` | the record: \`{{input.text}}\`, or \`{{input.[order id]}}\` for a name with spaces |
| \`vars\` | the variables of the file |
| \`steps.<id>.output\` | what the step answered, a text or the value that its \`schema\` describes; reading it makes this step wait for that one |
| \`steps.<id>.tool_calls\` | the calls of a step with tools, in their order: each has \`id\`, \`name\`, \`arguments\`, and \`result\` or \`error\`, where the other is null |
| \`steps.<id>.finish_reason\` | why the answer ended: \`stop\`, \`length\` where \`max_tokens\` cut it off, or another word of the provider's; null where it gave none |
| \`steps.<id>.usage\` | what the step took for this record: ${usageFields.map((name) => `\`${name}\``).join(', ')}; null where the provider did not tell |
| \`args\` | in the \`http\` request of a tool alone: the arguments of the call |
| \`env\` | in the \`headers\` of that request alone: environment variables, as in \`Bearer {{env.RATES_TOKEN}}\` |

- An object or a list is written as JSON, null as nothing; nothing is escaped. Whole objects and lists can be arguments too:
  \`{{json steps.find.output}}\`, \`{{default input.tags vars.tags}}\`.
- A value of \`output\` that is exactly one expression keeps its type; any other is text. In a CSV or TSV, a list or map is a
  cell of JSON text; null and what is absent are an empty cell.
- An item of a list is named by its number, from 0: \`{{steps.find.output.issues.[0].area}}\`, or \`issues.0.area\` where a name
  follows. \`{{input.tags.length}}\` is how many there are; of a text that is \`{{length input.text}}\`.
- Inside \`#each\` and \`#with\` a path starts at the item, which is \`{{this}}\` itself; \`@root.input.text\` starts outside, and
  \`../name\` in what is around the block.
- Inside \`#each\`, \`@index\` counts the items from 0, \`@key\` is the name of a field of an object, and \`@first\` and \`@last\`
  are true for the item at that end.
- \`\\{{\` writes \`{{\` as text; in double quotes YAML wants the backslash twice: \`"\\\\{{"\`.
- \`{{! … }}\` is a comment, and \`{{!-- … --}}\` one that may hold \`}}\`. No model sees them.
- \`{{> name}}\` inserts a partial, \`{{> name tone=vars.tone}}\` with arguments.
- A path that is absent fails the record with its name, unless something guards it: an \`#if\` or \`#with\` around it, \`default\`,
  or a \`when\` of that path. null and "" are values.
- A step with a \`when\` may be skipped, so what reads its output must guard it.
- Where a tool names an environment variable, in \`env\` or in its \`headers\`, the value of that variable is taken out of all
  that the tool returns, if it has 8 characters or more.
- \`when\` must be exactly one expression. Where it is false, null, "" or absent, the step or record is skipped.

Blocks, each closed by its name:`;

export const helperRules = `Helpers, with arguments after them; \`(…)\` nests one in another, as in \`{{default (trim input.text) "nothing"}}\`. For a ≥ b
write \`(not (lt a b))\`, for a ≤ b \`(not (gt a b))\`:`;

export const afterKeys = `## JSON Schemas

A schema stands in the file, or in a file of its own (JSON or YAML) that is named by a path. It is JSON Schema 2020-12, or
draft-07 by its \`$schema\`. \`$ref\` leads to \`#/…\` in the same schema or to a relative path in the pipeline's folder, never to
the network. A field that is not among \`properties\` is a mistake in a template, unless \`additionalProperties\` is given or
\`patternProperties\` matches.`;

export const codesText = `## Codes of mistakes

Each mistake that \`pipe check\` tells has a code, in brackets after its message and as the rule in \`--format sarif\`. The message
itself says what is wrong at that place, and mostly what to write instead.`;
