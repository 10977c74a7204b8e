import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What server/server.mjs does from now on; what is not named is as harmless as can be. */
export interface Behaviour {
  /** Milliseconds that an answer takes: from, to. */
  readonly latency?: readonly [number, number];
  /** Whether a question with `once-<fault>` in it meets that fault the first time; with `poison-<fault>` it always does. */
  readonly named?: boolean;
  /** Faults (server/faults.mjs) that each question meets in this order before it is answered; null is a good answer. */
  readonly script?: readonly (string | null)[];
  /** Of each question's first `most` requests, this share meets one of the kinds. */
  readonly drawn?: {
    readonly seed: number;
    readonly share: number;
    readonly kinds: readonly string[];
    readonly most: number;
  };
  /** Requests that are let in within any second. */
  readonly quota?: number;
  /** Holds every answer from this request on. */
  readonly holdFrom?: number;
  /** Cuts every connection when so many requests have come, and is not there for so many milliseconds. */
  readonly restarts?: readonly { readonly at: number; readonly downtime: number }[];
}

/** What the server has counted since it was last reset. */
export interface ServerStats {
  readonly received: number;
  /** Whole, good answers whose last byte has left. */
  readonly answered: number;
  readonly billed: {
    readonly requests: number;
    readonly input_tokens: number;
    readonly output_tokens: number;
  };
  /** Requests at most that were thrown away with their connection, unread. */
  readonly unseen: number;
  readonly inFlight: number;
  readonly mostInFlight: number;
  readonly held: number;
  readonly restarts: number;
  /** How often each fault was met. */
  readonly faults: { readonly [kind: string]: number };
  readonly questions: {
    readonly [name: string]: { readonly received: number; readonly answered: number };
  };
}

type Total = 'received' | 'answered' | 'held' | 'restarts';

export interface PaidServer {
  readonly url: string;
  /** Behaves so from now on, and counts anew. */
  begin(behaviour?: Behaviour): Promise<void>;
  /** Behaves so from now on; the counts go on. */
  change(behaviour: Behaviour): Promise<void>;
  stats(): Promise<ServerStats>;
  /** Resolves when a total is as high as this. */
  reached(total: Total, count: number): Promise<void>;
  /** Answers what is held, and holds nothing more. */
  release(): Promise<void>;
  close(): void;
}

/** `root`: the folder of the repository. */
export async function startPaidServer(root: string): Promise<PaidServer> {
  const child = spawn(process.execPath, [join(root, 'test/torture/server/server.mjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const { url, control } = JSON.parse(String(line)) as { readonly url: string; readonly control: string };

  async function ask(path: string, body?: unknown): Promise<ServerStats> {
    const init = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
    const answer = await fetch(`${control}${path}`, init);
    return (await answer.json()) as ServerStats;
  }

  return {
    url,
    async begin(behaviour = {}) {
      await ask('/control', { ...behaviour, reset: true });
    },
    async change(behaviour) {
      await ask('/control', behaviour);
    },
    stats: () => ask('/stats'),
    async reached(total, count) {
      await ask(`/wait?${total}=${count}`);
    },
    async release() {
      await ask('/release');
    },
    close() {
      child.stdin.end();
    },
  };
}
