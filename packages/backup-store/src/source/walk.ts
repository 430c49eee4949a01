import {
  constants,
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import type { BigIntStats } from 'node:fs';
import { kindOf } from './file-kind.ts';
import { compileIgnorePatterns, isIgnored, parseIgnoreFile } from './ignore.ts';
import type { IgnoreLevel } from './ignore.ts';
import type { ScanFailure, ScannedEntry } from './scanned-entry.ts';

/** What a walk comes upon: an entry, or a path it could not handle. */
export type ScanItem = { readonly entry: ScannedEntry } | { readonly failure: ScanFailure };

/** Options of {@link walkDirectory}. */
export interface WalkOptions {
  /** Absolute path of a directory, or of anything else, which is then the only entry. */
  readonly root: Uint8Array;
  /** Patterns as in an ignore file of the root; they count more than any ignore file. */
  readonly exclude?: readonly string[] | undefined;
  /** Name of the ignore files to obey in every directory. Without it, none. */
  readonly ignoreFileName?: string | undefined;
  /** Absolute paths of what is left out as if it was not there, such as the repository itself. */
  readonly skip?: readonly Uint8Array[] | undefined;
}

/** A directory being walked. */
interface Frame {
  /** Relative path with a `/` at its end; empty for the root. */
  readonly prefix: string;
  readonly names: readonly string[];
  next: number;
  readonly ignore: IgnoreLevel | undefined;
}

/** Larger ignore files are not obeyed and reported. */
const MAX_IGNORE_FILE = 1 << 20;

const LSTAT_OPTIONS = { bigint: true, throwIfNoEntry: false } as const;

/**
 * Walks a tree depth-first in catalog order (bytewise by path segment), the root first, with the empty path.
 *
 * Links are never followed, the root included. Memory holds one chain of directories. Synchronous: meant for a
 * worker thread. What can't be read is a failure in the sequence, and the walk goes on; a directory that can't be
 * listed is yielded as an entry first.
 *
 * Names are kept as byte strings (`latin1`, one character per byte): lossless, and they sort like bytes.
 */
export function walkDirectory(options: WalkOptions): Generator<ScanItem, void, undefined> {
  return new Walk(options).run();
}

class Walk {
  readonly #root: string;
  readonly #rootPrefix: string;
  readonly #exclude: IgnoreLevel | undefined;
  readonly #ignoreFileName: string | undefined;
  readonly #skipPaths: ReadonlySet<string>;
  readonly #skipInodes: readonly Inode[];
  readonly #failures: ScanFailure[] = [];

  constructor(options: WalkOptions) {
    this.#root = Buffer.from(options.root)
      .toString('latin1')
      .replace(/(?<=.)\/+$/, '');
    this.#rootPrefix = this.#root === '/' ? '/' : `${this.#root}/`;
    const exclude = compileIgnorePatterns(options.exclude ?? []);
    this.#exclude = exclude.length > 0 ? { rules: exclude, from: 0, above: undefined } : undefined;
    this.#ignoreFileName =
      options.ignoreFileName === undefined ? undefined : toBytes(options.ignoreFileName, 'utf8').toString('latin1');
    const skip = options.skip ?? [];
    this.#skipPaths = new Set(skip.map((path) => Buffer.from(path).toString('latin1')));
    this.#skipInodes = skip.flatMap((path) => inodeOf(path) ?? []);
  }

  *run(): Generator<ScanItem, void, undefined> {
    const stack: Frame[] = [];
    const root = this.#inspect('', this.#root);
    if (root !== undefined) {
      yield { entry: root };
      if (root.kind === 'directory') this.#open(stack, root, undefined);
    }
    for (;;) {
      while (this.#failures.length > 0) yield { failure: this.#failures.shift() as ScanFailure };
      const frame = stack.at(-1);
      if (frame === undefined) return;
      const name = frame.names[frame.next++];
      if (name === undefined) {
        stack.pop();
        continue;
      }
      const path = frame.prefix + name;
      const entry = this.#inspect(path, this.#rootPrefix + path);
      if (entry === undefined || this.#isLeftOut(entry, path, frame)) continue;
      yield { entry };
      if (entry.kind === 'directory') this.#open(stack, entry, frame.ignore);
    }
  }

  #inspect(path: string, absolute: string): ScannedEntry | undefined {
    const target = toBytes(absolute, 'latin1');
    try {
      const stats = lstatSync(target, LSTAT_OPTIONS);
      if (stats === undefined)
        throw failure('ENOENT', path === '' ? 'there is nothing' : 'it vanished after it was listed');
      const linkTarget = stats.isSymbolicLink() ? readlinkSync(target, 'buffer') : undefined;
      return scannedEntry(toBytes(path, 'latin1'), stats, linkTarget);
    } catch (error) {
      this.#fail(path, error);
      return undefined;
    }
  }

  #isLeftOut(entry: ScannedEntry, path: string, frame: Frame): boolean {
    if (this.#skipInodes.some(({ ino, dev }) => ino === entry.ino && dev === entry.dev)) return true;
    if (this.#skipPaths.size > 0 && this.#skipPaths.has(this.#rootPrefix + path)) return true;
    if (this.#exclude === undefined && frame.ignore === undefined) return false;
    const facts = { nameStart: frame.prefix.length, isDirectory: entry.kind === 'directory' };
    return isIgnored(this.#exclude, path, facts) ?? isIgnored(frame.ignore, path, facts) ?? false;
  }

  #open(stack: Frame[], entry: ScannedEntry, above: IgnoreLevel | undefined): void {
    const path = entry.path.toString('latin1');
    const prefix = path === '' ? '' : `${path}/`;
    const target = toBytes(this.#rootPrefix + path, 'latin1');
    try {
      const names = readdirSync(target, 'latin1').sort();
      // A link put there since the entry was looked at has been followed. It may even have got the same inode.
      const now = lstatSync(target, LSTAT_OPTIONS);
      if (now?.isDirectory() !== true || now.ino !== entry.ino || now.dev !== entry.dev) {
        throw failure('ESTALE', 'expected the directory that was there a moment ago, got another');
      }
      const hasIgnoreFile = this.#ignoreFileName !== undefined && names.includes(this.#ignoreFileName);
      stack.push({ prefix, names, next: 0, ignore: hasIgnoreFile ? this.#readIgnoreFile(prefix, above) : above });
    } catch (error) {
      this.#fail(path, error);
    }
  }

  #readIgnoreFile(prefix: string, above: IgnoreLevel | undefined): IgnoreLevel | undefined {
    const path = prefix + this.#ignoreFileName;
    try {
      const content = readSmallFile(toBytes(this.#rootPrefix + path, 'latin1'));
      return { rules: parseIgnoreFile(content), from: prefix.length, above };
    } catch (error) {
      this.#fail(path, error);
      return above;
    }
  }

  #fail(path: string, error: unknown): void {
    const { code = 'UNKNOWN', message } = error as NodeJS.ErrnoException;
    this.#failures.push({ path: toBytes(path, 'latin1'), code, message });
  }
}

/** Not through a link, not from a pipe, and not without end. */
function readSmallFile(path: Buffer): Buffer {
  const file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw failure('EINVAL', 'expected an ignore file to be a file; its rules are not obeyed');
    if (stats.size > MAX_IGNORE_FILE) {
      throw failure('EFBIG', `expected an ignore file of at most ${MAX_IGNORE_FILE} bytes, got ${stats.size}`);
    }
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}

function scannedEntry(path: Buffer, stats: BigIntStats, linkTarget: Buffer | undefined): ScannedEntry {
  const kind = kindOf(stats);
  const size = Number(stats.size);
  return {
    path,
    kind,
    mode: Number(stats.mode) & 0o7777,
    uid: Number(stats.uid),
    gid: Number(stats.gid),
    size: kind === 'file' ? size : 0,
    mtimeNs: stats.mtimeNs,
    ctimeNs: stats.ctimeNs,
    ino: stats.ino,
    dev: stats.dev,
    nlink: Number(stats.nlink),
    sparse: kind === 'file' && Number(stats.blocks) * 512 < size,
    linkTarget,
  };
}

function failure(code: string, reason: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${reason}`), { code });
}

interface Inode {
  readonly dev: bigint;
  readonly ino: bigint;
}

function inodeOf(path: Uint8Array): Inode | undefined {
  try {
    const stats = statSync(Buffer.from(path), LSTAT_OPTIONS);
    return stats === undefined ? undefined : { dev: stats.dev, ino: stats.ino };
  } catch {
    // What can't be reached by its own path is still left out by that path.
    return undefined;
  }
}

function toBytes(text: string, encoding: 'latin1' | 'utf8'): Buffer {
  return Buffer.from(text, encoding);
}
