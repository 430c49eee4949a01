import { closeSync, fstatSync, openSync } from 'node:fs';
import type { FoundEntry } from './contract.ts';
import { hasCode } from './path-error.ts';
import { CREATE, discard } from './temp-files.ts';

/**
 * Mode of a file that is written under its own name: nobody but root can read it, and since files do not have the sticky
 * bit otherwise, whoever finds it later knows that it was left unfinished.
 */
export const UNFINISHED_MODE = 0o1200;

/** Whether a file was left by a restore that was killed. */
export function isUnfinished(found: Pick<FoundEntry, 'kind' | 'mode'>): boolean {
  return found.kind === 'file' && found.mode === UNFINISHED_MODE;
}

/** A file just made, under the name it will keep. */
export interface UnfinishedFile {
  readonly descriptor: number;
  readonly target: Buffer;
}

/** Makes files that are marked as unfinished, and knows which file systems keep {@link UNFINISHED_MODE}: some have no modes, or not this bit. */
export class UnfinishedMarks {
  readonly #kept = new Map<number, boolean>();

  /**
   * Makes a file; `undefined` where the mark is not kept, or something has the name already.
   *
   * @param device Number of the device the directory is on, if that is known.
   */
  create(target: Buffer, device: number | undefined): UnfinishedFile | undefined {
    if (device === undefined || this.#kept.get(device) === false) return undefined;
    let descriptor: number;
    try {
      descriptor = openSync(target, CREATE, UNFINISHED_MODE);
    } catch (error) {
      // Somebody was faster: what is there gives way at once, when the new file is complete.
      if (hasCode(error, 'EEXIST')) return undefined;
      throw error;
    }
    if (this.#isKept(device, descriptor)) return { descriptor, target };
    closeSync(descriptor);
    discard(target);
    return undefined;
  }

  /** Whether the file, which was made with the mode, has it. Looked at once for each device. */
  #isKept(device: number, descriptor: number): boolean {
    let kept = this.#kept.get(device);
    if (kept === undefined) {
      const stats = fstatSync(descriptor);
      kept = (stats.mode & 0o7777) === UNFINISHED_MODE && stats.dev === device;
      this.#kept.set(device, kept);
    }
    return kept;
  }
}
