import { closeSync, fstatSync, lstatSync, openSync } from 'node:fs';
import type { FoundEntry } from './contract.ts';
import type { Directory } from './directories.ts';
import { hasCode } from './path-error.ts';
import { CREATE, discard } from './temp-files.ts';

/**
 * Mode of a file that is written under its own name: nobody but root can read it, and since files do not have the sticky
 * bit otherwise, whoever finds it later knows that it was left unfinished.
 */
const UNFINISHED_MODE = 0o1200;
const SET_ID_BITS = 0o6000;

/** Whether a file of this mode, which may lose its set-id bits on the way, would be taken for an unfinished one. */
export const looksUnfinished = (mode: number): boolean => (mode & ~SET_ID_BITS) === UNFINISHED_MODE;

/** Whether a file was left by a restore that was killed. */
export function isUnfinished(found: Pick<FoundEntry, 'kind' | 'mode'>): boolean {
  return found.kind === 'file' && found.mode === UNFINISHED_MODE;
}

/** Whether the name still stands for the open file: somebody may have renamed another one over it. */
export function isStill(target: Buffer, descriptor: number): boolean {
  const [own, there] = [
    fstatSync(descriptor, { bigint: true }),
    lstatSync(target, { bigint: true, throwIfNoEntry: false }),
  ];
  return own.ino === there?.ino && own.dev === there.dev;
}

/** A file just made, under the name it will keep. */
export interface UnfinishedFile {
  readonly descriptor: number;
  readonly target: Buffer;
}

/** Makes files that are marked as unfinished, and knows the directories where that is possible. */
export class UnfinishedMarks {
  /** Some file systems have no modes, or not this bit, and a directory may have rules of its own for what is made in it. */
  readonly #kept = new WeakMap<Directory, boolean>();

  /** Makes a file; `undefined` where the mark is not kept, or something has the name already. */
  create({ parent, target }: { readonly parent: Directory; readonly target: Buffer }): UnfinishedFile | undefined {
    if (!parent.held || this.#kept.get(parent) === false) return undefined;
    let descriptor: number;
    try {
      descriptor = openSync(target, CREATE, UNFINISHED_MODE);
    } catch (error) {
      // Somebody was faster: what is there gives way at once, when the new file is complete. Or the mode is refused.
      if (hasCode(error, 'EEXIST', 'EPERM', 'EINVAL', 'ENOTSUP', 'EOPNOTSUPP')) return undefined;
      throw error;
    }
    if (this.#isKept(parent, descriptor)) return { descriptor, target };
    discard(target);
    closeSync(descriptor);
    return undefined;
  }

  /** Whether the file, which was made with the mode, has it. Looked at once for each directory that is held open. */
  #isKept(parent: Directory, descriptor: number): boolean {
    let kept = this.#kept.get(parent);
    if (kept === undefined) {
      kept = (fstatSync(descriptor).mode & 0o7777) === UNFINISHED_MODE;
      this.#kept.set(parent, kept);
    }
    return kept;
  }
}
