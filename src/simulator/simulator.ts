import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { failure, success } from '../result.ts';
import type { Result } from '../result.ts';
import { createChat } from './chat.ts';
import { exchange } from './exchange.ts';
import { withDefaults } from './options.ts';
import type { Settings, SimulatorOptions } from './options.ts';
import { withHeaders } from './outcome.ts';
import { createQuota } from './quota.ts';
import { route } from './route.ts';
import { createCounter } from './stats.ts';
import type { SimulatorStats } from './stats.ts';

/** A running server that speaks Mistral's API over HTTP. */
export interface Simulator {
  /** Such as http://127.0.0.1:40123, without a trailing slash and without /v1. */
  readonly url: string;
  stats(): SimulatorStats;
  /** Ends every connection, answered or not, and resolves when none is left. May be called again. */
  close(): Promise<void>;
}

export interface SimulatorError {
  readonly code: 'address_in_use' | 'cannot_listen';
  /** One sentence for the user, without a final full stop. */
  readonly message: string;
}

/** Longer than the client keeps an idle connection, so that it never reuses one that we are closing. */
const keepAlive = 60_000;

export async function startSimulator(
  options: SimulatorOptions = {},
): Promise<Result<Simulator, SimulatorError>> {
  const settings = withDefaults(options);
  const quota = createQuota(settings);
  const chat = createChat(settings, quota);
  const counter = createCounter();
  const server = createServer({ keepAliveTimeout: keepAlive }, (request, response) => {
    exchange(request, response, counter, (body) => {
      const outcome = route(request, body, settings, chat);
      return withHeaders(outcome, quota.headers());
    });
  });
  const listening = await listen(server, settings);
  if (!listening.ok) return listening;
  let closed: Promise<void> | undefined;
  return success({
    url: listening.value,
    stats: () => counter.stats(),
    close: () => (closed ??= close(server)),
  });
}

async function listen(server: Server, { host, port }: Settings): Promise<Result<string, SimulatorError>> {
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    return failure({ code: 'cannot_listen', message: `a port is a whole number up to 65535, not ${port}` });
  }
  return new Promise((resolve) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const inUse = error.code === 'EADDRINUSE';
      resolve(
        failure(
          inUse
            ? {
                code: 'address_in_use',
                message: `port ${port} of ${host} is in use: name another, or 0 for any`,
              }
            : {
                code: 'cannot_listen',
                message: `the simulator cannot listen on ${host}:${port}: ${error.message}`,
              },
        ),
      );
    });
    server.listen(port, host, () => {
      const address = server.address() as AddressInfo;
      const name = address.family === 'IPv6' ? `[${address.address}]` : address.address;
      resolve(success(`http://${name}:${address.port}`));
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
