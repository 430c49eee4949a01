import type { ObjectStore } from '@x/storage';

import type { FramePlace } from '../blob-index/blob-index.ts';
import type { IndexedPack } from '../blob-index/segment.ts';
import type { SealedStore } from '../envelope/sealed-store.ts';
import type { Tenant } from '../keyring/tenant.ts';
import type { BlobType } from '../pack/directory.ts';
import type { NewPack } from '../prune/keeper.ts';

/** A blob of a simulated source. */
export interface SimulatedBlob {
  readonly type: BlobType;
  readonly bytes: Uint8Array;
  readonly sha256: Uint8Array;
}

/** How a simulation turns objects and packs into stored bytes. */
export interface SimulationCodec {
  readonly name: 'plain' | 'sealed';
  readonly tenant: Tenant;
  sealed(store: ObjectStore): SealedStore;
  idOf(type: BlobType, sha256: Uint8Array): Uint8Array;
  /** A frame as it is stored, without encryption. */
  readFrame(sealed: SealedStore, frame: FramePlace): Promise<Uint8Array>;
  newPack(sealed: SealedStore, session: string, id: string): NewPack;
}

/** Makes a pack with one frame. @returns What an index segment says of it, and its stored bytes. */
export function makePack(
  codec: SimulationCodec,
  sealed: SealedStore,
  what: { readonly session: string; readonly id: string; readonly blobs: readonly SimulatedBlob[] },
): { pack: IndexedPack; stored: Uint8Array } {
  const { session, id, blobs } = what;
  const writer = codec.newPack(sealed, session, id);
  writer.addFrame(
    Buffer.concat(blobs.map(({ bytes }) => bytes)),
    blobs.map(({ type, sha256, bytes }) => ({ type, id: codec.idOf(type, sha256), length: bytes.length })),
  );
  const finished = writer.finish();
  return { pack: { session, id, epoch: 0, ...finished }, stored: Buffer.concat(writer.take()) };
}
