import { describe, expect, it } from 'vitest';
import { whatWentWrong } from '../../src/cli/what-went-wrong.ts';

describe('what was thrown up to the top', () => {
  it.each([
    ['EMFILE', '`ulimit -n`'],
    ['ENFILE', 'the system'],
  ])('is no bug where no more files may be open: %s', (code, limit) => {
    const error = Object.assign(new Error(`${code}: too many open files, open 'summary.js'`), { code });
    expect(whatWentWrong(error)).toBe(
      `error  pipe cannot open what it needs: as many files are open as ${limit} allows (${code})\n` +
        '  hint: raise `ulimit -n`, or lower `--concurrency`',
    );
  });

  it('is no bug where the working directory is gone', () => {
    const error = Object.assign(new Error('ENOENT'), { code: 'ENOENT', syscall: 'uv_cwd' });
    expect(whatWentWrong(error)).toMatch(/^error  the working directory/);
  });

  it('is a bug otherwise, and told with its stack', () => {
    const error = new TypeError('x is not a function');
    expect(whatWentWrong(error)).toBe(
      `pipe: this is a bug of pipe's own, please report it:\n${error.stack ?? ''}`,
    );
    expect(whatWentWrong('odd')).toMatch(/please report it:\nodd$/);
  });
});
