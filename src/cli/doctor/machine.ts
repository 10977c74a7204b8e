import { statfs } from 'node:fs/promises';
import { version } from '../../version.ts';
import { formatBytes } from '../../report/numbers.ts';
import type { Terminal } from '../terminal.ts';
import { fine, missing, warning, type Finding } from './finding.ts';

/** As package.json's `engines` says it. */
const oldestNode = { major: 20, minor: 19 } as const;

/** `installed`: the version of Node, such as 22.9.0. */
export function checkNode(installed: string): Finding {
  const [major = 0, minor = 0] = installed.split('.').map(Number);
  const { major: oldest, minor: least } = oldestNode;
  if (major > oldest || (major === oldest && minor >= least)) return fine('node', installed);
  return missing(
    'node',
    `${installed} is too old: pipe needs ${oldest}.${least} or newer`,
    'install a newer one: https://nodejs.org',
  );
}

export function checkVersion(): Finding {
  return fine('pipe', version);
}

const proxyVariables = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY'] as const;

/** Their values may hold a password, so they are named and not shown. */
export function checkProxy(env: Terminal['env']): readonly Finding[] {
  const set = proxyVariables
    .flatMap((name) => [name, name.toLowerCase()])
    .filter((name) => (env[name] ?? '') !== '');
  if (set.length === 0) return [];
  const [names, are] = [set.map((name) => `\`${name}\``).join(', '), set.length === 1 ? 'is' : 'are'];
  return [
    warning(
      'proxy',
      `${names} ${are} set, and pipe does not go through a proxy`,
      'where only the proxy leads out, point `model.base_url` at a gateway that can be reached',
    ),
  ];
}

/** Less room than this is soon used up by a large run's journal and results. */
const littleRoom = 1_000_000_000;

export async function checkDisk(cwd: string): Promise<readonly Finding[]> {
  try {
    const { bavail, bsize } = await statfs(cwd);
    const room = bavail * bsize;
    if (room >= littleRoom) return [fine('disk', `${formatBytes(room)} free`)];
    return [
      warning('disk', `only ${formatBytes(room)} free`, 'a run of 100,000 rows may take some hundred MB'),
    ];
  } catch {
    // Some file systems do not say, and a run works there all the same.
    return [];
  }
}
