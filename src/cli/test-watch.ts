import { exit, type ExitCode } from './exit.ts';
import { untilInterrupted } from './signals.ts';
import type { TestSession } from './test-session.ts';
import type { Terminal } from './terminal.ts';

/** Editors write a file in several strokes: a run begins when they have been quiet for so many milliseconds. */
const quiet = 100;

/** Runs the tests, and again whenever one of their files changes, until the user has seen enough. */
export async function watchTests(terminal: Terminal, session: TestSession): Promise<ExitCode> {
  const { watch } = await import('chokidar');
  const watcher = watch([], { ignoreInitial: true });
  let changed = () => undefined as void;
  let timer: NodeJS.Timeout | undefined;
  let pending = false;
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      pending = true;
      changed();
    }, quiet);
  });
  let over = false;
  const interrupted = untilInterrupted().then(() => {
    over = true;
    changed();
  });
  while (!over) {
    pending = false;
    const { files } = await session.run();
    watcher.add([...files]);
    if (over) break;
    terminal.stderr.write('\nwaiting for a change; Ctrl-C ends it\n');
    await new Promise<void>((resolve) => {
      changed = resolve;
      if (pending || over) resolve();
    });
    if (!over) terminal.stderr.write('\n');
  }
  await interrupted;
  clearTimeout(timer);
  await watcher.close();
  return exit.interrupted;
}
