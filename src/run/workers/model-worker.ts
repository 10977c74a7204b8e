import { parentPort } from 'node:worker_threads';
import { openByProvider } from '../open-by-provider.ts';
import { pause } from '../options.ts';
import { serveCalls } from './serve.ts';

// The entry of a worker's thread: `thread.ts` starts it.
if (parentPort === null) throw new Error('this module is the entry of a worker thread');
const port = parentPort;
port.on(
  'message',
  serveCalls((batch) => port.postMessage(batch), {
    open: openByProvider,
    sleep: pause,
    random: Math.random,
    now: Date.now,
  }),
);
