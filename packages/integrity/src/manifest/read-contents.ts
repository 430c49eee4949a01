import type { AnyAlgorithm } from '../algorithm.ts';
import { digest } from '../digest.ts';
import type { Digest } from '../digest-value.ts';
import { createDigest } from '../hasher.ts';
import { type PathKey, keyBytes } from './entry-path.ts';
import { changedWhileRead, closeOpen, codeOf, isSystemError, openToRead, readInto, statOfOpen } from './file-calls.ts';
import { checkLanes, inLanes } from './lanes.ts';
import type { TreeOptions } from './model.ts';
import { type EntryState, type FoundEntry, type FoundTree, look } from './walk.ts';

/** Files below this size are read with one call, into a buffer that is used again. */
const SMALL_BYTES = 256 * 1024;
const LARGE_BUFFER_BYTES = 1 << 20;
/** A file that changes while it is read is read this many times, then given up. */
const ATTEMPTS = 3;

/** A file's content as it was read. */
export interface Content {
  /** The file as it was while it was read; newer than what the walk found, when it had changed since. */
  readonly found: FoundEntry;
  readonly digest: Digest;
}

/** By path: contents, and the reasons where there is none. */
export interface Contents {
  readonly read: Map<PathKey, Content>;
  readonly problems: Map<PathKey, string>;
}

/** Options of {@link readContents}. */
export interface ReadOptions extends TreeOptions {
  /** Checked by the caller, who knows whether it may be a legacy one. */
  readonly algorithm: AnyAlgorithm;
  /** Asked before each file; false leaves out this file and all after it. */
  readonly mayStart?: ((file: FoundEntry) => boolean) | undefined;
  /** Told after each file: its content, or the reason why there is none. */
  readonly onFile?: ((file: FoundEntry, outcome: Content | string) => Promise<void>) | undefined;
}

/**
 * Computes the digests of files, a few at a time. A file counts as read only if it was the same before and after: the
 * same inode, size, modification and change times, and as many bytes as its size says.
 */
export async function readContents(
  tree: FoundTree,
  files: readonly FoundEntry[],
  options: ReadOptions,
): Promise<Contents> {
  const contents: Contents = { read: new Map(), problems: new Map() };
  const reader = new ContentReader(tree, files, options);
  let ended = false;
  await inLanes([...files], { width: checkLanes(options.concurrency), signal: options.signal }, async (file) => {
    ended ||= options.mayStart?.(file) === false;
    if (ended) return;
    const outcome = await outcomeOf(reader, file);
    if (typeof outcome === 'string') contents.problems.set(file.key, outcome);
    else contents.read.set(file.key, outcome);
    reader.finished();
    await options.onFile?.(file, outcome);
  });
  return contents;
}

async function outcomeOf(reader: ContentReader, file: FoundEntry): Promise<Content | string> {
  try {
    return await reader.read(file);
  } catch (error) {
    if (!isSystemError(error)) throw error;
    return codeOf(error);
  }
}

class ContentReader {
  readonly #root: string;
  readonly #options: ReadOptions;
  readonly #buffers: Buffer[] = [];
  readonly #total: { readonly entries: number; readonly totalFiles: number; readonly totalBytes: number };
  #files = 0;
  #bytes = 0;

  constructor({ root, entries }: FoundTree, files: readonly FoundEntry[], options: ReadOptions) {
    this.#root = root;
    this.#options = options;
    const totalBytes = files.reduce((sum, { state }) => sum + Number(state.size), 0);
    this.#total = { entries: entries.size, totalFiles: files.length, totalBytes };
  }

  async read(file: FoundEntry): Promise<Content> {
    let found = file;
    for (let attempt = 1; ; attempt++) {
      const value = await this.#readOnce(found);
      if (value !== undefined) return { found, digest: value };
      if (attempt === ATTEMPTS) throw changedWhileRead();
      found = await look(this.#root, file.key);
      if (found.kind !== 'file') throw changedWhileRead();
    }
  }

  finished(): void {
    this.#files++;
    this.#report();
  }

  /** The digest, or `undefined` when the file was not the one found, or changed meanwhile. */
  async #readOnce({ key, state }: FoundEntry): Promise<Digest | undefined> {
    const file = await openToRead(keyBytes(this.#root + key));
    try {
      const { value, bytes } =
        state.size < SMALL_BYTES ? await this.#readSmall(file, state.size) : await this.#readLarge(file, state.size);
      return BigInt(bytes) === state.size && isSame(state, await statOfOpen(file)) ? value : undefined;
    } finally {
      await closeOpen(file);
    }
  }

  async #readSmall(file: number, size: bigint): Promise<{ value: Digest | undefined; bytes: number }> {
    const buffer = this.#buffers.pop() ?? Buffer.allocUnsafeSlow(SMALL_BYTES);
    try {
      let bytes = await readInto(file, buffer);
      // Local file systems give all at once. A file of size 0 may be one of /proc, which has more than it says.
      for (let more = bytes; more > 0 && bytes < size; bytes += more)
        more = await readInto(file, buffer.subarray(bytes));
      const { algorithm } = this.#options;
      this.#bytes += bytes;
      return { value: await digest(buffer.subarray(0, bytes), { algorithm, legacy: true }), bytes };
    } finally {
      this.#buffers.push(buffer);
    }
  }

  /** Ends beyond the size: a file that grows faster than it is read has no end. */
  async #readLarge(file: number, size: bigint): Promise<{ value: Digest; bytes: number }> {
    const { algorithm, signal } = this.#options;
    const hasher = await createDigest(algorithm, { legacy: true });
    let [front, back] = [Buffer.allocUnsafeSlow(LARGE_BUFFER_BYTES), Buffer.allocUnsafeSlow(LARGE_BUFFER_BYTES)];
    let total = 0;
    let bytes = await readInto(file, front);
    while (bytes > 0 && total <= size) {
      signal?.throwIfAborted();
      const next = readInto(file, back);
      hasher.update(front.subarray(0, bytes));
      total += bytes;
      this.#bytes += bytes;
      [front, back] = [back, front];
      bytes = await next;
      this.#report();
    }
    return { value: hasher.digest(), bytes: total };
  }

  #report(): void {
    this.#options.onProgress?.({ phase: 'read', files: this.#files, bytes: this.#bytes, ...this.#total });
  }
}

function isSame(a: EntryState, b: EntryState): boolean {
  return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ctimeNs === b.ctimeNs && a.ino === b.ino && a.dev === b.dev;
}
