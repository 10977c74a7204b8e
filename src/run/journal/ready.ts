import { version } from '../../version.ts';
import type { FileSystem } from '../file-system.ts';
import { headerLine, resumedLine } from './lines.ts';

/** What the line that begins a session tells of it. */
export interface Session {
  /** The `id` of run.json. */
  readonly run?: string;
  /** Whether each request has a line of its own before it is sent. */
  readonly reserves: boolean;
}

/** What earlier sessions have left. */
export interface SoundJournal {
  /** Bytes of it that are sound. */
  readonly length: number;
  /** Whether pipeline or input are others since. */
  readonly force: boolean;
}

/**
 * The length of the journal to write on: of a new one, or of that of earlier sessions, of which a torn line at its end is
 * cut off, and a line says that another begins.
 */
export async function readyJournal(
  fileSystem: FileSystem,
  path: string,
  session: Session,
  earlier: SoundJournal | undefined,
): Promise<number> {
  const sound = earlier?.length ?? 0;
  const { reserves } = session;
  const line =
    earlier === undefined
      ? headerLine(version, session)
      : resumedLine(version, { force: earlier.force, reserves });
  if (earlier === undefined) await fileSystem.remove(path);
  else await fileSystem.truncate(path, sound);
  const file = earlier === undefined ? await fileSystem.create(path) : await fileSystem.openToAppend(path);
  try {
    await file.append(line);
    await file.sync();
  } finally {
    await file.close();
  }
  return sound + line.length;
}
