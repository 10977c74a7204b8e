import { once } from 'node:events';
import { MessageChannel } from 'node:worker_threads';
import { onTestFinished } from 'vitest';
import type { ClientServices } from '../../../../src/models/contract.ts';
import type { OpenModel } from '../../../../src/run/options.ts';
import type { Asked, Told } from '../../../../src/run/workers/messages.ts';
import { serveCalls } from '../../../../src/run/workers/serve.ts';
import type { StartThread, ThreadListener } from '../../../../src/run/workers/thread.ts';

/** Both sides in the test's own thread, with real ports between them: what crosses is cloned as it is by a worker. */
export function channelThreads(open: OpenModel) {
  const threads: ChannelThread[] = [];
  const start: StartThread = (listener) => {
    const { port1, port2 } = new MessageChannel();
    const close = () => {
      port1.close();
      port2.close();
    };
    onTestFinished(close);
    const thread: ChannelThread = { listener, asked: [], told: [], held: [], ended: 0, services: [] };
    threads.push(thread);
    const serve = serveCalls(
      (batch) => {
        thread.told.push(batch);
        port2.postMessage(batch, []);
      },
      {
        open: (settings, services) => {
          thread.services.push(services);
          return open(settings, services);
        },
        sleep: () => Promise.resolve(),
        random: () => 0.5,
        now: () => 7,
      },
    );
    port2.on('message', serve);
    port1.on('message', (batch: readonly Told[]) => listener.heard(batch));
    return {
      post(batch) {
        thread.asked.push(batch);
        port1.postMessage(batch, []);
      },
      hold: () => void thread.held.push('hold'),
      release: () => void thread.held.push('release'),
      async end() {
        thread.ended += 1;
        close();
        await once(port1, 'close');
      },
    };
  };
  return { start, threads };
}

/** What a test sees of one thread. */
export interface ChannelThread {
  readonly listener: ThreadListener;
  /** The batches, in both directions. */
  readonly asked: (readonly Asked[])[];
  readonly told: (readonly Told[])[];
  /** Its clients' services. */
  readonly services: ClientServices[];
  readonly held: ('hold' | 'release')[];
  ended: number;
}
