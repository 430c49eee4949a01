import { listAll, type ObjectStore } from '@x/storage';

import type { IndexedPack } from '../blob-index/segment.ts';
import { ByteReader } from '../bytes/reader.ts';
import { BLOCK_BYTES, contentEnd, PADDING_BYTES, plaintextLength, SEALED_BLOCK_BYTES } from '../envelope/blocks.ts';
import {
  HEADER_BYTES,
  KIND,
  objectKey,
  parseHeader,
  type SealContext,
  type SealIdentity,
  type Subkeys,
} from '../envelope/header.ts';
import { blockCount, openBlocks, type OpenObject } from '../envelope/range.ts';
import { readStored, type SealedStore } from '../envelope/sealed-store.ts';
import { BackupError } from '../errors.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { nameParts, packName, packsPrefix } from '../layout/names.ts';
import { MAX_DIRECTORY_BYTES, visitDirectory } from './directory.ts';

/** Blocks at a pack's end that are read at once: enough for most directories. */
const TAIL_BLOCKS = 3;

/** Epoch of the subkey that new packs are sealed with. */
export const PACK_EPOCH = 0;

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
    readonly epoch?: number | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ identity: SealIdentity; directory: Buffer }> {
  const { name, size, epoch = PACK_EPOCH, signal } = place;
  const context = packContext(sealed.repositoryId, tenant, name);
  if (size < 2 * HEADER_BYTES || plaintextLength(size - 2 * HEADER_BYTES) === undefined) {
    throw new BackupError('OBJECT_TRUNCATED', `Expected ${name} to be a whole pack, got ${size} bytes`, {
      object: name,
    });
  }
  const subkeys = tenant.subkeys(`pack/${epoch}`);
  const identity = await readIdentity(sealed.store, context, { size, subkeys, signal });
  const key = objectKey(subkeys, identity, context);
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
  pack: { size: number; subkeys: Subkeys; signal: AbortSignal | undefined },
): Promise<SealIdentity> {
  const at = [pack.size - HEADER_BYTES, 0];
  let first: unknown;
  for (const start of at) {
    try {
      const range = { start, end: start + HEADER_BYTES };
      const bytes = await readStored(store, context.name, { range, signal: pack.signal });
      const identity = parseHeader(bytes, context);
      objectKey(pack.subkeys, identity, context);
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

/** What {@link readSessionPacks} and {@link readNamedPacks} found. */
export interface SessionPacks {
  readonly packs: IndexedPack[];
  readonly damaged: BackupError[];
}

/** Which packs to leave out. */
export interface PackReading {
  /** Ids of packs that are known already. */
  readonly skip?: ReadonlySet<string> | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Directories of all packs of a session, from the packs alone. Packs that can't be read are reported, not fatal. */
export async function readSessionPacks(
  sealed: SealedStore,
  tenant: Tenant,
  session: string,
  options: PackReading,
): Promise<SessionPacks> {
  const found: SessionPacks = { packs: [], damaged: [] };
  const prefix = packsPrefix(tenant.label);
  for await (const { key, size } of listAll(sealed.store, `${prefix}${session}/`, { signal: options.signal })) {
    const id = nameParts(key, prefix)[1];
    if (id === undefined || options.skip?.has(id) === true || key !== packName(tenant.label, session, id)) continue;
    await readInto(found, { sealed, tenant, pack: { session, id, size }, signal: options.signal });
  }
  return found;
}

/** Directories of packs given as `session/pack`, from the packs alone. Packs that can't be read are reported, not fatal. */
export async function readNamedPacks(
  sealed: SealedStore,
  tenant: Tenant,
  names: readonly string[],
  options: PackReading,
): Promise<SessionPacks> {
  const found: SessionPacks = { packs: [], damaged: [] };
  for (const each of names) {
    const [session, id] = each.split('/') as [string, string];
    if (options.skip?.has(id) === true) continue;
    const name = packName(tenant.label, session, id);
    const info = await sealed.store.stat(name, { signal: options.signal });
    if (info !== undefined)
      await readInto(found, { sealed, tenant, pack: { session, id, size: info.size }, signal: options.signal });
    else
      found.damaged.push(
        new BackupError('OBJECT_MISSING', `Expected ${name} in the store, got nothing`, { object: name }),
      );
  }
  return found;
}

interface PackToRead {
  readonly sealed: SealedStore;
  readonly tenant: Tenant;
  readonly pack: { readonly session: string; readonly id: string; readonly size: number };
  readonly signal: AbortSignal | undefined;
}

async function readInto(found: SessionPacks, { sealed, tenant, pack, signal }: PackToRead): Promise<void> {
  const name = packName(tenant.label, pack.session, pack.id);
  try {
    const place = { name, size: pack.size, signal };
    const { identity, directory } = await (sealed.readDirectory?.(sealed.store, place) ??
      readPackDirectory(sealed, tenant, place));
    checkDirectory(directory, name);
    found.packs.push({ ...pack, epoch: PACK_EPOCH, identity, directory });
  } catch (error) {
    if (!(error instanceof BackupError)) throw error;
    found.damaged.push(error);
  }
}

/** @throws {BackupError} `OBJECT_INVALID`. */
function checkDirectory(directory: Uint8Array, name: string): void {
  const reader = new ByteReader(directory, name);
  visitDirectory(reader, { frame: () => undefined, blob: () => undefined });
  reader.end();
}
