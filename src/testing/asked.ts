import type { Completion } from '../models/contract.ts';
import type { OutputNode } from '../plan.ts';
import type { RecordEnd } from './ends.ts';
import type { Asked } from './result.ts';
import type { RecordTrace } from './trace.ts';

/** What a step asked last, and was answered; nothing where it did not ask. */
export function asked(trace: RecordTrace, step: string | undefined): { readonly asked?: Asked } {
  const call = step === undefined ? undefined : trace.get(step)?.calls.at(-1);
  if (step === undefined || call === undefined) return {};
  const { request, outcome } = call;
  return { asked: { step, request, ...(outcome.ok && { answer: answerText(outcome.completion) }) } };
}

function answerText({ text, tool_calls, refusal }: Completion): string {
  const calls = tool_calls.map((call) => `${call.name}(${call.arguments})`);
  return [text, refusal ?? '', ...calls].filter((part) => part !== '').join('\n');
}

/** The step that answered what stands at a path: the one that it names, or that the row has it from. */
export function stepOf(path: string, { test, trace }: Pick<RecordEnd, 'test' | 'trace'>): string | undefined {
  const { plan } = test.variant;
  const ran = plan.steps.filter(({ id }) => trace.has(id)).map(({ id }) => id);
  const named = stepIn(path);
  if (named !== undefined) return named;
  const [root, ...names] = path.split('.');
  if (root !== 'output') return undefined;
  const [first] = names;
  if (plan.output === undefined) return ran.includes(first ?? '') ? first : ran.at(-1);
  const read = textsIn(nodeAt(plan.output, names)).flatMap((text) => stepIn(text) ?? []);
  return read.find((id) => ran.includes(id)) ?? ran.at(-1);
}

function stepIn(text: string): string | undefined {
  return /\bsteps\.([\w-]+)/u.exec(text)?.[1];
}

/** As far down as the names lead. */
function nodeAt(node: OutputNode, names: readonly string[]): OutputNode {
  const [first, ...rest] = names;
  if (first === undefined || node.kind !== 'object') return node;
  const field = node.fields.find(([name]) => name === first)?.[1];
  return field === undefined ? node : nodeAt(field, rest);
}

function textsIn(node: OutputNode): readonly string[] {
  switch (node.kind) {
    case 'template':
      return [node.template.text];
    case 'constant':
      return [];
    case 'array':
      return node.items.flatMap(textsIn);
    case 'object':
      return node.fields.flatMap(([, field]) => textsIn(field));
  }
}
