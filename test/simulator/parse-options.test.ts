import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSimulatorOptions, simulatorOptionHelp } from '../../src/simulator/parse-options.ts';
import type { SimulatorOptions } from '../../src/simulator/options.ts';

const noFaults = { rate_limited: 0, server_error: 0, dropped: 0, malformed: 0, truncated: 0 };

describe('parseSimulatorOptions', () => {
  it.each<[string, SimulatorOptions]>([
    ['', { faults: noFaults }],
    ['  ', { faults: noFaults }],
    ['latency=300ms', { faults: noFaults, latency: { median: 300, p99: 300 } }],
    ['latency=1.5s', { faults: noFaults, latency: { median: 1500, p99: 1500 } }],
    ['latency=300ms,p99=3s', { faults: noFaults, latency: { median: 300, p99: 3000 } }],
    ['p99=3s,latency=300ms', { faults: noFaults, latency: { median: 300, p99: 3000 } }],
    ['latency=1h,p99=1h', { faults: noFaults, latency: { median: 3_600_000, p99: 3_600_000 } }],
    ['errors=2%', { faults: { ...noFaults, server_error: 0.01, dropped: 0.005, malformed: 0.005 } }],
    ['429=5%', { faults: { ...noFaults, rate_limited: 0.05 } }],
    ['500=0.5%', { faults: { ...noFaults, server_error: 0.005 } }],
    ['dropped=100%', { faults: { ...noFaults, dropped: 1 } }],
    ['malformed=1%', { faults: { ...noFaults, malformed: 0.01 } }],
    ['truncated=3%', { faults: { ...noFaults, truncated: 0.03 } }],
    ['errors=0%', { faults: noFaults }],
    ['rpm=60', { faults: noFaults, requests_per_minute: 60 }],
    ['rpm=0', { faults: noFaults, requests_per_minute: 0 }],
    ['tpm=100000,rpm=60', { faults: noFaults, requests_per_minute: 60, tokens_per_minute: 100_000 }],
    ['errors=20%,500=10%', { faults: { ...noFaults, server_error: 0.2, dropped: 0.05, malformed: 0.05 } }],
    [
      '429=70%,500=10%,dropped=20%',
      { faults: { ...noFaults, rate_limited: 0.7, server_error: 0.1, dropped: 0.2 } },
    ],
    ['retry_after=2s', { faults: noFaults, retry_after: 2 }],
    ['retry_after=0s', { faults: noFaults, retry_after: 0 }],
    ['retry_after=2000ms', { faults: noFaults, retry_after: 2 }],
    ['retry_after=none', { faults: noFaults, retry_after: null }],
    ['seed=7', { faults: noFaults, seed: 7 }],
    ['require_key=true', { faults: noFaults, require_key: true }],
    ['require_key=false', { faults: noFaults, require_key: false }],
    [' latency = 300ms , seed = 7 ', { faults: noFaults, latency: { median: 300, p99: 300 }, seed: 7 }],
  ])('reads %j', (text, value) => {
    expect(parseSimulatorOptions(text)).toEqual({ ok: true, value });
  });

  const all =
    'it has latency, p99, errors, 429, 500, dropped, malformed, truncated, rpm, tpm, retry_after, seed, require_key';
  const duration = 'a duration above 0 and of at most 1h, such as 300ms or 2s';
  const share = 'a percentage from 0% to 100%, such as 2%';

  it.each<[string, string]>([
    ['latnecy=300ms', `the simulator has no option \`latnecy\`: did you mean \`latency\`? ${all}`],
    ['retry-after=1s', `the simulator has no option \`retry-after\`: did you mean \`retry_after\`? ${all}`],
    ['fast', `the simulator has no option \`fast\`: ${all}`],
    ['__proto__=1', `the simulator has no option \`__proto__\`: ${all}`],
    ['=5%', 'nothing stands between two commas, or at an end: remove the comma'],
    ['seed=1,', 'nothing stands between two commas, or at an end: remove the comma'],
    ['latency', `\`latency\` wants ${duration}, not ""`],
    ['latency=300', `\`latency\` wants ${duration}, not "300"`],
    ['latency=300ms..3s', `\`latency\` wants ${duration}, not "300ms..3s"`],
    ['latency=0s', `\`latency\` wants ${duration}, not "0s"`],
    ['latency=2h', `\`latency\` wants ${duration}, not "2h"`],
    ['latency=-1s', `\`latency\` wants ${duration}, not "-1s"`],
    ['latency=1s=2s', `\`latency\` wants ${duration}, not "1s=2s"`],
    ['errors=2', `\`errors\` wants ${share}, not "2"`],
    ['errors=0.02', `\`errors\` wants ${share}, not "0.02"`],
    ['429=101%', `\`429\` wants ${share}, not "101%"`],
    ['500=-1%', `\`500\` wants ${share}, not "-1%"`],
    ['dropped=1e1%', `\`dropped\` wants ${share}, not "1e1%"`],
    ['retry_after=500ms', '`retry_after` wants whole seconds of at most 1h such as 1s, or none, not "500ms"'],
    ['retry_after=soon', '`retry_after` wants whole seconds of at most 1h such as 1s, or none, not "soon"'],
    ['rpm=-1', '`rpm` wants a whole number of at most 1000000000 such as 60, not "-1"'],
    ['rpm=1.5', '`rpm` wants a whole number of at most 1000000000 such as 60, not "1.5"'],
    ['rpm=60/min', '`rpm` wants a whole number of at most 1000000000 such as 60, not "60/min"'],
    ['tpm=', '`tpm` wants a whole number of at most 1000000000 such as 60, not ""'],
    ['tpm=1000000001', '`tpm` wants a whole number of at most 1000000000 such as 60, not "1000000001"'],
    ['seed=-1', '`seed` wants a whole number such as 7, not "-1"'],
    ['seed=12345678901234567', '`seed` wants a whole number such as 7, not "12345678901234567"'],
    ['require_key=yes', '`require_key` wants true or false, not "yes"'],
    ['seed=1,seed=2', '`seed` is given twice: keep one'],
    ['p99=3s', '`p99` needs a latency beside it: latency=300ms,p99=3s'],
    [
      'latency=3s,p99=300ms',
      '`p99` is below `latency`: it is the time of the slowest answers, so give the larger one',
    ],
    ['errors=60%,truncated=50%', 'more than 100% of the requests would fail: lower the shares'],
  ])('refuses %j', (text, error) => {
    expect(parseSimulatorOptions(text)).toEqual({ ok: false, error });
  });

  it('tells every mistake at once', () => {
    const parsed = parseSimulatorOptions('latnecy=1s,errors=2,seed=1,seed=1');
    expect(parsed.ok ? [] : parsed.error.split('; ')).toEqual([
      `the simulator has no option \`latnecy\`: did you mean \`latency\`? ${all}`,
      `\`errors\` wants ${share}, not "2"`,
      '`seed` is given twice: keep one',
    ]);
  });

  it('reads or refuses any text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const parsed = parseSimulatorOptions(text);
        expect(parsed.ok || parsed.error.length > 0).toBe(true);
      }),
    );
  });
});

describe('simulatorOptionHelp', () => {
  it('gives an example that can be read for every option', () => {
    const latency = (name: string) => (name === 'p99' ? 'latency=300ms,' : '');
    for (const { name, value, description } of simulatorOptionHelp) {
      expect(parseSimulatorOptions(`${latency(name)}${name}=${value}`)).toMatchObject({ ok: true });
      expect(description).toMatch(/^.{10,76}$/);
    }
    expect(simulatorOptionHelp.map(({ name }) => name)).toContain('latency');
  });
});
