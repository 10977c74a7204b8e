/** Words of other tools for our keys and values. */
const otherWords: { readonly [ours: string]: readonly string[] } = {
  when: ['if', 'condition', 'filter', 'only_if'],
  needs: ['depends_on', 'requires', 'after'],
  prompt: ['user', 'user_prompt', 'template', 'question', 'human'],
  system: ['system_prompt', 'instructions', 'developer'],
  name: ['model', 'model_name', 'model_id'],
  vars: ['variables', 'params', 'parameters', 'env'],
  steps: ['stages', 'tasks', 'nodes', 'jobs', 'prompts', 'chain'],
  output: ['result', 'results', 'return'],
  key: ['id', 'primary_key', 'id_field'],
  base_url: ['api_base', 'endpoint', 'server_url', 'url', 'host'],
  random_seed: ['seed'],
  seed: ['random_seed'],
  stop: ['stop_sequences', 'stop_sequence'],
  stop_sequences: ['stop', 'stop_sequence'],
  max_tokens: ['max_completion_tokens', 'max_output_tokens', 'num_predict', 'max_length'],
  max_output_tokens: ['max_tokens', 'max_completion_tokens', 'num_predict', 'max_length'],
  num_predict: ['max_tokens', 'max_completion_tokens', 'max_output_tokens', 'max_length'],
  reasoning_effort: ['effort', 'thinking_level', 'think'],
  effort: ['reasoning_effort', 'thinking_level'],
  thinking_level: ['reasoning_effort', 'effort', 'think'],
  think: ['reasoning_effort', 'thinking', 'thinking_level'],
  max_retries: ['retries'],
  concurrency: ['parallelism', 'parallel', 'workers', 'threads'],
  attempts: ['max_attempts', 'tries'],
  max_delay: ['max_wait', 'max_backoff'],
  error_rate: ['threshold', 'failure_rate'],
  content: ['text', 'message'],
  user: ['human'],
  assistant: ['ai', 'bot', 'model'],
  text: ['input_text', 'output_text'],
  image_url: ['image', 'input_image', 'image_file', 'url', 'src', 'source'],
  thinking: ['reasoning', 'thought', 'reasoning_content'],
  schema: ['output_schema', 'response_schema', 'response_format', 'json_schema', 'output_format', 'fields'],
  method: ['mode', 'strategy'],
  repair: ['repairs', 'reask', 'reasks', 'fix', 'validation_retries', 'schema_retries'],
  tools: ['functions', 'function_declarations', 'tool', 'agent', 'function_calling', 'tool_calling'],
  json_mode: ['json', 'json_object'],
  function_calling: ['function', 'functions', 'tool', 'tools', 'tool_calling', 'tool_calls'],
  tool_choice: ['function_call', 'force_tool'],
  max_rounds: ['max_iterations', 'max_turns', 'max_steps', 'max_tool_rounds', 'recursion_limit', 'rounds'],
  parameters: ['arguments', 'args', 'input_schema', 'args_schema', 'params', 'inputs'],
  command: ['cmd', 'run', 'exec', 'shell', 'argv', 'script'],
  module: ['path', 'file', 'function', 'import', 'handler', 'code'],
  http: ['request', 'fetch', 'rest', 'api', 'webhook'],
  headers: ['header'],
  query: ['search_params', 'query_params', 'params', 'query_string'],
  body: ['json', 'data', 'payload'],
  mistralai: ['mistral', 'chat_mistral_ai'],
  openai: ['chat_openai', 'gpt', 'chat_gpt'],
  anthropic: ['claude', 'chat_anthropic'],
  ollama: ['llama', 'chat_ollama', 'local'],
  'google-genai': [
    'google',
    'google_ai',
    'google_ai_studio',
    'gemini',
    'vertex',
    'vertex_ai',
    'google_vertex',
    'google_vertex_ai',
    'chat_google_generative_ai',
  ],
  chat: ['llm', 'prompt', 'completion', 'text', 'generate'],
  structured: ['json', 'json_schema', 'object', 'extract', 'extraction', 'classify', 'structured_output'],
};

/** The one of ours that this word of another tool means, however it joins its parts. */
export function ourWord(word: string, ours: readonly string[]): string | undefined {
  const plain = plainWord(word);
  return ours.find(
    (own) => Object.hasOwn(otherWords, own) && otherWords[own]?.some((other) => plainWord(other) === plain),
  );
}

function plainWord(word: string): string {
  return word.replaceAll(/[-_]/gu, '').toLowerCase();
}
