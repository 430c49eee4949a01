import { readFileSync } from 'node:fs';

const FOLDER = '/dev/shm';

/** A folder in memory that programs can be started from too, where the system has one: Linux, and not within every container. */
export function memoryFolder(): string | undefined {
  try {
    const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
    const options = mounts
      .findLast((line) => line.split(' ')[1] === FOLDER)
      ?.split(' ')[3]
      ?.split(',');
    return options?.includes('rw') === true && !options.includes('noexec') ? FOLDER : undefined;
  } catch {
    return undefined;
  }
}
