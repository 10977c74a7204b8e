import type { Diagnostic } from '../../diagnostic/diagnostic.ts';
import { didYouMean } from '../../diagnostic/suggest.ts';
import type { Result } from '../../result.ts';
import type { Proposal } from '../../starter/proposal.ts';
import { starterModel, tasks, type Task, type TaskDetail } from '../../starter/tasks.ts';
import { doubtedModel } from './model-name.ts';
import type { Question } from './questions.ts';
import { mistakenTask } from './task-names.ts';

/** In the place of a file: rows to begin with are written. */
export const noRows = 'example rows';

export function rowsQuestion(
  proposed: string | undefined,
  read: (path: string) => Promise<Result<unknown, Diagnostic>>,
): Question {
  return {
    words: 'Your rows (CSV, TSV, JSONL or JSON)',
    proposed: proposed ?? noRows,
    explained: [
      'The file that the pipeline is to run over: its columns are looked at, and',
      `nothing of it is sent anywhere. \`${noRows}\` writes three to begin with.`,
    ],
    async wrong(path) {
      const found = path === noRows ? undefined : await read(path);
      if (found === undefined || found.ok) return undefined;
      const { message, hint } = found.error;
      return hint === undefined ? message : `${message}: ${hint}`;
    },
  };
}

/** To choose among labels where the rows have some, else what any text can be asked. */
function usualTask({ labels }: Proposal): string {
  return labels === undefined ? 'extract' : 'classify';
}

export function taskQuestion(proposal: Proposal): Question {
  const all = [...tasks.values()];
  return {
    menu: [
      'What is the model to do?',
      ...all.map(({ task, description }) => `  ${task.padEnd(10)} ${description}`),
    ],
    words: 'Task',
    proposed: usualTask(proposal),
    explained: [
      'classify and extract answer with columns: the labels or the facts that you',
      'name next, and nothing else. translate and chat answer with a text.',
      'The prompt that it begins with is yours to edit, and more steps can follow.',
    ],
    wrong: mistakenTask,
  };
}

export function taskOf(name: string | undefined): Task | undefined {
  return name === undefined ? undefined : tasks.get(name);
}

const mostShown = 6;

export function textQuestion({ text, texts }: Proposal): Question {
  const shown = texts.slice(0, mostShown);
  const more = texts.length > mostShown ? ', …' : '';
  return {
    menu: [`Your fields: ${shown.join(', ')}${more}`],
    words: 'Which one is the text',
    proposed: text,
    explained: [
      'The field that the prompt reads of each record; a prompt can be edited to read',
      'more of them. The one in [ ] has the longest texts, or a name that says so.',
    ],
    wrong(name) {
      if (texts.includes(name)) return undefined;
      const meant = didYouMean(name, texts);
      return `there is no field of texts \`${name}\`${meant === undefined ? '' : `; did you mean \`${meant}\`?`}`;
    },
  };
}

export function detailsQuestion(detail: TaskDetail, { labels }: Proposal): Question {
  const { flag, question, explained, usual, read, shown } = detail;
  const ofRows = flag === 'labels' ? labels : undefined;
  const from =
    ofRows?.column === undefined
      ? `Those in [ ] are an example of ${flag}: type your own.`
      : `Those in [ ] are the values of the column ${ofRows.column}.`;
  return {
    ...((ofRows === undefined || ofRows.column !== undefined) && usual.length > 1 && { note: from }),
    words: question,
    proposed: shown(ofRows?.values ?? usual),
    explained,
    wrong(text) {
      const parts = read(text);
      return parts.ok ? undefined : parts.error;
    },
  };
}

/** An answer that the question has let through, in parts. */
export function detailsOf(detail: TaskDetail | undefined, answer: string | undefined): readonly string[] {
  const parts = answer === undefined ? undefined : detail?.read(answer);
  return parts?.ok === true ? parts.value : [];
}

export function modelQuestion(): Question {
  let doubted: string | undefined;
  return {
    words: 'Model',
    proposed: starterModel,
    explained: [
      "A model's name as Mistral gives it, such as mistral-small-latest or",
      'mistral-large-latest. Begin with a small one: it costs little while you try.',
    ],
    wrong(name) {
      if (/[\s,]/u.test(name)) return 'the name of a model has neither spaces nor commas';
      const doubt = name === doubted ? undefined : doubtedModel(name);
      doubted = name;
      return doubt && `${doubt.why}; did you mean\n\`${doubt.meant}\`? Typed once more, it is taken as it is`;
    },
  };
}
