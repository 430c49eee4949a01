import { lstatSync, mkdirSync } from 'node:fs';
import type { Directories, Directory, EnterOptions } from './directories.ts';
import { checkSegments } from './entry-path.ts';
import { hasCode, systemError, unsafePath } from './path-error.ts';

/**
 * Directories reached by path, where there is no way to open a file below an open directory.
 *
 * Every component is looked at on every use, so no snapshot can lead a path through a link. Somebody who swaps a
 * directory for a link between the look and the use is not stopped.
 */
export class CheckedDirectories implements Directories {
  readonly strong = false;
  readonly #root: Directory;

  constructor(root: Buffer) {
    const path = root.toString('latin1');
    this.#root = { prefix: path.endsWith('/') ? path : `${path}/`, gid: undefined, held: false };
  }

  enter(path: string, options: EnterOptions = {}): Directory {
    if (path === '') return this.#root;
    checkSegments(path);
    let prefix = this.#root.prefix;
    for (const name of path.split('/')) {
      prefix += name;
      this.#check(prefix, path, options.create);
      prefix += '/';
    }
    return { prefix, gid: undefined, held: false };
  }

  forget(): void {}

  recover(): boolean {
    return false;
  }

  [Symbol.dispose](): void {}

  #check(directory: string, path: string, create: number | undefined): void {
    const target = Buffer.from(directory, 'latin1');
    let stats = lstatSync(target, { throwIfNoEntry: false });
    if (stats === undefined && create !== undefined) {
      try {
        mkdirSync(target, create);
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
      stats = lstatSync(target, { throwIfNoEntry: false });
    }
    if (stats === undefined) throw Object.assign(new Error('ENOENT: no such file or directory'), { code: 'ENOENT' });
    if (stats.isSymbolicLink()) throw unsafePath(path, 'it passes through a link');
    if (!stats.isDirectory()) throw systemError('ENOTDIR', 'not a directory');
  }
}
