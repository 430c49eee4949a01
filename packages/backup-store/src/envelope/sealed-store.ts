import { randomBytes } from 'node:crypto';

import { type ObjectStore, readObject } from '@x/storage';

import { BackupError } from '../errors.ts';
import type { Kind } from './header.ts';
import { openObject, sealObject } from './object.ts';

/** Small sealed objects are refused beyond this, before anything is allocated. */
const MAX_OBJECT_BYTES = 256 * 1024 * 1024;
const NO_LABEL = new Uint8Array(8);

/** One kind of object and the key it is sealed with. */
export interface Seal {
  readonly kind: Kind;
  readonly subkey: Uint8Array;
  /** The tenant's label, 8 bytes; absent for objects of the whole repository. */
  readonly label?: Uint8Array | undefined;
}

/** Sealed objects in a store: everything but packs goes through here. */
export class SealedStore {
  readonly store: ObjectStore;
  /** 16 bytes. */
  readonly repositoryId: Buffer;

  constructor(store: ObjectStore, repositoryId: string) {
    this.store = store;
    this.repositoryId = Buffer.from(repositoryId, 'hex');
  }

  #context(name: string, seal: Seal): { repositoryId: Uint8Array; label: Uint8Array; kind: Kind; name: string } {
    return { repositoryId: this.repositoryId, label: seal.label ?? NO_LABEL, kind: seal.kind, name };
  }

  /** Creates the object. @returns Its stored bytes, or `undefined` when the name is taken. */
  async create(
    name: string,
    seal: Seal,
    content: Uint8Array,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<number | undefined> {
    const sealed = sealObject(seal.subkey, this.#context(name, seal), content);
    const { created } = await this.store.createIfAbsent(name, sealed, options);
    return created ? sealed.length : undefined;
  }

  /** @throws {BackupError} `OBJECT_MISSING`, `OBJECT_DAMAGED`, `OBJECT_TRUNCATED`, `UNSUPPORTED_FORMAT`. */
  async read(name: string, seal: Seal, options: { signal?: AbortSignal | undefined } = {}): Promise<Buffer> {
    let sealed: Uint8Array;
    try {
      sealed = await readObject(this.store, name, { maxBytes: MAX_OBJECT_BYTES, signal: options.signal });
    } catch (error) {
      throw missingOr(error, name);
    }
    return openObject(seal.subkey, this.#context(name, seal), sealed);
  }
}

/** Turns a store's `NOT_FOUND` into this package's `OBJECT_MISSING`; other errors stay as they are. */
export function missingOr(error: unknown, name: string): unknown {
  if (error instanceof Error && (error as { code?: unknown }).code === 'NOT_FOUND') {
    return new BackupError('OBJECT_MISSING', `Expected ${name} in the store, got nothing`, {
      cause: error,
      object: name,
    });
  }
  return error;
}

/** A new random id, 32 hex digits. */
export function newRepositoryId(): string {
  return randomBytes(16).toString('hex');
}
