// Loaded by --import into a run with workers: at SIGUSR2 the first of its threads ends, as one does that is out of memory.
import { syncBuiltinESMExports } from 'node:module';
import threads from 'node:worker_threads';

const { Worker } = threads;

threads.Worker = class extends Worker {
  constructor(...args) {
    super(...args);
    if (process.listenerCount('SIGUSR2') === 0) process.on('SIGUSR2', () => void this.terminate());
  }
};
syncBuiltinESMExports();
