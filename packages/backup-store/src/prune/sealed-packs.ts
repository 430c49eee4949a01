import { blobId } from '../blob-index/blob-id.ts';
import type { FramePlace } from '../blob-index/blob-index.ts';
import { encodeFrame, LEVELS } from '../codec/codec.ts';
import { BLOCK_BYTES } from '../envelope/blocks.ts';
import { openBlocks, sealedRange } from '../envelope/range.ts';
import { readStored, type SealedStore } from '../envelope/sealed-store.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { packName } from '../layout/names.ts';
import { PACK_EPOCH, packContext } from '../pack/pack-directories.ts';
import { PackKeys } from '../pack/pack-keys.ts';
import { PackWriter } from '../pack/pack-writer.ts';
import type { NewPack, PackAccess } from './keeper.ts';

/** Packs as they really are: encrypted and compressed. */
export function sealedPacks(sealed: SealedStore, tenant: Tenant): Omit<PackAccess, 'readPage'> {
  const keys = new PackKeys(sealed.repositoryId, tenant);
  return {
    idOf: (type, sha256) => blobId(tenant.idKey, type, sha256),
    async readFrame(frame: FramePlace) {
      const object = keys.open(frame.pack);
      const range = sealedRange(object.size, frame.offset, frame.offset + frame.stored);
      const content = openBlocks(object, range.firstBlock, await readStored(sealed.store, object.name, { range }));
      const start = frame.offset - range.firstBlock * BLOCK_BYTES;
      return content.subarray(start, start + frame.stored);
    },
    newPack: (session, id) => newSealedPack(sealed, tenant, packName(tenant.label, session, id)),
  };
}

function newSealedPack(sealed: SealedStore, tenant: Tenant, name: string): NewPack {
  const ready: Uint8Array[] = [];
  const context = packContext(sealed.repositoryId, tenant, name);
  const writer = new PackWriter(tenant.subkey(`pack/${PACK_EPOCH}`), context, (piece) => ready.push(piece));
  return {
    get content() {
      return writer.content;
    },
    addStored: (bytes, form, blobs) => writer.addStored(bytes, form, blobs),
    addFrame: (raw, blobs) =>
      void writer.addFrame(raw, blobs, (bytes) => encodeFrame(bytes, LEVELS.balanced, blobs.length === 1)),
    take: () => ready.splice(0),
    finish: () => writer.finish(),
  };
}
