import { createHash, type Hash, randomUUID } from 'node:crypto';
import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { BackupError } from '../errors.ts';
import { archiveFailure } from './failure.ts';

/** What an export writes to, piece by piece. */
export interface Output {
  /** Adds bytes. Their memory may be used again when the promise resolves. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends it: a file appears under its name. */
  complete(): Promise<WrittenOutput>;
  /** Removes what there is of it; nothing when it is complete. */
  discard(): Promise<void>;
}

/** What was written. */
export interface WrittenOutput {
  /** Bytes. */
  readonly size: number;
  /** Hex. */
  readonly sha256: string;
}

/** Bytes that are collected before they are written. */
const BUFFER_BYTES = 1 << 20;

/**
 * A file that appears when it is complete, or a stream.
 *
 * @throws {BackupError} `ALREADY_EXISTS`, `PATH_FAILED`.
 */
export async function openOutput(to: string | Writable): Promise<Output> {
  if (typeof to !== 'string') return new StreamOutput(to);
  if (await exists(to)) throw alreadyThere(to);
  // Only its owner may read what is only half there, and what was sealed in the repository.
  const path = `${to}.${randomUUID()}.part`;
  try {
    return new FileOutput(to, path, await open(path, 'wx', 0o600));
  } catch (cause) {
    const { code = '' } = cause as NodeJS.ErrnoException;
    throw new BackupError(
      'PATH_FAILED',
      `Expected to write ${to}, got ${code === 'ENOENT' ? 'no folder for it' : code}`,
      {
        cause,
        hint: 'Make the folder, or name a file where you may write.',
      },
    );
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw archiveFailure(error);
  }
}

function alreadyThere(path: string): BackupError {
  return new BackupError('ALREADY_EXISTS', `Expected nothing at ${path}, got a file or folder`, {
    hint: 'Name another file, or move this one away: an export replaces nothing.',
  });
}

async function failing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw archiveFailure(cause);
  }
}

/** Collects small writes, and counts and hashes all. */
abstract class HashedOutput implements Output {
  readonly #hash: Hash = createHash('sha256');
  readonly #buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES);
  #buffered = 0;
  #size = 0;

  protected abstract out(bytes: Uint8Array): Promise<void>;
  protected abstract end(): Promise<void>;
  abstract discard(): Promise<void>;

  async write(bytes: Uint8Array): Promise<void> {
    this.#size += bytes.length;
    if (this.#buffered + bytes.length > BUFFER_BYTES) await this.#flush();
    if (bytes.length >= BUFFER_BYTES / 2) {
      await this.#flush();
      await this.#out(bytes);
      return;
    }
    this.#buffer.set(bytes, this.#buffered);
    this.#buffered += bytes.length;
  }

  async complete(): Promise<WrittenOutput> {
    await this.#flush();
    await this.end();
    return { size: this.#size, sha256: this.#hash.digest('hex') };
  }

  async #flush(): Promise<void> {
    const length = this.#buffered;
    this.#buffered = 0;
    if (length > 0) await this.#out(this.#buffer.subarray(0, length));
  }

  /** The digest is computed while the system writes. */
  async #out(bytes: Uint8Array): Promise<void> {
    const written = this.out(bytes);
    this.#hash.update(bytes);
    await written;
  }
}

class FileOutput extends HashedOutput {
  readonly #target: string;
  readonly #path: string;
  readonly #file: FileHandle;
  #isOpen = true;

  constructor(target: string, path: string, file: FileHandle) {
    super();
    this.#target = target;
    this.#path = path;
    this.#file = file;
  }

  protected override async out(bytes: Uint8Array): Promise<void> {
    await failing(this.#file.writeFile(bytes));
  }

  protected override async end(): Promise<void> {
    await failing(this.#file.sync());
    await this.#close();
    try {
      // Unlike a rename, it replaces nothing that has come there meanwhile.
      await link(this.#path, this.#target);
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') throw alreadyThere(this.#target);
      // File systems without hard links.
      if (await exists(this.#target)) throw alreadyThere(this.#target);
      await failing(rename(this.#path, this.#target));
    }
    await rm(this.#path, { force: true });
  }

  override async discard(): Promise<void> {
    await this.#close().catch(() => undefined);
    await rm(this.#path, { force: true });
  }

  async #close(): Promise<void> {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    await failing(this.#file.close());
  }
}

class StreamOutput extends HashedOutput {
  readonly #stream: Writable;
  readonly #failed: Promise<never>;
  readonly #onError: (error: Error) => void;

  constructor(stream: Writable) {
    super();
    this.#stream = stream;
    let fail: (error: Error) => void = () => undefined;
    this.#failed = new Promise<never>((_resolve, reject) => (fail = reject));
    this.#failed.catch(() => undefined);
    this.#onError = (error) => fail(error);
    stream.once('error', this.#onError);
  }

  protected override async out(bytes: Uint8Array): Promise<void> {
    // A copy: the stream may keep it for longer.
    const hasRoom = this.#stream.write(Buffer.from(bytes));
    if (!hasRoom) await Promise.race([once(this.#stream, 'drain'), this.#failed]);
  }

  protected override async end(): Promise<void> {
    await Promise.race([new Promise<void>((resolve) => this.#stream.write('', () => resolve())), this.#failed]);
    await this.discard();
  }

  override async discard(): Promise<void> {
    this.#stream.off('error', this.#onError);
    await Promise.resolve();
  }
}
