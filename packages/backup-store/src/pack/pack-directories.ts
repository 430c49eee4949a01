import { listAll, type ObjectStore } from '@x/storage';

import type { IndexedPack } from '../blob-index/segment.ts';
import { ByteReader } from '../bytes/reader.ts';
import { BLOCK_BYTES, contentEnd, PADDING_BYTES, plaintextLength, SEALED_BLOCK_BYTES } from '../envelope/blocks.ts';
import { HEADER_BYTES, KIND, objectKey, parseHeader, type SealContext, type SealIdentity } from '../envelope/header.ts';
import { blockCount, openBlocks, type OpenObject } from '../envelope/range.ts';
import { readStored, type SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { nameParts, packName, packsPrefix } from '../layout/names.ts';
import { MAX_DIRECTORY_BYTES, visitDirectory } from './directory.ts';

/** Blocks at a pack's end that are read at once: enough for most directories. */
const TAIL_BLOCKS = 3;

/** The context a pack is sealed in. */
export function packContext(repositoryId: Uint8Array, tenant: Tenant, name: string): SealContext {
  return { repositoryId, label: tenant.labelBytes, kind: KIND.pack, name };
}

/** Reads a pack's directory from the pack alone: from the header at its end, or the one at its beginning. */
export async function readPackDirectory(
  sealed: SealedStore,
  tenant: Tenant,
  place: {
    readonly name: string;
    readonly size: number;
    readonly epoch: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ identity: SealIdentity; directory: Buffer }> {
  const { name, size, epoch, signal } = place;
  const context = packContext(sealed.repositoryId, tenant, name);
  if (size < 2 * HEADER_BYTES || plaintextLength(size - 2 * HEADER_BYTES) === undefined) {
    throw new BackupError('OBJECT_TRUNCATED', `Expected ${name} to be a whole pack, got ${size} bytes`, {
      object: name,
    });
  }
  const identity = await readIdentity(sealed.store, context, { size, subkey: tenant.subkey(`pack/${epoch}`), signal });
  const key = objectKey(tenant.subkey(`pack/${epoch}`), identity, context);
  const tail = new Tail(sealed.store, { key, size, name }, signal);
  await tail.reach(Math.min(TAIL_BLOCKS, blockCount(size)));
  const length = tail.last(4).readUInt32LE();
  if (length <= MAX_DIRECTORY_BYTES) {
    await tail.reach(Math.min(blockCount(size), Math.ceil((length + 2 * PADDING_BYTES) / BLOCK_BYTES) + 1));
  }
  return { identity, directory: Buffer.from(tail.last(length + 4).subarray(0, length)) };
}

async function readIdentity(
  store: ObjectStore,
  context: SealContext,
  pack: { size: number; subkey: Uint8Array; signal: AbortSignal | undefined },
): Promise<SealIdentity> {
  const at = [pack.size - HEADER_BYTES, 0];
  let first: unknown;
  for (const start of at) {
    try {
      const range = { start, end: start + HEADER_BYTES };
      const bytes = await readStored(store, context.name, { range, signal: pack.signal });
      const identity = parseHeader(bytes, context);
      objectKey(pack.subkey, identity, context);
      return identity;
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

/** The end of a pack's content, read backwards as far as needed. */
class Tail {
  readonly #store: ObjectStore;
  readonly #object: OpenObject;
  readonly #signal: AbortSignal | undefined;
  #blocks = 0;
  #content: Buffer = Buffer.alloc(0);
  #damage: Error | undefined;

  constructor(store: ObjectStore, object: OpenObject, signal: AbortSignal | undefined) {
    this.#store = store;
    this.#object = object;
    this.#signal = signal;
  }

  /** Makes sure that the last `blocks` blocks are read, as far as they are undamaged: frames among them are not needed. */
  async reach(blocks: number): Promise<void> {
    if (blocks <= this.#blocks) return;
    this.#blocks = blocks;
    const { size, name } = this.#object;
    const first = blockCount(size) - blocks;
    const range = { start: HEADER_BYTES + first * SEALED_BLOCK_BYTES, end: size - HEADER_BYTES };
    const bytes = await readStored(this.#store, name, { range, signal: this.#signal });
    const opened: Buffer[] = [];
    this.#damage = undefined;
    for (let at = (blocks - 1) * SEALED_BLOCK_BYTES; at >= 0 && this.#damage === undefined; at -= SEALED_BLOCK_BYTES) {
      try {
        const block = bytes.subarray(at, at + SEALED_BLOCK_BYTES);
        opened.unshift(openBlocks(this.#object, first + at / SEALED_BLOCK_BYTES, block));
      } catch (error) {
        this.#damage = error as Error;
      }
    }
    const plaintext = Buffer.concat(opened);
    this.#content = plaintext.subarray(0, Math.max(0, contentEnd(plaintext)));
  }

  /** The last bytes of the content. @throws {BackupError} `OBJECT_DAMAGED`, or `OBJECT_INVALID` when there are fewer. */
  last(bytes: number): Buffer {
    const { length } = this.#content;
    if (bytes <= length) return this.#content.subarray(length - bytes);
    const { name } = this.#object;
    throw (
      this.#damage ??
      new BackupError('OBJECT_INVALID', `Expected a directory of ${bytes} bytes in ${name}, got ${length}`, {
        object: name,
      })
    );
  }
}

/** What {@link readSessionPacks} found. */
export interface SessionPacks {
  readonly packs: IndexedPack[];
  readonly damaged: BackupError[];
}

/** Directories of all packs of a session, from the packs alone. Packs that can't be read are reported, not fatal. */
export async function readSessionPacks(
  sealed: SealedStore,
  tenant: Tenant,
  session: string,
  options: {
    readonly epoch: number;
    readonly skip?: ReadonlySet<string> | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<SessionPacks> {
  const packs: IndexedPack[] = [];
  const damaged: BackupError[] = [];
  const prefix = packsPrefix(tenant.label);
  for await (const { key, size } of listAll(sealed.store, `${prefix}${session}/`, { signal: options.signal })) {
    const id = nameParts(key, prefix)[1];
    if (id === undefined || options.skip?.has(id) === true || key !== packName(tenant.label, session, id)) continue;
    try {
      const { identity, directory } = await readPackDirectory(sealed, tenant, {
        name: key,
        size,
        epoch: options.epoch,
        signal: options.signal,
      });
      checkDirectory(directory, key);
      packs.push({ session, id, epoch: options.epoch, size, identity, directory });
    } catch (error) {
      if (!(error instanceof BackupError)) throw error;
      damaged.push(error);
    }
  }
  return { packs, damaged };
}

/** @throws {BackupError} `OBJECT_INVALID`. */
function checkDirectory(directory: Uint8Array, name: string): void {
  const reader = new ByteReader(directory, name);
  visitDirectory(reader, { frame: () => undefined, blob: () => undefined });
  reader.end();
}
