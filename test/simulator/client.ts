import { request } from 'node:http';
import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { SimulatorOptions } from '../../src/simulator/options.ts';
import { startSimulator } from '../../src/simulator/simulator.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { bodyOf } from './support.ts';

const running: Simulator[] = [];

export async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const started = await startSimulator(options);
  if (!started.ok) throw new Error(started.error.message);
  running.push(started.value);
  return started.value;
}

/** Closes what `start` started. */
export async function closeAll(): Promise<void> {
  await Promise.all(running.splice(0).map((simulator) => simulator.close()));
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The client's end of the connection. */
  readonly port: number | undefined;
}

export interface Asked {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Uint8Array;
  readonly agent?: Agent;
}

/** A request that is under way: its answer, and the handle by which to give it up. */
export function open(
  simulator: Simulator,
  asked: Asked = {},
): { call: ClientRequest; answer: Promise<Answer> } {
  const { method = 'POST', path = '/v1/chat/completions', body = bodyOf(), ...rest } = asked;
  const call = request(`${simulator.url}${path}`, { method, ...rest });
  const answer = new Promise<Answer>((resolve, reject) => {
    call.on('error', reject);
    call.on('response', (response: IncomingMessage) => {
      const chunks: Buffer[] = [];
      const port = response.socket.localPort;
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks).toString('utf8'), port });
      });
    });
  });
  call.end(method === 'GET' ? undefined : body);
  return { call, answer };
}

export const send = (simulator: Simulator, asked: Asked = {}): Promise<Answer> =>
  open(simulator, asked).answer;

/** Lets the sockets work until this holds; the test's time limit ends what never does. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve));
}

/** The code with which this fails, such as ECONNRESET. */
export function errorCode(answer: Promise<Answer>): Promise<string | undefined> {
  return answer.then(
    () => 'answered',
    (error: NodeJS.ErrnoException) => error.code,
  );
}
