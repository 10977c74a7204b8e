const home = process.cwd();
let busy = false;

/**
 * Does something as a process does that was started in this folder: what is named by a relative path is found there. One
 * thing at a time, since a process is in one folder.
 */
export async function inFolder<T>(folder: string, work: () => Promise<T>): Promise<T> {
  if (busy) throw new Error('something else is being done in another folder: await it first');
  busy = true;
  process.chdir(folder);
  try {
    return await work();
  } finally {
    process.chdir(home);
    busy = false;
  }
}
