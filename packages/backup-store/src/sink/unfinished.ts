import { fstatSync } from 'node:fs';
import type { FoundEntry } from './contract.ts';

/**
 * Mode of a file that is written under its own name: nobody but root can read it, and since files do not have the sticky
 * bit otherwise, whoever finds it later knows that it was left unfinished.
 */
export const UNFINISHED_MODE = 0o1200;

/** Whether a file was left by a restore that was killed. */
export function isUnfinished(found: Pick<FoundEntry, 'kind' | 'mode'>): boolean {
  return found.kind === 'file' && found.mode === UNFINISHED_MODE;
}

/** Knows which file systems keep {@link UNFINISHED_MODE}: some have no modes, or not this bit. */
export class UnfinishedMarks {
  readonly #kept = new Map<number, boolean>();

  /** Whether files of the device are worth a try. */
  mayHold(device: number | undefined): device is number {
    return device !== undefined && this.#kept.get(device) !== false;
  }

  /** Whether the file, which was made with the mode, has it. Looked at once for each device. */
  hold(device: number, descriptor: number): boolean {
    let kept = this.#kept.get(device);
    if (kept === undefined) {
      const stats = fstatSync(descriptor);
      kept = (stats.mode & 0o7777) === UNFINISHED_MODE && stats.dev === device;
      this.#kept.set(device, kept);
    }
    return kept;
  }
}
