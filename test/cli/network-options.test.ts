import { expect, it } from 'vitest';
import { networkOptions } from '../../src/cli/network-options.ts';

it.each<readonly [what: string, nodeOptions: string | undefined, execArgv: string[], expected: string[]]>([
  ['nothing', undefined, [], []],
  ['nothing of an empty variable', '', [], []],
  [
    'what decides how Node connects, from the variable and then from the command line',
    '--tls-min-v1.3 --dns-result-order=ipv4first --no-network-family-autoselection',
    ['--tls-max-v1.3', '--max-http-header-size=65536', '--use-system-ca'],
    [
      '--tls-min-v1.3',
      '--dns-result-order=ipv4first',
      '--no-network-family-autoselection',
      '--tls-max-v1.3',
      '--max-http-header-size=65536',
      '--use-system-ca',
    ],
  ],
  [
    'values that are words of their own',
    '--dns-result-order ipv4first',
    ['--network-family-autoselection-attempt-timeout', '500', '--tls-keylog'],
    ['--dns-result-order=ipv4first', '--network-family-autoselection-attempt-timeout=500'],
  ],
  [
    'names with underscores, and values as they are',
    '--tls_min_v1.3 --max_http_header_size=9000 --tls_keylog=/tmp/a_key',
    [],
    ['--tls-min-v1.3', '--max-http-header-size=9000', '--tls-keylog=/tmp/a_key'],
  ],
  [
    'nothing that is loaded before all else, holds for the whole process, or has to do with neither',
    '--require ./a.cjs --import=./b.mjs --max-old-space-size=4096 --enable-source-maps',
    [
      '--inspect',
      '--use-openssl-ca',
      '--tls-cipher-list=A',
      '-r',
      './c.cjs',
      '--experimental-loader=./d.mjs',
    ],
    [],
  ],
  ['no words from within quotes', String.raw`--require "./a \" --tls-min-v1.0 b.cjs"`, [], []],
  [
    'quoted values',
    String.raw`  "--tls-keylog=/tmp/the \"keys\"" --tls-max-v1."2"`,
    [],
    ['--tls-keylog=/tmp/the "keys"', '--tls-max-v1.2'],
  ],
])('passes on %s', (_what, nodeOptions, execArgv, expected) => {
  expect(networkOptions({ env: { NODE_OPTIONS: nodeOptions }, execArgv })).toEqual(expected);
});
