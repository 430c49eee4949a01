import type { ObjectStore } from '@x/storage';

import type { FramePlace } from '../blob-index/blob-index.ts';
import type { SealIdentity } from '../envelope/header.ts';
import { type DirectoryReader, readStored, type Seal, SealedStore } from '../envelope/sealed-store.ts';
import type { Tenant } from '../keyring/tenant.ts';
import { packName } from '../layout/names.ts';
import { type BlobType, DirectoryBuilder, ID_BYTES } from '../pack/directory.ts';
import type { NewPack } from '../prune/keeper.ts';
import type { SimulationCodec } from './codec.ts';
import { simulatedTenant } from './simulated-tenant.ts';

const IDENTITY: SealIdentity = { salt: new Uint8Array(32), commitment: new Uint8Array(32) };

/** Objects stored as they are. */
class PlainStore extends SealedStore {
  override readonly readDirectory: DirectoryReader = async (store, { name }) => {
    const stored = await readStored(store, name);
    return { identity: IDENTITY, directory: Buffer.from(split(stored).directory) };
  };

  override seal(_name: string, _seal: Seal, content: Uint8Array): Buffer {
    return Buffer.from(content);
  }

  override open(_name: string, _seal: Seal, sealed: Uint8Array): Buffer {
    return Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength);
  }
}

/** A pack is its directory's length, its directory, then its frames. */
function split(stored: Uint8Array): { directory: Uint8Array; frames: Uint8Array } {
  const length = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength).readUInt32LE();
  return { directory: stored.subarray(4, 4 + length), frames: stored.subarray(4 + length) };
}

function newPlainPack(): NewPack {
  const directory = new DirectoryBuilder();
  const frames: Uint8Array[] = [];
  let ready: Uint8Array[] = [];
  let content = 0;
  const add: NewPack['addStored'] = (bytes, form, blobs) => {
    frames.push(Uint8Array.from(bytes));
    content += bytes.length;
    directory.addFrame(bytes.length, form.raw, form.codec, blobs);
  };
  return {
    get content() {
      return content;
    },
    addStored: add,
    addFrame: (raw, blobs) => add(raw, { raw: raw.length, codec: 0 }, blobs),
    take: () => ready.splice(0),
    finish() {
      const list = directory.finish();
      const length = Buffer.alloc(4);
      length.writeUInt32LE(list.length);
      ready = [Buffer.concat([length, list, ...frames])];
      return { size: (ready[0] as Uint8Array).length, identity: IDENTITY, directory: list };
    },
  };
}

/** No compression and no encryption: a simulation runs many more schedules with it, and control flow is the same. */
export function plainCodec(): SimulationCodec {
  const tenant: Tenant = simulatedTenant();
  return {
    name: 'plain',
    tenant,
    sealed: (store: ObjectStore) => new PlainStore(store, '00'.repeat(16)),
    idOf(type: BlobType, sha256: Uint8Array) {
      const id = Buffer.from(sha256.subarray(0, ID_BYTES));
      id[0] = (id[0] as number) ^ type;
      return id;
    },
    async readFrame(sealed: SealedStore, { pack, offset, stored }: FramePlace) {
      const bytes = await readStored(sealed.store, packName(tenant.label, pack.session, pack.id));
      return split(bytes).frames.subarray(offset, offset + stored);
    },
    newPack: () => newPlainPack(),
  };
}
