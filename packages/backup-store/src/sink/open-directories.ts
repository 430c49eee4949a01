import { closeSync, constants, fstatSync, lstatSync, mkdirSync, openSync, statSync } from 'node:fs';
import type { Directories, Directory, EnterOptions } from './directories.ts';
import { checkSegments } from './entry-path.ts';
import { displayPath, hasCode, systemError, unsafePath } from './path-error.ts';

/** Open directories kept; files come in runs of the same directory, so few are enough. */
const MAX_OPEN = 128;

/**
 * Only a place in the tree, not for reading: needs no read permission on the directory. Not in `fs.constants`; the
 * same number on every Linux that Node runs on.
 */
export const O_PATH = 0o10000000;

const OPEN_DIRECTORY = O_PATH | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** The second is a link that costs 0.5 µs each time; the first may belong to another process namespace. */
const DESCRIPTOR_FOLDERS = [`/proc/${process.pid}/fd/`, '/proc/self/fd/'];

interface OpenDirectory extends Directory {
  readonly descriptor: number;
}

/**
 * Directories reached through open descriptors, as `openat` would: `/proc/self/fd/N/name`.
 *
 * Each component is opened below its open parent and without following links, so nobody can divert a path by
 * replacing one of its directories with a link, before or while it is used.
 */
export class OpenDirectories implements Directories {
  readonly strong = true;
  readonly #folder: string;
  readonly #root: OpenDirectory;
  /** In order of use, the latest last. Never holds the root. */
  readonly #open = new Map<string, OpenDirectory>();
  #latestPath = '';
  #latest: OpenDirectory;

  /** @throws a system error when the root can't be opened or `/proc` is not there. */
  constructor(root: Buffer) {
    // The root may be a link: it is what the user named.
    const descriptor = openSync(root, O_PATH | constants.O_DIRECTORY);
    const folder = DESCRIPTOR_FOLDERS.find((each) => leadsTo(each, descriptor));
    if (folder === undefined) {
      closeSync(descriptor);
      throw systemError('ENOSYS', 'no /proc/self/fd to resolve paths with');
    }
    this.#folder = folder;
    this.#root = describe(folder, descriptor);
    this.#latest = this.#root;
  }

  enter(path: string, options: EnterOptions = {}): Directory {
    if (path === this.#latestPath) return this.#latest;
    const known = this.#recall(path);
    const directory = known ?? this.#descend(path, options);
    this.#latestPath = path;
    this.#latest = directory;
    return directory;
  }

  forget(path: string): void {
    for (const [known, directory] of this.#open) {
      if (known === path || known.startsWith(`${path}/`)) this.#close(known, directory);
    }
  }

  recover(path: string, code: string | undefined): boolean {
    if (code === 'EMFILE' || code === 'ENFILE') {
      const before = this.#open.size;
      for (const [known, directory] of this.#open) this.#close(known, directory);
      return before > 0;
    }
    // Another thread may have removed and remade a directory that is still open here.
    if (code !== 'ENOENT' || path === '') return false;
    const before = this.#open.size;
    this.forget(path.split('/', 1)[0] as string);
    return this.#open.size < before;
  }

  [Symbol.dispose](): void {
    for (const [known, directory] of this.#open) this.#close(known, directory);
    closeSync(this.#root.descriptor);
  }

  #recall(path: string): OpenDirectory | undefined {
    if (path === '') return this.#root;
    const directory = this.#open.get(path);
    if (directory === undefined) return undefined;
    this.#open.delete(path);
    this.#open.set(path, directory);
    return directory;
  }

  /** Goes down from the deepest ancestor that is open. */
  #descend(path: string, options: EnterOptions): OpenDirectory {
    checkSegments(path);
    let end = path.lastIndexOf('/');
    while (end > 0 && !this.#open.has(path.slice(0, end))) end = path.lastIndexOf('/', end - 1);
    let directory = end > 0 ? (this.#recall(path.slice(0, end)) as OpenDirectory) : this.#root;
    let start = end + 1;
    while (start <= path.length) {
      const slash = path.indexOf('/', start);
      end = slash < 0 ? path.length : slash;
      const name = path.slice(start, end);
      directory = this.#openBelow(directory, name, { ...options, path });
      const own = path.slice(0, end);
      this.#open.set(own, directory);
      this.#evict(own, options.keep);
      start = end + 1;
    }
    return directory;
  }

  #openBelow(parent: Directory, name: string, options: EnterOptions & { readonly path: string }): OpenDirectory {
    const target = Buffer.from(parent.prefix + name, 'latin1');
    try {
      return describe(this.#folder, openSync(target, OPEN_DIRECTORY));
    } catch (error) {
      if (hasCode(error, 'ENOENT') && options.create !== undefined) {
        makeOne(target, options.create);
        return this.#openBelow(parent, name, { ...options, create: undefined });
      }
      if (
        hasCode(error, 'ENOTDIR', 'ELOOP') &&
        lstatSync(target, { throwIfNoEntry: false })?.isSymbolicLink() === true
      ) {
        throw unsafePath(options.path, `it passes through the link ${displayPath(name)}`);
      }
      throw error;
    }
  }

  #evict(current: string, keep: string | undefined): void {
    if (this.#open.size <= MAX_OPEN) return;
    for (const [path, directory] of this.#open) {
      if (path === current || path === keep) continue;
      this.#close(path, directory);
      return;
    }
  }

  #close(path: string, directory: OpenDirectory): void {
    this.#open.delete(path);
    closeSync(directory.descriptor);
    if (path !== this.#latestPath) return;
    this.#latestPath = '';
    this.#latest = this.#root;
  }
}

function makeOne(target: Buffer, mode: number): void {
  try {
    mkdirSync(target, mode);
  } catch (error) {
    // Another thread was faster. What it is shows when it is opened.
    if (!hasCode(error, 'EEXIST')) throw error;
  }
}

function describe(folder: string, descriptor: number): OpenDirectory {
  return { descriptor, prefix: `${folder}${descriptor}/`, gid: fstatSync(descriptor).gid, held: true };
}

function leadsTo(folder: string, descriptor: number): boolean {
  const own = fstatSync(descriptor, { bigint: true });
  try {
    const seen = statSync(`${folder}${descriptor}/.`, { bigint: true });
    return seen.ino === own.ino && seen.dev === own.dev;
  } catch {
    return false;
  }
}
