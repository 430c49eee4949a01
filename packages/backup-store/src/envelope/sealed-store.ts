import { randomBytes } from 'node:crypto';

import { type ObjectStore, readObject } from '@x/storage';

import { BackupError } from '../errors.ts';
import type { Kind, SealIdentity } from './header.ts';
import { openObject, sealObject } from './object.ts';

/** Small sealed objects are refused beyond this, before anything is allocated. */
export const MAX_OBJECT_BYTES: number = 256 * 1024 * 1024;
const NO_LABEL = new Uint8Array(8);

/** One kind of object and the key it is sealed with. */
export interface Seal {
  readonly kind: Kind;
  readonly subkey: Uint8Array;
  /** What objects were sealed with before keys were rotated; they still open. */
  readonly older?: readonly Uint8Array[] | undefined;
  /** The tenant's label, 8 bytes; absent for objects of the whole repository. */
  readonly label?: Uint8Array | undefined;
}

/** Reads the directory at the end of the pack of this name and size. */
export type DirectoryReader = (
  store: ObjectStore,
  place: { readonly name: string; readonly size: number; readonly signal?: AbortSignal | undefined },
) => Promise<{ readonly identity: SealIdentity; readonly directory: Buffer }>;

/** Sealed objects in a store: everything but packs goes through here. */
export class SealedStore {
  /** How directories of packs are read, where packs are not sealed: in simulations. */
  readonly readDirectory: DirectoryReader | undefined = undefined;
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

  /** The stored bytes of an object of this name. */
  seal(name: string, seal: Seal, content: Uint8Array): Buffer {
    return sealObject(seal.subkey, this.#context(name, seal), content);
  }

  /** @throws {BackupError} `OBJECT_DAMAGED`, `OBJECT_TRUNCATED`, `OBJECT_INVALID`, `UNSUPPORTED_FORMAT`. */
  open(name: string, seal: Seal, sealed: Uint8Array): Buffer {
    const { subkey, older = [] } = seal;
    return openObject(older.length === 0 ? subkey : [subkey, ...older], this.#context(name, seal), sealed);
  }

  /** Creates the object. @returns Its stored bytes, or `undefined` when the name is taken. */
  async create(
    name: string,
    seal: Seal,
    content: Uint8Array,
    options: { signal?: AbortSignal | undefined } = {},
  ): Promise<number | undefined> {
    const sealed = this.seal(name, seal, content);
    const { created } = await this.store.createIfAbsent(name, sealed, options);
    return created ? sealed.length : undefined;
  }

  /** @throws {BackupError} `OBJECT_MISSING`, `OBJECT_DAMAGED`, `OBJECT_TRUNCATED`, `UNSUPPORTED_FORMAT`. */
  async read(name: string, seal: Seal, options: { signal?: AbortSignal | undefined } = {}): Promise<Buffer> {
    const sealed = await readStored(this.store, name, { maxBytes: MAX_OBJECT_BYTES, signal: options.signal });
    return this.open(name, seal, sealed);
  }
}

/** Which bytes of a stored object are wanted: all, up to `maxBytes`, or exactly those of a range. */
export interface StoredBytes {
  readonly range?: { readonly start: number; readonly end: number } | undefined;
  readonly maxBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads bytes as they are stored, and says of the object what the store says of them.
 *
 * @throws {BackupError} `OBJECT_MISSING`, `OBJECT_TRUNCATED` when the object ends before the range does, `OBJECT_INVALID`
 * when there is more of it than `maxBytes`; other errors of the store stay as they are.
 */
export async function readStored(store: ObjectStore, name: string, wanted: StoredBytes = {}): Promise<Uint8Array> {
  const { range, signal } = wanted;
  const length = range && range.end - range.start;
  let bytes: Uint8Array;
  try {
    bytes = await readObject(store, name, { range, maxBytes: length ?? wanted.maxBytes, signal });
  } catch (error) {
    throw objectError(error, name);
  }
  if (length !== undefined && bytes.length < length) {
    throw new BackupError('OBJECT_TRUNCATED', `Expected ${name} to have ${range?.end} bytes, got fewer`, {
      object: name,
    });
  }
  return bytes;
}

/**
 * What a store's error says of an object, as an error of this package; other errors stay as they are.
 *
 * @param name Names the object if the error does not.
 */
export function objectError(cause: unknown, name: string): unknown {
  const { code, key: object = name } = (cause ?? {}) as { code?: unknown; key?: string };
  if (code === 'NOT_FOUND') {
    return new BackupError('OBJECT_MISSING', `Expected ${object} in the store, got nothing`, { cause, object });
  }
  if (code === 'INVALID_RANGE') {
    return new BackupError('OBJECT_TRUNCATED', `Expected ${object} to be longer than it is`, { cause, object });
  }
  if (code === 'TOO_LARGE') {
    return new BackupError('OBJECT_INVALID', `Expected ${object} to be smaller than it is`, { cause, object });
  }
  return cause;
}

/** A new random id, 32 hex digits. */
export function newRepositoryId(): string {
  return randomBytes(16).toString('hex');
}
