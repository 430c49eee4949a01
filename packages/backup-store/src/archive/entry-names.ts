import { flawOfPath, PathSet } from '@x/integrity/archive';
import type { EntryKind } from '../catalog/entry.ts';

/** The entry that says what the others are. */
export const MANIFEST_NAME = 'holdfast-backup.json';
/** The folder of what can't stand under its own path. */
const OTHERS = 'holdfast-backup.names';
const DIGITS = 8;

/**
 * Chooses under which paths the entries of a snapshot stand in an archive: under their own, unless some system can't have that, or takes
 * it for the path of an entry before. Then it is a number in a folder of its own, and the manifest has the path.
 */
export class EntryNames {
  readonly #paths = new PathSet();
  #number = 0;

  constructor() {
    this.#paths.add(MANIFEST_NAME, 'file');
    this.#paths.add(OTHERS, 'directory');
  }

  /** @param path As text; `undefined` where it is not UTF-8. @returns Its path in the archive; `undefined` for what is no entry there. */
  next(path: string | undefined, kind: EntryKind): string | undefined {
    const number = this.#number++;
    if (!isStored(kind)) return undefined;
    if (path !== undefined && this.#fits(path, kind)) return path;
    const name = `${OTHERS}/${String(number).padStart(DIGITS, '0')}`;
    this.#paths.add(name, kind === 'directory' ? 'directory' : 'file');
    return name;
  }

  #fits(path: string, kind: EntryKind): boolean {
    if (flawOfPath(path) !== undefined || path.toLowerCase().startsWith(OTHERS)) return false;
    return this.#paths.add(path, kind === 'directory' ? 'directory' : 'file') === undefined;
  }
}

/** Whether an archive has an entry for it. Sockets, pipes and devices are in the manifest only. */
export const isStored = (kind: EntryKind): kind is 'file' | 'directory' | 'symlink' =>
  kind === 'file' || kind === 'directory' || kind === 'symlink';
