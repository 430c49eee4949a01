import { mkdtempSync, statfsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const MEMORY = '/dev/shm';
const NEEDED_BYTES = 3 * 1024 ** 3;

/**
 * A new folder for the demo: where `TMPDIR` says, else in memory where there is room for it (the demo shows what
 * the program takes, not what this disk takes for a hundred thousand new files), else in the system's temp folder.
 */
export function demoFolder(): string {
  return mkdtempSync(join(process.env['TMPDIR'] === undefined && roomInMemory() ? MEMORY : tmpdir(), 'holdfast-demo-'));
}

function roomInMemory(): boolean {
  try {
    const { bavail, bsize } = statfsSync(MEMORY);
    return bavail * bsize > NEEDED_BYTES;
  } catch {
    return false;
  }
}
