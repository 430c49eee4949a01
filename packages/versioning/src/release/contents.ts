import { createReadStream } from 'node:fs';
import { open, rename, rm } from 'node:fs/promises';
import { createDigest, digest as digestOf } from '@x/integrity';
import { isStorageError, type ObjectStore, readObject } from '@x/storage';
import { VersioningError } from '../errors.ts';
import type { StoredContent } from './model.ts';

/** The largest list of contents, or bill, that is read into memory. */
export const MOST_LIST_BYTES: number = 256 * 1024 * 1024;

/** Where content lies: under its digest, whatever release it belongs to. */
const keyOf = (digest: string): string => `releases/content/${digest.replace(':', '/')}`;

/** Contents of releases, each under its digest: equal ones are there once, and none is taken for another. */
export class ReleaseContents {
  readonly #store: ObjectStore;

  constructor(store: ObjectStore) {
    this.#store = store;
  }

  /** Stores bytes, if they are not there yet. */
  async put(bytes: Uint8Array, signal?: AbortSignal): Promise<StoredContent> {
    const digest = `${await digestOf(bytes)}`;
    await this.#store.createIfAbsent(keyOf(digest), bytes, { signal });
    return { digest, size: bytes.length };
  }

  /** Stores a file whose digest is known, if it is not there yet. */
  async putFile(path: string, { digest, size }: StoredContent, signal?: AbortSignal): Promise<void> {
    const key = keyOf(digest);
    if ((await this.#store.stat(key, { signal }))?.size === size) return;
    // Each attempt reads anew, and sends what has the digest or fails.
    await this.#store.createIfAbsent(key, () => checked(createReadStream(path), { digest, size }, path), { signal });
  }

  /** Reads what is small, and gives it out only when it has its digest. @throws {VersioningError} `RELEASE_DAMAGED`. */
  async read({ digest }: Pick<StoredContent, 'digest'>, maxBytes: number, signal?: AbortSignal): Promise<Uint8Array> {
    const bytes = await this.#asked(digest, readObject(this.#store, keyOf(digest), { maxBytes, signal }));
    if (`${await digestOf(bytes)}` !== digest) throw damaged(digest, 'other bytes');
    return bytes;
  }

  /** What is known of content by its digest alone. @throws {VersioningError} `RELEASE_DAMAGED` when it is not there. */
  async sizeOf(digest: string, signal?: AbortSignal): Promise<StoredContent> {
    const found = await this.#store.stat(keyOf(digest), { signal });
    if (found === undefined) throw damaged(digest, 'nothing');
    return { digest, size: found.size };
  }

  /** Whether the content is there and has its digest; reads it to the end. @throws {VersioningError} `RELEASE_DAMAGED`. */
  async check(content: StoredContent, signal?: AbortSignal): Promise<void> {
    for await (const _ of this.#stream(content, signal)) {
      // Only its digest counts.
    }
  }

  /** Writes content to a file, which appears when it is complete and has its digest. */
  async save(content: StoredContent, target: string, signal?: AbortSignal): Promise<void> {
    const part = `${target}.part`;
    const file = await open(part, 'w');
    try {
      for await (const piece of this.#stream(content, signal)) await file.writeFile(piece);
      await file.sync();
      await file.close();
      await rename(part, target);
    } catch (error) {
      await file.close();
      await rm(part, { force: true });
      throw error;
    }
  }

  async *#stream(content: StoredContent, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
    const { body, size } = await this.#asked(content.digest, this.#store.get(keyOf(content.digest), { signal }));
    if (size !== content.size) throw damaged(content.digest, `${size} bytes`);
    yield* checked(body, content, content.digest);
  }

  async #asked<T>(digest: string, answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      if (isStorageError(error) && error.code === 'NOT_FOUND') throw damaged(digest, 'nothing');
      throw error;
    }
  }
}

async function* checked(
  body: AsyncIterable<Uint8Array>,
  { digest, size }: StoredContent,
  what: string,
): AsyncGenerator<Uint8Array> {
  const hasher = await createDigest('sha256');
  let seen = 0;
  // One piece behind: what comes last is handed on only when all of it is right.
  let held: Uint8Array | undefined;
  for await (const piece of body) {
    seen += piece.length;
    if (seen > size) throw damaged(what, `more than ${size} bytes`);
    hasher.update(piece);
    if (held !== undefined) yield held;
    held = Uint8Array.from(piece);
  }
  if (seen !== size || `${hasher.digest()}` !== digest) throw damaged(what, 'other bytes');
  if (held !== undefined) yield held;
}

function damaged(what: string, got: string): VersioningError {
  return new VersioningError('RELEASE_DAMAGED', `Expected the content ${what} of a release, got ${got}`, {
    hint: 'Put the object back from a copy of the storage: it lies below releases/content under its digest.',
  });
}
