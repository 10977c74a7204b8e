import { errorCode, inWords } from '../run/file-system.ts';

/**
 * Of what was thrown up to the top. Nothing is thrown for what users, providers or disks do, but for two things: there is no
 * place to stand, or a part of pipe that is loaded when it is needed cannot be opened any more.
 */
export function whatWentWrong(error: unknown): string {
  if (error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd') {
    return 'error  the working directory is no longer there: change to another';
  }
  const code = errorCode(error);
  if (code === 'EMFILE' || code === 'ENFILE') {
    return `error  pipe cannot open what it needs: ${inWords(error)}\n  hint: raise \`ulimit -n\`, or lower \`--concurrency\``;
  }
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `pipe: this is a bug of pipe's own, please report it:\n${text}`;
}
