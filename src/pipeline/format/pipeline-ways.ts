import { notes, type OtherWay } from './other-way.ts';

const form: OtherWay = {
  words: ['response_format', 'response_mime_type', 'response_schema', 'structured_output', 'output_parser'],
  hint: 'what form an answer has is said by its step: `type: structured`, with a `schema`',
};
const selection: OtherWay = {
  words: ['sample', 'samples', 'limit', 'offset', 'max_samples', 'num_rows'],
  hint: 'say it when you run it: `pipe run … --limit 10`, or `--sample 10`',
};
const batches: OtherWay = {
  words: ['batch', 'batch_size', 'batch_mode', 'max_batch_size'],
  hint: 'each record is asked by itself, `limits.concurrency` of them at a time',
};
const repeats: OtherWay = {
  words: ['n', 'best_of', 'repeat', 'num_generations', 'samples_per_prompt'],
  hint: 'a record is asked once: run it again by `pipe run … --no-cache`, and see `pipe diff`',
};
const fallbacks: OtherWay = {
  words: ['fallback', 'fallbacks', 'fallback_models', 'with_fallbacks'],
  hint: 'ask another model for the records that failed: `pipe run … --model NAME --input-format errors --input` and the `errors.jsonl` of the run',
};
const failures: OtherWay = {
  words: [
    'skip_on_error',
    'return_exceptions',
    'continue_on_error',
    'ignore_errors',
    'require_all_responses',
  ],
  hint: 'a record that fails stops no other, and stands in `errors.jsonl`; `fail.error_rate` says how many may',
};
const traces: OtherWay = {
  words: ['callbacks', 'tracing', 'telemetry', 'langsmith'],
  hint: 'LangSmith is switched on by its variables, such as LANGSMITH_TRACING=true',
};

/** What is asked for at the top and in steps alike. */
const everywhere: readonly OtherWay[] = [selection, batches, repeats, fallbacks, failures, traces, notes];

/** What people of other tools write into a pipeline, by the part of it. */
export const pipelineWays: {
  readonly [part in 'file' | 'model' | 'step' | 'type']: readonly OtherWay[];
} = {
  file: [
    {
      words: ['datasets', 'dataset', 'data', 'input_file', 'input_path', 'rows'],
      hint: 'name the rows when you run it: `pipe run … --input rows.csv`',
    },
    {
      words: ['output_path', 'output_file', 'out'],
      hint: 'name the file when you run it: `pipe run … --output answers.csv`',
    },
    {
      words: ['providers', 'targets', 'models'],
      hint: 'a pipeline asks one `model`: to compare, run it by `--model NAME` too, and see `pipe diff`',
    },
    {
      words: ['default_test', 'derived_metrics'],
      hint: 'write what is expected in each of `tests`',
      says: ['tests'],
    },
    form,
    ...everywhere,
  ],
  model: [form, repeats, batches, fallbacks, traces, notes],
  step: [
    {
      words: ['name', 'id', 'step_name'],
      hint: "a step's name is the key that it stands under; a model's stands under `model`",
    },
    { words: ['description', 'comment'], hint: 'write a comment, or `x-description`' },
    {
      words: ['output', 'outputs'],
      hint: 'the form of an answer is the `schema` of a step of `type: structured`; what is in a result row is `output` at the top',
      says: ['schema'],
    },
    {
      words: ['gleaning', 'reflection', 'self_refine'],
      hint: '`repair` asks again where an answer does not fit its `schema`; a second step can read the first and improve on it',
    },
    {
      words: ['validate', 'validation', 'validators', 'guardrails'],
      hint: 'say it in the `schema` of a step of `type: structured`, or under `assert` in a test',
    },
    {
      words: [
        'transform',
        'parse',
        'postprocess',
        'post_process',
        'preprocess',
        'code',
        'source',
        'function',
      ],
      hint: 'no code runs between steps: do it with the rows before a run, or with its results',
    },
    {
      words: ['for_each', 'loop', 'each', 'iterate', 'map', 'unnest_key', 'reduce_key', 'split_key'],
      hint: 'a step is asked once for each record: make a row of each item before the run; its results can be the rows of another',
    },
    {
      words: ['prompt_file', 'prompt_path', 'template_file', 'template_path', 'system_file'],
      hint: 'name the folder of a reply.hbs with `partials`, and write `prompt: "{{> reply}}"`',
      says: ['prompt', 'messages'],
    },
    {
      words: ['drop_keys', 'keep_keys', 'output_key', 'output_keys'],
      hint: 'what is in a result row is `output` at the top',
    },
    {
      words: ['variants', 'use_variants', 'optimize'],
      hint: 'to compare two of a step, run it by `pipe run … --set steps.<id>.prompt=…` too, and see `pipe diff`',
    },
    ...everywhere,
  ],
  type: [
    {
      words: ['filter', 'router', 'switch', 'condition', 'gate'],
      hint: 'ask for true or false by `type: structured`, and say in the `when` of later steps which of them to take',
    },
    {
      words: [
        'reduce',
        'resolve',
        'unnest',
        'split',
        'gather',
        'explode',
        'equijoin',
        'cluster',
        'rank',
        'aggregate',
        'aggregation',
        'join',
        'loop',
        'for_each',
        'batch',
      ],
      hint: 'a step sees one record: make other rows of the results of a run, by a program of your own, and run a second pipeline over them',
    },
    {
      words: ['python', 'code', 'code_map', 'code_filter', 'code_reduce', 'function', 'javascript', 'script'],
      hint: 'no code runs between steps: do it with the rows before a run, or with its results; what a model is to call is a tool of a step of `type: tools`',
    },
  ],
};
