import type { TracerKind } from './tracer.ts';

/** The variables by which LangChain switches its tracing on; where traces go is read from others by its own client. */
const switches = ['LANGSMITH_TRACING', 'LANGSMITH_TRACING_V2', 'LANGCHAIN_TRACING', 'LANGCHAIN_TRACING_V2'];

/** LangSmith: one trace a record, its steps as children, and the model's calls, which LangChain tells, inside of them. */
export const langsmith: TracerKind = {
  name: 'LangSmith',
  wanted: (env) => switches.some((name) => env[name] === 'true'),
  async open(services) {
    const { openLangSmith } = await import('./langsmith-tracer.ts');
    return openLangSmith(services);
  },
};
