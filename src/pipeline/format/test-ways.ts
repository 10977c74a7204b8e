import { notes, type OtherWay } from './other-way.ts';

export const everyAssertion = 'every assertion has to hold: remove those that may fail';
export const noCode =
  'code is not executed: say what it looks for by `contains`, `matches`, `json_schema` or `judge`';

/** What people of other tools write into tests, by the part of them. */
export const testWays: { readonly [part in 'tests' | 'test' | 'assertion' | 'judge']: readonly OtherWay[] } =
  {
    tests: [
      {
        words: ['default_test', 'defaults'],
        hint: 'write it in each test; what they share can be an anchor of YAML under a key that begins with `x-`',
      },
      {
        words: ['prompts', 'providers', 'targets', 'models'],
        hint: 'the prompts and the model are those of the pipeline beside this file',
      },
      notes,
    ],
    test: [
      { words: ['description', 'title'], hint: 'did you mean `name`?', says: ['name'] },
      { words: ['threshold', 'assert_scoring_function'], hint: everyAssertion },
      {
        words: ['options', 'transform', 'postprocess'],
        hint: 'no code runs over an answer: assert on the answer itself',
      },
      {
        words: ['provider', 'providers', 'prompts', 'model'],
        hint: 'a test asks the model of its pipeline: copy the pipeline for another',
      },
      notes,
    ],
    assertion: [
      {
        words: ['not_equals', 'not_equal', 'is_not', 'ne', 'differs'],
        hint: 'write `json_schema: {not: {const: …}}`',
        says: ['json_schema'],
      },
      {
        words: ['not_matches', 'not_match', 'not_regex'],
        hint: "write `matches: '^(?![^]*PATTERN)'`",
        says: ['matches'],
      },
      { words: ['starts_with', 'prefix'], hint: 'write `matches: ^TEXT`', says: ['matches'] },
      { words: ['ends_with', 'suffix'], hint: 'write `matches: TEXT$`', says: ['matches'] },
      {
        words: ['contains_any', 'includes_any'],
        hint: 'write `matches: one|other`',
        says: ['matches'],
      },
      { words: ['not_contains_any'], hint: 'write `not_contains` with a list', says: ['not_contains'] },
      {
        words: ['icontains', 'icontains_any', 'icontains_all', 'not_icontains'],
        hint: "capitals count in `contains`: write `matches: '[pP]arcel'`",
        says: ['matches'],
      },
      {
        words: ['similar', 'similar_to', 'semantic_similarity', 'embedding_similarity', 'cosine'],
        hint: 'say what the answer is to mean by `judge: {rubric: …}`; `similarity` compares letters',
        says: ['judge'],
      },
      {
        words: [
          'javascript',
          'js',
          'python',
          'ruby',
          'webhook',
          'fn',
          'code',
          'lambda',
          'custom',
          'tool_call_f1',
        ],
        hint: noCode,
        says: ['matches'],
      },
      {
        words: ['latency', 'max_latency', 'max_duration', 'duration'],
        hint: 'tests are answered from recordings: see the latencies of a run in `pipe report`',
        says: ['max_tokens'],
      },
      {
        words: ['finish_reason'],
        hint: 'write `{path: steps.<id>.finish_reason, equals: stop}`',
        says: ['path', 'equals'],
      },
      {
        words: [
          'answer_relevance',
          'context_faithfulness',
          'context_recall',
          'context_relevance',
          'is_refusal',
          'moderation',
          'bleu',
          'rouge_n',
          'rouge',
          'meteor',
          'pi',
          'classifier',
          'perplexity',
        ],
        hint: 'say what a good answer is by `judge: {rubric: …}`',
        says: ['judge'],
      },
      {
        words: ['not_llm_rubric', 'not_judge', 'not_g_eval', 'not_factuality', 'not_model_graded_closedqa'],
        hint: 'say in the rubric of a `judge` what the answer must not be',
        says: ['judge'],
      },
      {
        words: ['assert_set', 'assertions', 'all_of'],
        hint: 'write its assertions one by one: each has to hold',
      },
      { words: ['weight', 'threshold'], hint: everyAssertion },
      {
        words: ['transform', 'context_transform'],
        hint: 'no code runs over an answer: assert on the answer itself',
      },
      { words: ['metric', ...notes.words], hint: notes.hint },
      {
        words: ['provider', 'grader'],
        hint: 'the model that judges stands in `judge: {rubric: …, model: …}`',
      },
    ],
    judge: [
      {
        words: ['provider', 'grader', 'llm'],
        hint: 'write `model: {provider: …, name: …}`, or the name alone',
      },
      {
        words: ['threshold', 'score', 'min_score', 'weight', 'scale'],
        hint: 'say in the rubric what is good enough: a judge says whether the answer passes',
      },
    ],
  };
