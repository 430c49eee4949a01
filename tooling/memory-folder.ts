import { readFileSync, statfsSync } from 'node:fs';

const FOLDER = '/dev/shm';
/** Bytes that have to be free there: what several tests have at a time. */
const ROOM = 4 * 1024 ** 3;

/** A folder in memory that programs can be started from too, where the system has one with room: Linux, and not within every container. */
export function memoryFolder(): string | undefined {
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const options = mounts
      .findLast((line) => line.split(' ')[1] === FOLDER)
      ?.split(' ')[3]
      ?.split(',');
    if (options?.includes('rw') !== true || options.includes('noexec')) return undefined;
    const { bavail, bsize } = statfsSync(FOLDER);
    return bavail * bsize >= ROOM ? FOLDER : undefined;
  } catch {
    return undefined;
  }
}
