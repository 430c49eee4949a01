import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import type { EntryKind } from '../catalog/entry.ts';
import type { EntryMeta, FoundEntry, TempFile, TreeSink, WriteOptions } from './contract.ts';
import type { Directories } from './directories.ts';
import { checkName, splitPath } from './entry-path.ts';
import { writeAll, writeAroundHoles } from './file-content.ts';
import { foundEntry, setMetadata } from './found-entry.ts';
import { hasCode, pathFailed, systemError } from './path-error.ts';
import { type Place, publish, rename, unlinkIfThere, writeChunks } from './publication.ts';
import { removeDirectory } from './removal.ts';
import { TempFiles, discard } from './temp-files.ts';
import { isStill, looksUnfinished, UnfinishedMarks } from './unfinished.ts';

interface Purpose {
  /** For messages: "write", "remove". */
  readonly action: string;
  /** Makes missing parents, with this mode. */
  readonly create?: number | undefined;
  /** The root itself is a possible path. */
  readonly root?: boolean | undefined;
}

/** Mode of directories until their metadata is set: what is in them is nobody else's business before. */
const PRIVATE = 0o700;

const READ = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** {@link TreeSink} for a directory; `directories` decides how paths are resolved. */
export class DirectorySink implements TreeSink {
  readonly strong: boolean;
  readonly #directories: Directories;
  readonly #temps = new TempFiles();
  readonly #marks = new UnfinishedMarks();

  constructor(directories: Directories) {
    this.#directories = directories;
    this.strong = directories.strong;
  }

  lstat(path: Uint8Array): FoundEntry | undefined {
    try {
      return this.#at(path, { action: 'look at', root: true }, ({ target }) => {
        const stats = lstatSync(target, { bigint: true, throwIfNoEntry: false });
        return stats === undefined ? undefined : foundEntry(stats);
      });
    } catch (error) {
      if (hasCode((error as Error).cause, 'ENOENT')) return undefined;
      throw error;
    }
  }

  list(path: Uint8Array): Buffer[] {
    return this.#at(path, { action: 'list', root: true }, ({ whole }) => {
      const { prefix } = this.#directories.enter(whole);
      const names = readdirSync(Buffer.from(prefix, 'latin1'), 'latin1').sort();
      return names.map((name) => Buffer.from(name, 'latin1'));
    });
  }

  readLink(path: Uint8Array): Buffer {
    return this.#at(path, { action: 'read the link' }, ({ target }) => readlinkSync(target, 'buffer'));
  }

  openForRead(path: Uint8Array): number {
    return this.#at(path, { action: 'read' }, ({ target }) => {
      const descriptor = openSync(target, READ);
      if (fstatSync(descriptor).isFile()) return descriptor;
      closeSync(descriptor);
      throw systemError('EINVAL', 'not a file');
    });
  }

  makeDirectory(path: Uint8Array, mode: number = PRIVATE): boolean {
    return this.#at(path, { action: 'make the directory', create: mode, root: true }, ({ target }) => {
      try {
        mkdirSync(target, mode);
        return true;
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
        if (lstatSync(target).isDirectory()) return false;
        throw systemError('ENOTDIR', 'something else has its name');
      }
    });
  }

  writeFile(path: Uint8Array, chunks: readonly Uint8Array[], meta: EntryMeta & WriteOptions): void {
    this.#at(path, { action: 'write', create: PRIVATE }, (place) => {
      const mayBeMarked = meta.fresh === true && !looksUnfinished(meta.mode);
      const marked = mayBeMarked ? this.#marks.create(place) : undefined;
      const { descriptor, target } = marked ?? this.#temps.create(place.parent);
      try {
        writeChunks(descriptor, chunks, meta.sparse === true);
      } catch (error) {
        if (marked === undefined || isStill(target, descriptor)) discard(target);
        closeSync(descriptor);
        throw error;
      }
      publish({ descriptor, target, close: () => closeSync(descriptor) }, place, meta);
    });
  }

  createTemp(path: Uint8Array, size: number): TempFile {
    return this.#at(path, { action: 'write', create: PRIVATE }, ({ whole, parent }) => {
      const fresh = this.#temps.create(parent);
      try {
        ftruncateSync(fresh.descriptor, size);
        return this.#temps.keep(whole, fresh);
      } catch (error) {
        closeSync(fresh.descriptor);
        discard(fresh.target);
        throw error;
      }
    });
  }

  writeAt(
    path: Uint8Array,
    temp: TempFile,
    part: { readonly position: number; readonly bytes: Uint8Array } & WriteOptions,
  ): void {
    this.#at(path, { action: 'write' }, ({ whole, parent }) => {
      const descriptor = this.#temps.open(whole, parent, temp);
      if (part.sparse === true) writeAroundHoles(descriptor, part.bytes, part.position);
      else writeAll(descriptor, part.bytes, part.position);
    });
  }

  releaseTemp(path: Uint8Array, temp: TempFile): void {
    this.#temps.release(Buffer.from(path).toString('latin1'), temp);
  }

  finishTemp(path: Uint8Array, temp: TempFile, meta: EntryMeta): void {
    this.#at(path, { action: 'write' }, (place) => {
      const descriptor = this.#temps.open(place.whole, place.parent, temp);
      const target = this.#temps.target(place.whole, place.parent, temp);
      publish({ descriptor, target, close: () => this.#temps.release(place.whole, temp) }, place, meta);
    });
  }

  dropTemp(path: Uint8Array, temp: TempFile): void {
    this.releaseTemp(path, temp);
    this.#at(path, { action: 'remove the unfinished file of' }, ({ whole, parent }) => {
      unlinkIfThere(this.#temps.target(whole, parent, temp));
    });
  }

  makeSymlink(path: Uint8Array, target: Uint8Array, meta: EntryMeta): void {
    this.#at(path, { action: 'make the link', create: PRIVATE }, (place) => {
      const fresh = this.#temps.name(place.parent);
      symlinkSync(Buffer.from(target), fresh.target);
      let failure: { readonly error: unknown } | undefined;
      try {
        setMetadata(fresh.target, 'symlink', meta, this.strong);
      } catch (error) {
        failure = { error };
      }
      rename(fresh.target, place.target);
      if (failure !== undefined) throw failure.error;
    });
  }

  makeHardLink(path: Uint8Array, existing: Uint8Array): void {
    const from = splitPath(existing);
    checkName(from.name, from.whole);
    this.#at(path, { action: 'make the hard link', create: PRIVATE }, (place) => {
      const keep = place.whole.slice(0, Math.max(0, place.whole.lastIndexOf('/')));
      const source = Buffer.from(this.#directories.enter(from.directory, { keep }).prefix + from.name, 'latin1');
      const stats = lstatSync(source, { bigint: true });
      if (!stats.isFile()) throw systemError('EINVAL', 'what it is a link to is not a file');
      const there = lstatSync(place.target, { bigint: true, throwIfNoEntry: false });
      // A rename of one name over another of the same file does nothing, and would leave the temporary name.
      if (there?.ino === stats.ino && there.dev === stats.dev) return;
      if (there === undefined) {
        linkSync(source, place.target);
        return;
      }
      const fresh = this.#temps.name(place.parent);
      linkSync(source, fresh.target);
      rename(fresh.target, place.target);
    });
  }

  setMetadata(path: Uint8Array, kind: EntryKind, meta: EntryMeta): void {
    this.#at(path, { action: 'set owner, mode and time of', root: true }, ({ target }) =>
      setMetadata(target, kind, meta, this.strong),
    );
  }

  remove(path: Uint8Array): boolean {
    return this.#at(path, { action: 'remove' }, ({ target }) => {
      // Some systems let root unlink directories.
      if (lstatSync(target, { throwIfNoEntry: false })?.isDirectory() === true)
        throw systemError('EISDIR', 'a directory');
      return unlinkIfThere(target);
    });
  }

  removeTree(path: Uint8Array): boolean {
    return this.#at(path, { action: 'remove' }, ({ whole, target }) => {
      if (lstatSync(target, { throwIfNoEntry: false })?.isDirectory() !== true) return unlinkIfThere(target);
      removeDirectory(this.#directories, whole);
      return true;
    });
  }

  [Symbol.dispose](): void {
    this.#temps[Symbol.dispose]();
    this.#directories[Symbol.dispose]();
  }

  /** Resolves the parent and tries once more when what was cached may be the reason for an error. */
  #at<T>(path: Uint8Array, purpose: Purpose, use: (place: Place) => T): T {
    const { whole, directory, name } = splitPath(path);
    if (whole !== '' || purpose.root !== true) checkName(name, whole);
    for (let first = true; ; first = false) {
      try {
        const parent = this.#directories.enter(directory, purpose);
        return use({ whole, parent, target: Buffer.from(parent.prefix + (whole === '' ? '.' : name), 'latin1') });
      } catch (error) {
        if (first && this.#directories.recover(whole, (error as NodeJS.ErrnoException).code)) continue;
        throw pathFailed(purpose.action, whole, error);
      }
    }
  }
}
