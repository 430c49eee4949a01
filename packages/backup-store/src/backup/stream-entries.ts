import type { BlobRef, Entry } from '../catalog/entry.ts';
import { comparePaths } from '../catalog/path-order.ts';
import { MAX_FIXED, MIN_FIXED } from '../chunker/cuts.ts';
import { BackupError } from '../errors.ts';
import type { Clock } from '../run/clock.ts';
import type { SourceEntry } from '../source/contract.ts';
import { isPlainPath } from './stream-sources.ts';

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const PERMISSIONS = 0o7777;

/** Entries and their totals while a source gives them, in whatever order; folders above them are made up. */
export class StreamEntries {
  readonly totals = { entries: 0, files: 0, bytes: 0 };
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();
  /** Paths of folders, which no file may have. */
  readonly #folders = new Set<string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  has(path: string): boolean {
    return this.#entries.has(path);
  }

  /** @throws {BackupError} `INVALID_OPTION` for a path that can't stand beside those that were there before, or a length of chunks that can't be. */
  check({ path, chunkBytes }: Pick<SourceEntry, 'path' | 'chunkBytes'>): void {
    checkChunkBytes(chunkBytes);
    const above = foldersAbove(path);
    const isTaken = this.#entries.has(path) || this.#folders.has(path) || above.some((each) => this.#entries.has(each));
    if ((path === '' ? this.#entries.size === 0 : isPlainPath(path)) && !isTaken) return;
    throw new BackupError(
      'INVALID_OPTION',
      `Expected a source to give relative paths, each once and none below a file, got ${JSON.stringify(path)}`,
    );
  }

  /** Adds a file that was read, whose path was checked. */
  add({ path, mode = FILE_MODE, mtimeNs }: SourceEntry, content: readonly BlobRef[]): void {
    for (const each of foldersAbove(path)) this.#folders.add(each);
    const size = content.reduce((sum, { length }) => sum + length, 0);
    this.#entries.set(path, this.#entry(path, { kind: 'file', mode: mode & PERMISSIONS, mtimeNs, size, content }));
    this.totals.files++;
    this.totals.bytes += size;
    this.totals.entries = this.#entries.size + this.#folders.size;
  }

  /** All of them, in the order of catalogs. */
  inOrder(): Entry[] {
    const folders = [...this.#folders].map((path) =>
      this.#entry(path, { kind: 'directory', mode: FOLDER_MODE, size: 0, content: [] }),
    );
    return [...folders, ...this.#entries.values()].toSorted((a, b) => comparePaths(a.path, b.path));
  }

  #entry(
    path: string,
    parts: Pick<Entry, 'kind' | 'mode' | 'size' | 'content'> & { readonly mtimeNs?: bigint | undefined },
  ): Entry {
    return {
      ...parts,
      path: Buffer.from(path),
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
      mtimeNs: parts.mtimeNs ?? BigInt(this.#clock()) * 1_000_000n,
    };
  }
}

function checkChunkBytes(bytes: number | undefined): void {
  if (bytes === undefined || (Number.isInteger(bytes) && bytes >= MIN_FIXED && bytes <= MAX_FIXED)) return;
  throw new BackupError(
    'INVALID_OPTION',
    `Expected chunks of ${MIN_FIXED} to ${MAX_FIXED} whole bytes as a source's chunkBytes, got ${bytes}`,
  );
}

/** `''`, `a` and `a/b` for `a/b/c`; none for the empty path. */
function foldersAbove(path: string): string[] {
  if (path === '') return [];
  const segments = path.split('/');
  return segments.map((_segment, i) => segments.slice(0, i).join('/'));
}
