import { isObject, type JsonValue } from '../../json/json.ts';
import { handText } from '../handlebars/expression.ts';
import { escapedText, templateText } from '../handlebars/text.ts';
import { writeTemplate } from '../jinja/write.ts';
import { plainName } from '../names.ts';
import { referenceIn } from './nodes.ts';
import { answersBefore, bindingOf, type Flow } from './values.ts';

/** The fields of a result row, by what the flow gives out. */
export function outputOf(flow: Flow): ReadonlyMap<string, string> {
  const { source } = flow;
  const outputs = isObject(source.value) && isObject(source.value['outputs']) ? source.value['outputs'] : {};
  const written = new Map<string, string>();
  for (const [name, output] of Object.entries(outputs)) {
    const place = { source, pointer: ['outputs', name, 'reference'] };
    if (isCodeAlone(isObject(output) ? output['reference'] : undefined, flow)) {
      flow.notes.tell(
        place,
        `the output \`${name}\` is left out: code makes it, and of no answer`,
        'work it out from the results of the run, or beforehand as a column of your rows',
      );
      continue;
    }
    const bound = bindingOf(isObject(output) ? output['reference'] : undefined, name, place, flow);
    if (bound === undefined) continue;
    if (bound.kind === 'value') {
      const { value } = bound;
      const text =
        value.kind === 'literal' ? escapedText(String(value.value ?? '')) : `{{${handText(value, false)}}}`;
      written.set(name, text);
    } else {
      const { template, scope, notes } = bound;
      const pieces = writeTemplate(template.nodes, { text: template.text, scope, notes, files: () => notes });
      written.set(name, templateText(pieces));
    }
  }
  return written;
}

/** Whether an output is what code makes without a model, and no step reads: a column of the rows would come back as it is. */
function isCodeAlone(reference: JsonValue | undefined, flow: Flow): boolean {
  const node = flow.nodes.get(referenceIn(reference)?.node ?? '');
  if (node?.kind !== 'code' || node.aggregates || answersBefore(node, flow).length > 0) return false;
  return !flow.fields.has(plainName(node.name)) && !flow.fields.has(`${plainName(node.name)}_output`);
}
