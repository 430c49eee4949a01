import { randomUUID } from 'node:crypto';
import { type FileHandle, open, rename, rm } from 'node:fs/promises';
import { createDigest, type Digest, type Hasher } from '@x/integrity';
import { fileFailure } from './file-failure.ts';
import { PIECE_BYTES } from './pieces.ts';

/** A file that appears under its name only when it is complete. Until then it lies beside it, with `.part` at the end. */
export class PartFile {
  readonly #target: string;
  readonly #path: string;
  readonly #file: FileHandle;
  readonly #hasher: Hasher;
  readonly #buffer = Buffer.allocUnsafeSlow(PIECE_BYTES);
  #buffered = 0;
  /** Bytes written so far. */
  position = 0;

  private constructor(target: string, path: string, opened: { readonly file: FileHandle; readonly hasher: Hasher }) {
    this.#target = target;
    this.#path = path;
    this.#file = opened.file;
    this.#hasher = opened.hasher;
  }

  /** @throws {VersioningError} `WRITE_FAILED`. */
  static async create(target: string): Promise<PartFile> {
    const hasher = await createDigest('sha256');
    const path = `${target}.${randomUUID()}.part`;
    return new PartFile(target, path, { file: await writing(target, open(path, 'wx')), hasher });
  }

  /** Adds bytes. Their memory may be used again when the promise resolves. */
  async write(bytes: Buffer): Promise<void> {
    this.position += bytes.length;
    if (this.#buffered + bytes.length > PIECE_BYTES) await this.#flush();
    if (bytes.length > PIECE_BYTES / 2) {
      await this.#flush();
      await this.#out(bytes);
    } else {
      this.#buffered += bytes.copy(this.#buffer, this.#buffered);
    }
  }

  /** Makes the file appear, in the place of an older one if there is one. */
  async complete(): Promise<Digest> {
    await this.#flush();
    await writing(this.#target, this.#file.sync());
    await writing(this.#target, this.#file.close());
    await writing(this.#target, rename(this.#path, this.#target));
    return this.#hasher.digest();
  }

  /** Removes what there is of it. */
  async discard(): Promise<void> {
    await this.#file.close();
    await rm(this.#path, { force: true });
  }

  async #flush(): Promise<void> {
    const length = this.#buffered;
    this.#buffered = 0;
    if (length > 0) await this.#out(this.#buffer.subarray(0, length));
  }

  /** The digest is computed while the system writes. */
  async #out(bytes: Buffer): Promise<void> {
    const written = this.#file.writeFile(bytes);
    this.#hasher.update(bytes);
    await writing(this.#target, written);
  }
}

async function writing<T>(path: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw fileFailure('WRITE_FAILED', 'a file that can be written', { path, cause });
  }
}
