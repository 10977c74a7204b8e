import { once } from 'node:events';
import { exit, type ExitCode } from './exit.ts';
import { untilInterrupted } from './signals.ts';
import type { TestSession } from './test-session.ts';
import type { Terminal } from './terminal.ts';

/** Editors write a file in several strokes: a run begins when they have been quiet for so many milliseconds. */
const quiet = 100;

/** Runs the tests, and again whenever one of their files changes, until the user has seen enough. */
export async function watchTests(terminal: Terminal, session: TestSession): Promise<ExitCode> {
  const { watch } = await import('chokidar');
  const ended = untilInterrupted();
  const { files } = await session.run();
  const watcher = watch([...files], { ignoreInitial: true });
  const changes = createBell();
  let timer: NodeJS.Timeout | undefined;
  watcher.on('all', () => {
    clearTimeout(timer);
    timer = setTimeout(() => changes.ring(), quiet);
  });
  await Promise.race([once(watcher, 'ready'), ended]);
  try {
    for (;;) {
      terminal.stderr.write('\nwaiting for a change; Ctrl-C ends it\n');
      const isOver = await Promise.race([ended.then(() => true), changes.rung().then(() => false)]);
      if (isOver) return exit.interrupted;
      terminal.stderr.write('\n');
      watcher.add([...(await session.run()).files]);
    }
  } finally {
    clearTimeout(timer);
    await watcher.close();
  }
}

/** Remembers that it was rung while nobody listened. */
function createBell() {
  let isRung = false;
  let wake: () => void = () => undefined;
  return {
    ring() {
      isRung = true;
      wake();
    },
    async rung(): Promise<void> {
      if (!isRung) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      isRung = false;
    },
  };
}
